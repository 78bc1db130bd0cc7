"""Whether a host that a stranger names is on the public internet, and at which address."""

import asyncio
import socket
from ipaddress import ip_address


class NotPublic(ValueError):
    """The host is inside some private network, or is reached at an unusual port."""


async def public_address(host: str, port: int | None) -> str:
    """An address of that host, to connect to as it is; raises `NotPublic`.

    Every address of the host has to be public: a name may have several, and change them between
    the look and the leap. `port` is None for the usual one.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, 80, type=socket.SOCK_STREAM)
    addresses = [str(sockaddr[0]) for *_, sockaddr in found]
    if port is not None or not all(map(_is_public, addresses)):
        raise NotPublic("it redirects into a private network")
    return addresses[0]


def _is_public(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    return parsed.is_global and not parsed.is_multicast
