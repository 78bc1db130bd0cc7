"""Somebody who looks at pages all the while, and notes how long each one took."""

import re
import time
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

import httpx

from tests.chaos.town import Town


class Visitor:
    """Opens these pages in turn, from `with` to its end."""

    def __init__(self, url: str, *paths: str) -> None:
        self.url, self.paths = url, paths
        self.seconds: dict[str, list[float]] = {path: [] for path in paths}
        self.failures = 0
        self._over = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def p99(self, path: str) -> float:
        """So many seconds took all visits of this page but one in a hundred."""
        visits = sorted(self.seconds[path])
        return round(visits[int(len(visits) * 0.99)], 3) if visits else float("inf")

    def _look(self) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as browser:
            while not self._over.is_set():
                for path in self.paths:
                    began = time.monotonic()
                    try:
                        self.failures += browser.get(path).status_code != 200
                    except httpx.HTTPError:
                        self.failures += 1
                    self.seconds[path].append(time.monotonic() - began)


def a_vote(town: Town) -> str:
    """The path of a link in a mail that has arrived, to say what one thinks of a paper."""
    mails = Path(f"{town.log}.mails").read_bytes().replace(b"=\r\n", b"")
    found = re.search(re.escape(town.here.url.encode()) + rb"(/v/[\w.\-]+)", mails)
    assert found
    return found[1].decode()
