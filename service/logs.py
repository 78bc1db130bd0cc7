"""Logs: what happens, as one line each: JSON for programs, words for whoever sits at a terminal.

Every library's log goes the same way, and no line holds an address or a token: what looks like one
is taken out at the end, whoever wrote it.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from service.settings import load_settings

ADDRESS = re.compile(r"[^\s<>@\"'(\[=:,;/]{1,320}@[^\s<>@\"')\],;:/]{1,320}\.[A-Za-z]{2,63}")
CAPABILITY = re.compile(r"(?<![\w/])(?:https?://[^\s/]+)?(/[a-z]{1,12}/)[^\s/\"'<>]{20,}")
"""A path whose second part is long enough to be a key: a vote, a login, the way out."""
PASSWORD = re.compile(r"(?<=://)[^\s/@]+@")
QUIET = (
    "celery",
    "httpx",
    "httpcore",
    "alembic",
    "kombu",
    "amqp",
    "asyncio",
    "multipart",
    "uvicorn.error",
)
"""Libraries that say at INFO what only their authors want to know, some of it with addresses."""


def _common() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_common(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)

log: structlog.stdlib.BoundLogger = structlog.get_logger("paperround")
"""What the house itself has to say: an event in words, and the facts as names and values."""


def begin(level: str = "", *, stream: TextIO | None = None) -> None:
    """Send all logs of this process to standard error, or to the stream.

    The level is the setting's unless one is given. A second call takes the place of the first.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_common(), processors=_last(terminal=stream.isatty())
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel((level or load_settings().log_level).upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _last(*, terminal: bool) -> list[Processor]:
    forget = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if terminal:
        plain = structlog.dev.plain_traceback
        shown = structlog.dev.ConsoleRenderer(exception_formatter=plain)
        return [forget, structlog.processors.format_exc_info, discreet, shown]
    shown_as = structlog.processors.JSONRenderer(default=str)
    return [forget, structlog.processors.format_exc_info, discreet, _event_first, shown_as]


def _event_first(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    first = {name: event.pop(name) for name in ("at", "level", "event") if name in event}
    return {**first, **event}


def discreet(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The line without addresses, passwords and keys, in whatever part they stand."""
    return {name: _hidden(value) for name, value in event.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        value = PASSWORD.sub("…@", value)
        return CAPABILITY.sub(r"\1…", ADDRESS.sub("(address)", value))
    if isinstance(value, dict):
        return {name: _hidden(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_hidden(each) for each in value]
    return value
