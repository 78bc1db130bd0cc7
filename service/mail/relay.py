"""The operator's relay, as one URL names it."""

import ipaddress
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from service.errors import BadSetting


class Tls(Enum):
    """How the way to the relay is kept private."""

    FROM_THE_START = "smtps"
    REQUIRED = "required"
    OFFERED = "offered"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def proves_itself(self) -> bool:
        """Whether its certificate must be good; TLS that may be left out can't be trusted anyway."""
        return self.tls in (Tls.FROM_THE_START, Tls.REQUIRED)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that the relay has for an answer.

    RFC 5321, 4.5.3.2: who gives up early after the final dot makes copies.
    """

    connect: float = 30
    command: float = 300
    data: float = 120
    final: float = 600
    goodbye: float = 10


def parse_relay(url: str) -> Relay:
    """The relay that `smtp://` or `smtps://` names; raises BadSetting, without the password."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise _bad("has to look like smtp://host:25 or smtps://user:password@host")
    if parts.path not in ("", "/") or parts.fragment:
        raise _bad("has something after the host that is no option")
    if bool(parts.username) != bool(parts.password):
        raise _bad("has to name both a user and a password, or neither")
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    tls = _tls(parts)
    standard = 465 if tls is Tls.FROM_THE_START else 587 if user else 25
    return Relay(parts.hostname, _port(parts) or standard, tls, user, password)


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise _bad("has a port that is no number from 1 to 65535") from None


def _tls(parts: SplitResult) -> Tls:
    options = parse_qsl(parts.query, keep_blank_values=True)
    if parts.scheme == "smtps":
        if options:
            raise _bad("takes no options with smtps, which is private from the start")
        return Tls.FROM_THE_START
    match options:
        case []:
            # an attacker on the way could hide the offer and read the password
            secret = parts.password and not _is_here(parts.hostname or "")
            return Tls.REQUIRED if secret else Tls.OFFERED
        case [("starttls", "required")]:
            return Tls.REQUIRED
        case [("starttls", "off")]:
            return Tls.OFF
    raise _bad("knows one option, ?starttls=required or ?starttls=off")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad(reason: str) -> BadSetting:
    return BadSetting(f"PAPERROUND_SMTP_URL {reason}.")
