"""Who connects: the client's network, seen through the proxies that we trust and no others."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

from service.errors import BadSetting

Network = IPv4Network | IPv6Network
MOST_PROXIES = 20
OF_ONE_CLIENT = 64
"""An IPv6 client is given a whole network of this length, so that is what counts as one."""


class Trust:
    """Whose word about a client's address is believed.

    `setting` is the number of proxies in front of us, or their networks with commas; empty trusts
    nobody. Raises BadSetting.
    """

    def __init__(self, setting: str) -> None:
        words = [word.strip() for word in setting.split(",") if word.strip()]
        self._count = int(words[0]) if len(words) == 1 and words[0].isdecimal() else 0
        self._networks = () if self._count or words == ["0"] else _networks(words)

    def network(self, request: HTTPConnection) -> str:
        """The network that a request comes from: one IPv4 address, or 64 bits of an IPv6 one."""
        hops = [part.strip() for part in ",".join(_forwarded(request)).split(",") if part.strip()]
        peer = request.client.host if request.client else ""
        return _network(self._client([*hops[-MOST_PROXIES:], peer]))

    def _client(self, hops: list[str]) -> str:
        """Of a chain of addresses, the newest last, the first that nobody trusted has written."""
        if self._count:
            return hops[max(len(hops) - 1 - self._count, 0)]
        while len(hops) > 1 and self._trusts(hops[-1]) and _address(hops[-2]):
            hops = hops[:-1]
        return hops[-1]

    def _trusts(self, hop: str) -> bool:
        address = _address(hop)
        return address is not None and any(address in network for network in self._networks)


def _forwarded(request: HTTPConnection) -> list[str]:
    return request.headers.getlist("x-forwarded-for")


def _networks(words: list[str]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(word, strict=False) for word in words)
    except ValueError:
        raise BadSetting(
            "PAPERROUND_TRUSTED_PROXIES has to be how many proxies there are, such as 1, or their "
            "networks, such as 10.0.0.0/8."
        ) from None


def _address(hop: str) -> IPv4Address | IPv6Address | None:
    """The address that a hop names, its port left out; None for a word such as `unknown`."""
    bare = hop[1:].partition("]")[0] if hop.startswith("[") else hop
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found


def _network(hop: str) -> str:
    address = _address(hop)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, OF_ONE_CLIENT), strict=False))
    return str(address)
