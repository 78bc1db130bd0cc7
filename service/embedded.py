"""The supervisor behind `paperround up`: broker, worker, beat and web on one machine.

A part that dies is started again, after a pause that doubles. At the end they are stopped in the
order in which work flows: no new ticks and no new requests first, then the worker, which finishes
what is in flight, and the broker last.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.errors import PaperRoundError
from service.logs import log

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
STEADY_SECONDS = 60.0
POLL_SECONDS = 0.2
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Part:
    """One process to keep alive; `grace` is how long it may take to stop, in seconds."""

    name: str
    command: Sequence[str]
    grace: float = 10.0


@dataclass
class _Child:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    started: float = 0.0
    next_start: float = 0.0


@dataclass
class Supervisor:
    """Keeps parts alive until it is told to stop; parts are started in order, stopped in reverse."""

    parts: Sequence[Part]
    environment: Mapping[str, str]
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Start all parts and stay until `stop` is set; nothing of them is left afterwards."""
        children = [_Child(part) for part in self.parts]
        try:
            while not self.stop.is_set():
                for child in children:
                    self._tend(child)
                self.stop.wait(POLL_SECONDS)
        finally:
            for child in reversed(children):
                _end(child)

    def _tend(self, child: _Child) -> None:
        if child.process and child.process.poll() is None:
            return
        now = time.monotonic()
        if child.process:
            self._mourn(child, child.process.returncode, now)
            child.process = None
        if now >= child.next_start:
            child.started = now
            child.process = subprocess.Popen(  # noqa: S603 - the commands are our own
                child.part.command,
                env=dict(self.environment),
                start_new_session=True,  # Ctrl-C reaches us only, and we stop them in order
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has no other thread
            )

    def _mourn(self, child: _Child, code: int, now: float) -> None:
        """Note how a part ended, and when it is started again."""
        steady = now - child.started >= STEADY_SECONDS
        child.pause = FIRST_PAUSE if steady else min(child.pause * 2, LONGEST_PAUSE)
        child.next_start = now + child.pause
        log.error("a part ended", part=child.part.name, code=code, again_in=child.pause)


def _end(child: _Child) -> None:
    """Ask a part to stop, and after its grace make it; its whole group goes with it."""
    if child.process is None:
        return
    with contextlib.suppress(ProcessLookupError):
        child.process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.process.wait(child.part.grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def _die_with_parent() -> None:
    """On Linux, a part gets SIGTERM when its supervisor is killed: nothing is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def only_one(state_dir: Path) -> Iterator[None]:
    """Hold the state folder; a second supervisor on the same folder is refused."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise PaperRoundError(
                f"Paper Round already runs on {state_dir} (process {file.read().strip() or '?'}); "
                "end it first, or choose another folder with PAPERROUND_STATE_DIR."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
