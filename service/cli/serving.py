"""Where the pages are served, and that nobody else is there."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import uvicorn

from service import logs
from service.errors import PaperRoundError
from service.logs import log
from service.wiring import House


def place(house: House) -> tuple[str, int]:
    """Where the base URL says that the pages are, if that is on this machine."""
    url = urlsplit(house.settings.base_url)
    local = url.hostname in ("127.0.0.1", "localhost", "::1")
    return (url.hostname or "127.0.0.1", url.port or 8000) if local else ("127.0.0.1", 8000)


def check_free(host: str, port: int) -> None:
    """Raise one sentence if somebody listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PaperRoundError(
                f"The pages can't be served at {host}:{port} ({error.strerror}). "
                f"End what listens there, or choose another port: PAPERROUND_BASE_URL=http://{host}:{port + 1}"
            ) from None


def serve(host: str, port: int, pages: str = "service.web.app:from_environment") -> None:
    """Serve the pages that `pages` makes until somebody asks to stop."""
    check_free(host, port)
    logs.begin()
    log.info("pages are served", host=host, port=port)
    with suppress(KeyboardInterrupt):
        uvicorn.run(
            pages,
            factory=True,
            host=host,
            port=port,
            access_log=False,  # the guard writes it, without tokens: a token is a key
            proxy_headers=False,  # whose word counts is our own setting
            log_config=None,
        )
