"""A machine with nothing on it but us: the commands as processes over a state folder of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import httpx

from service.mail.links import Links
from tests.servers import free_port

MOST_LOOKS = 20_000
OURS = (sys.executable, "-m", "service.cli")


class Machine:
    """`paperround` and its processes; `program` is how the command is called there."""

    def __init__(
        self, folder: Path, *, program: Sequence[str | Path] = OURS, where: Path | None = None
    ) -> None:
        self.folder = folder
        self.program = program
        self.where = where
        self._log: SimpleQueue[str] = SimpleQueue()
        self.url = f"http://127.0.0.1:{free_port()}"
        plain = {name: value for name, value in os.environ.items() if "PAPERROUND" not in name}
        self.environment = plain | {
            "PAPERROUND_STATE_DIR": str(folder),
            "PAPERROUND_BASE_URL": self.url,
            "PAPERROUND_SOURCES": "",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        return subprocess.run(
            [*self.program, *words],
            env=self.environment,
            cwd=self.where,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def up(self, part: str = "up") -> Iterator[subprocess.Popen[str]]:
        """`paperround up`, or a part of it alone, which is asked to end if it has not ended by then."""
        with subprocess.Popen(
            [*self.program, part],
            env=self.environment,
            cwd=self.where,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            reader = Thread(target=self._read, args=(process,))
            reader.start()  # so that nobody there waits for room in the pipe
            try:
                yield process
            finally:
                process.terminate()
                reader.join()

    def _read(self, process: subprocess.Popen[str]) -> None:
        for line in process.stderr or ():
            self._log.put(line)

    def says(self, *words: str) -> str:
        """The next line of the log with all these words in it."""
        while not all(word in (line := self._log.get()) for word in words):
            pass
        return line

    def browser(self) -> httpx.Client:
        """Somebody on this machine; a refused connection is tried again until the pages are up."""
        return httpx.Client(base_url=self.url, transport=httpx.HTTPTransport(retries=8))

    @property
    def links(self) -> Links:
        """What signs links there."""
        return Links(self.url, [(self.folder / "secret_key").read_text()])

    def mailed(self, address: str) -> bool:
        """Look into the mailbox until a mail for that address is there."""
        with self.browser() as browser:
            return any(address in browser.get("/mailbox").text for _ in range(MOST_LOOKS))

    def processes(self, word: str = "") -> list[int]:
        """Everything that runs on this machine's state folder, and has that word in its command."""
        mark = f"PAPERROUND_STATE_DIR={self.folder}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes():
                    command = (process / "cmdline").read_bytes().decode()
                    found += [int(process.name)] if re.search(word, command) else []
            except OSError:
                continue
        return found


def ask(browser: httpx.Client, links: Links, address: str, *interests: str) -> httpx.Response:
    """Somebody fills in the box; the page was opened five seconds ago."""
    stamp = links.stamp(datetime.now(UTC) - timedelta(seconds=5))
    sent = {"email": address, "interests": ", ".join(interests), "stamp": stamp}
    return browser.post("/subscribe", data=sent)
