"""What a server may write down of a request: the kind of page and the answer, not who or which."""

import logging

ACCESS = "uvicorn.access"


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
