"""What a server may write down of a request: the kind of page and the answer, not who or which."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import log

ACCESS = "uvicorn.access"


class Diary:
    """Writes a line for each request: what kind of page, which answer, how long it took."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            took = round((time.perf_counter() - began) * 1000, 1)
            page = _kind(scope["path"])
            log.info("request", method=scope["method"], page=page, status=status, ms=took)


class Discreet(logging.Filter):
    """Takes clients, and all of a path that could be a key, out of the server's access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, without what it should not tell."""
        match record.args:
            case (_client, str(method), str(path), *rest):
                record.args = ("-", method, _kind(path), *rest)
            case _:
                record.msg, record.args = "a request", None
        return True


def hush() -> None:
    """Make the access log discreet, however the server was started; a second call changes nothing."""
    logger = logging.getLogger(ACCESS)
    if not any(isinstance(each, Discreet) for each in logger.filters):
        logger.addFilter(Discreet())


def _kind(path: str) -> str:
    """The first part of a path: `/v/…` for any vote."""
    first, slash, _ = path.partition("?")[0].removeprefix("/").partition("/")
    return f"/{first[:20]}/…" if slash else f"/{first[:20]}"
