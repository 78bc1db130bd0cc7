"""What surrounds every page: headers that keep it safe, and a limit on what is sent to us."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024
PRIVATE = ("/v/", "/u/", "/c/", "/e/", "/n/", "/p/", "/l/", "/preferences", "/mailbox")
"""Pages whose address is a key, or that show mail: no cache and no search engine keeps them."""

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
PAGE = f"{POLICY}; frame-ancestors 'none'"
MAIL = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""For a page that is a mail: its style stands inside it."""
FRAMING = f"{PAGE}; frame-src 'self'"
FRAMED = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""For the pages that show a mail in a frame, and for the mail in the frame, which may run nothing."""

HEADERS = {
    "Content-Security-Policy": PAGE,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Puts the headers on every answer, and cuts off bodies that no form of ours would send."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        received = 0

        async def receive_some() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                raise HTTPException(413)
            return message

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["path"], https=self.https)
            await send(message)

        await self.app(scope, receive_some, send_safely)


def protect(headers: MutableHeaders, path: str, *, https: bool) -> None:
    """Add to an answer whatever it does not say itself."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith(PRIVATE):
        headers["Cache-Control"] = "no-store"
        headers["X-Robots-Tag"] = "noindex"
    elif path.startswith("/static/"):
        headers.setdefault("Cache-Control", "max-age=300")  # a new release shows soon
    if https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def is_at_home(request: HTTPConnection) -> bool:
    """Whether the browser runs on this machine and means this machine.

    The name it asked for counts too: a stranger's page may let its own name lead here. What a
    proxy passes on comes from elsewhere.
    """
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    asked = request.headers.get("host", "")
    name = asked[1:].partition("]")[0] if asked.startswith("[") else asked.partition(":")[0]
    return request.client is not None and _is_loopback(request.client.host) and _is_loopback(name)


def is_ours(headers: Headers, home: str = "") -> bool:
    """Whether a form stood on a page of ours, as far as the browser tells.

    `home` is our name as readers know it, which a proxy may not pass on. Older browsers call the
    origin of our pages `null`, since these name no referrer.
    """
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    try:
        return urlsplit(headers.get("origin", "")).netloc in ("", home, headers.get("host"))
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
