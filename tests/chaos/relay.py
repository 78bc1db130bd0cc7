"""The relay of a campaign: a witness in a process of its own, and what it has witnessed."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

SINK = Path(__file__).with_name("sink.py")


@dataclass(frozen=True)
class Arrival:
    """One mail that the relay took, and in which life of its sender."""

    life: int
    message_id: str
    recipient: str
    moment: float


class Relay:
    """A relay for one life of a sender, who counts the mails in `taken`."""

    def __init__(self, log: Path, life: int, *, delay: float, clock: Path | None = None) -> None:
        words = [str(log), str(life), str(delay), *([str(clock)] if clock else [])]
        self.taken = 0
        self._process = subprocess.Popen(
            [sys.executable, str(SINK), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        self._drain = Thread(target=self._listen, daemon=True)
        self._drain.start()

    @property
    def url(self) -> str:
        """What PAPERROUND_SMTP_URL would say."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take what is still on its way, and end."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._drain.join()
        self._process.stdout.close()
        self._process.wait()

    def _listen(self) -> None:
        """Count the dots."""
        assert self._process.stdout
        while dots := self._process.stdout.read1(4096):  # type: ignore[attr-defined]
            self.taken += len(dots)


def arrivals(log: Path) -> Iterator[Arrival]:
    """Each mail that was taken, in order."""
    for line in log.read_text().splitlines() if log.exists() else []:
        life, message_id, recipient, moment = line.split()
        yield Arrival(int(life), message_id, recipient, float(moment))
