"""The only HTTP client: asks a source politely, and tells new from unchanged, busy and failed."""

import asyncio
import time
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Protocol

import httpx

from service.errors import PaperRoundError
from service.sources.body import UnreadableBody, read_body
from service.sources.decoding import SIZE_LIMIT
from service.sources.patience import seconds_asked
from service.sources.public import NotPublic, public_address

MARK_LENGTH = 300

_BUSY = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)


class SourceBusy(PaperRoundError):
    """The source asks us to come later, or others of us are before it."""


class SourceFailed(PaperRoundError):
    """The source gave no usable answer this time."""


class Gate(Protocol):
    """The polite turn-taking before an upstream, shared by all our machines."""

    def turn(self, upstream: str) -> None:
        """Wait for our turn; raises `SourceBusy` where it is too far away."""

    def close(self, upstream: str, seconds: float) -> None:
        """Give nobody a turn for that long: the upstream said so."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a source's last answer can be recognised by, for the next conditional request."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer's bytes, unpacked, and its mark; `body` is None where the mark still holds."""

    body: bytes | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Limits:
    """How much patience and memory one answer may cost; turns at the gate are not counted."""

    seconds: float = 30.0
    size: int = SIZE_LIMIT
    redirects: int = 3


@dataclass(slots=True)
class _Request:
    """What is asked for, and what of its limits is left."""

    url: httpx.URL
    mark: Mark
    contact: str
    seconds: float
    limits: Limits
    first: httpx.URL = field(init=False)

    def __post_init__(self) -> None:
        self.first = self.url

    @property
    def upstream(self) -> str:
        """Whose turn-taking it is: the host, with its port where that is not the usual one."""
        return _where(self.url)

    @property
    def headers(self) -> dict[str, str]:
        """Who asks, for what, and since when."""
        sent = {
            "User-Agent": f"paperround/{_release()} (+{_header(self.contact)})",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "If-None-Match": self.mark.etag,
            "If-Modified-Since": self.mark.last_modified,
        }
        return {name: value for name, value in sent.items() if value}


def fetch(
    url: str, gate: Gate, mark: Mark | None = None, *, contact: str, limits: Limits | None = None
) -> Fetched:
    """What a source answers: at most 20 MB unpacked, within 30 seconds, over at most 3 redirects.

    Every request takes a turn at the gate first. Raises `SourceBusy` where the source wants us to
    come later (429 and 503; the gate is then closed for as long as it says), and `SourceFailed`
    for everything else that is no answer. Conditional requests: RFC 9110, section 13.
    """
    limits = limits or Limits()
    request = _Request(httpx.URL(url), mark or Mark(), contact, limits.seconds, limits)
    for _ in range(limits.redirects + 1):
        gate.turn(request.upstream)
        answer = _ask(request)
        if isinstance(answer, httpx.URL):
            request.url = _followed(request.url, answer)
        elif isinstance(answer, Fetched):
            return answer
        else:
            gate.close(request.upstream, answer)
            raise SourceBusy(f"it asks us to come back in {_duration(answer)}")
    raise SourceFailed(f"it redirects more than {limits.redirects} times")


def _ask(request: _Request) -> Fetched | httpx.URL | float:
    """One request: the answer, or where it is, or how many seconds to stay away."""
    begun = time.monotonic()
    try:
        return asyncio.run(_exchange(request))
    except (TimeoutError, httpx.TimeoutException):
        seconds = request.limits.seconds
        raise SourceFailed(f"it did not answer within {seconds:g} seconds") from None
    except (UnreadableBody, NotPublic) as error:
        raise SourceFailed(str(error)) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise SourceFailed(f"it can't be reached: {error or type(error).__name__}") from None
    finally:
        request.seconds -= time.monotonic() - begun


async def _exchange(request: _Request) -> Fetched | httpx.URL | float:
    async with asyncio.timeout(max(request.seconds, 0)):
        url, host = await _reachable(request)
        headers = request.headers | host
        named = {"sni_hostname": _host(request.url)}  # whose certificate it has to be
        async with (
            httpx.AsyncClient(timeout=request.limits.seconds) as client,
            client.stream("GET", url, headers=headers, extensions=named) as answer,
        ):
            return await _read(answer, request)


async def _reachable(request: _Request) -> tuple[httpx.URL, dict[str, str]]:
    """Where to connect: the operator's own host freely, any other host only if it is public.

    What a stranger's redirect names is resolved once, and that very address is connected to.
    """
    if _where(request.url) == _where(request.first):
        return request.url, {}
    address = await public_address(_host(request.url), request.url.port)
    return request.url.copy_with(host=address), {"Host": _host(request.url)}


async def _read(answer: httpx.Response, request: _Request) -> Fetched | httpx.URL | float:
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(None, request.mark)
    if answer.status_code in _BUSY:
        return seconds_asked(answer.headers)
    if answer.has_redirect_location:
        return request.url.join(answer.headers["Location"])
    if answer.status_code != httpx.codes.OK:
        raise SourceFailed(f"it answered HTTP {answer.status_code}")
    body = await read_body(answer, request.limits.size)
    return Fetched(body, Mark(_kept(answer, "ETag"), _kept(answer, "Last-Modified")))


def _followed(here: httpx.URL, there: httpx.URL) -> httpx.URL:
    if there.scheme not in ("http", "https") or not there.host or there.userinfo:
        raise SourceFailed("it redirects to what is no web address")
    if here.scheme == "https" and there.scheme == "http":
        raise SourceFailed("it redirects from https to http")
    return there


def _kept(answer: httpx.Response, name: str) -> str | None:
    """A mark to send back as it is; one that no column holds is no mark."""
    value: str = answer.headers.get(name, "")
    return value if value.isascii() and 0 < len(value) <= MARK_LENGTH else None


def _where(url: httpx.URL) -> str:
    return url.netloc.decode("ascii")


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _header(text: str) -> str:
    """As much of the text as a header can carry."""
    return "".join(sign for sign in text if sign.isascii() and sign.isprintable())


@cache
def _release() -> str:
    return version("paperround")
