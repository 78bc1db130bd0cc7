"""A whole installation as real processes: broker, worker, beat and pages, each a group of its own.

Time is the installation's own: `clock.turn(moment)` turns it for all of them. Whatever a part says
is kept in a file of its own, and can be waited for:

>>> worker = here.worker()
>>> worker.says('"sent"', "edition:1:2026-03-02")
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Condition, Thread
from typing import Any, Self

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NotThere
from redis.retry import Retry

from service.broker import own_broker
from service.cli.keeping import BEAT, CELERY, QUIET
from service.settings import Settings
from service.wiring import House
from tests.chaos.clock import Clock
from tests.servers import free_port

ROOT = Path(__file__).parents[1]
MONDAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
KEY = "a key for tests only and of more than thirty-two bytes"
PATIENCE = 100.0


class Part:
    """One process and its children, and all that they have said so far."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self.lines: list[str] = []
        self._news = Condition()
        self._silent = False
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._ear = Thread(target=self._listen, daemon=True)
        self._ear.start()

    @property
    def lives(self) -> bool:
        """Whether its first process is still there."""
        return self.process.poll() is None

    def says(self, *words: str) -> str:
        """The first line that holds all of these words, waited for."""
        with self._news:
            self._news.wait_for(lambda: self._silent or self._line(words), PATIENCE)
            if found := self._line(words):
                return found
        raise AssertionError(f"never said {words}; its last words: {self.lines[-20:]}")

    def told(self, promise: str) -> list[str]:
        """The events of one promise so far, in order."""
        lines = [json.loads(line) for line in self.lines if promise in line]
        return [line["event"] for line in lines if line.get("promise") == promise]

    def kill(self) -> None:
        """Kill it with all its children, without a word."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """Ask it to end, as a supervisor does; its exit code."""
        if self.lives:
            self.process.terminate()
        return self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send this to the whole group, if anything of it is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def wait(self) -> int:
        """Its exit code, once nobody of the group can say anything any more."""
        code = self.process.wait()
        self._ear.join()
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def _line(self, words: Sequence[str]) -> str | None:
        return next((line for line in self.lines if all(word in line for word in words)), None)

    def _listen(self) -> None:
        assert self.process.stdout
        with self.log.open("a") as file:
            for line in self.process.stdout:
                file.write(line)
                file.flush()
                with self._news:
                    self.lines.append(line)
                    self._news.notify_all()
        with self._news:
            self._silent = True
            self._news.notify_all()


class Installation:
    """One state folder, one database, one clock, and whatever parts are started on them."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        *,
        smtp_url: str = "smtp://127.0.0.1:9",
        sources: str = "",
        start: datetime = MONDAY,
        pace: float = 0.02,
        **settings: str,
    ) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self.clock = Clock(folder / "clock")
        self.clock.turn(start)
        self.pace = pace
        self.url = f"http://127.0.0.1:{free_port()}"
        self.parts: list[Part] = []
        self.broker_command, self.broker_url = self._place_broker()
        self.settings = {
            "state_dir": str(folder / "state"),
            "database_url": database_url,
            "secret_key": KEY,
            "base_url": self.url,
            "broker_url": self.broker_url,
            "smtp_url": smtp_url,
            "sources": sources,
            **settings,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in reversed(self.parts):
            part.kill()
        self.house.engine.dispose()

    # ── the parts ──

    def broker(self) -> Part:
        """A broker with an append-only file, at the same place each time; it answers already."""
        part = self._start("broker", *self.broker_command)
        with self.redis() as server:
            server.config_set("rdbcompression", "no")  # so that its dump can be searched
        return part

    def empty_broker(self) -> None:
        """Put aside all that a broker which is gone had written: the next one starts empty."""
        files = self.folder / "state" / "broker" / "appendonlydir"
        files.rename(self.folder / "state" / "broker" / f"gone-{len(self.parts)}")

    def worker(self, *words: str, processes: int = 2, **settings: str) -> Part:
        """A worker that takes tasks already."""
        command = self._celery("worker", "--concurrency", str(processes), *QUIET, *words)
        part = self._start("worker", *command, **settings)
        part.says("worker is ready")
        return part

    def beat(self) -> Part:
        """Somebody who says what is to be done."""
        return self._start("beat", *self._celery(*BEAT))

    def web(self) -> Part:
        """The pages, at `url`."""
        host, port = self.url.removeprefix("http://").split(":")
        part = self._start("web", sys.executable, "-m", "tests.chaos.pages", host, port)
        part.says("pages are served")
        return part

    def paperround(self, *words: str, **settings: str) -> Part:
        """A command of ours, which goes by the host's clock."""
        return self._start(words[0], sys.executable, "-m", "service.cli", *words, **settings)

    # ── looking in ──

    @cached_property
    def house(self) -> House:
        """The same house, for whoever wants to look at it or prepare it."""
        return House(Settings(**self.settings), clock=self.clock.now)  # type: ignore[arg-type]

    def redis(self) -> Redis:
        """The broker as a client sees it, waited for while it is not there."""
        patient = Retry(ConstantBackoff(0.05), 200)
        return Redis.from_url(self.broker_url, retry=patient, retry_on_error=[NotThere])

    def written(self) -> Iterator[tuple[str, bytes]]:
        """All that the parts have written down where others may read it: logs, and the broker's files."""
        for file in sorted(self.logs.iterdir()):
            yield file.name, file.read_bytes()
        for file in sorted(self.folder.glob("state/broker/**/*")):
            if file.is_file() and file.name not in ("broker.conf", "url"):
                yield file.name, file.read_bytes()

    # ── how they are started ──

    def _place_broker(self) -> tuple[tuple[str, ...], str]:
        broker = own_broker(self.folder / "state")
        return broker.command, broker.url

    def _celery(self, *words: str) -> tuple[str, ...]:
        return (
            sys.executable,
            "-m",
            "tests.chaos.simulated",
            *CELERY[CELERY.index("workers") + 1 :],
            *words,
        )

    def _start(self, name: str, *command: str, **settings: str) -> Part:
        log = self.logs / f"{name}-{len(self.parts)}.log"
        part = Part(command, self._environment(settings), log)
        self.parts.append(part)
        return part

    def _environment(self, changes: Mapping[str, Any]) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if "PAPERROUND" not in name}
        ours = {f"PAPERROUND_{k.upper()}": v for k, v in {**self.settings, **changes}.items()}
        return (
            plain
            | ours
            | {
                "CHAOS_CLOCK": str(self.clock.file),
                "CHAOS_PACE": str(self.pace),
                "C_FORCE_ROOT": "1",
                "PYTHONPATH": str(ROOT),
                "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
            }
        )
