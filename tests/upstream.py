"""A source on loopback that answers as it is told to, also as no source should.

>>> upstream.says("2026-03-02", [item(toy)])             # that day's list
>>> upstream.answers(status=429, headers={"Retry-After": "90"}, times=1)
>>> upstream.answers(day="2026-03-01", body=b"<html>…")
>>> upstream.asked                                       # the days, in order
"""

import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

Ending = Literal["whole", "short", "endless", "never"]
"""How the body ends: as it said, before it said, not at all, or in silence with the line open."""


@dataclass
class Answer:
    """One answer that a test asked for."""

    status: int = 200
    body: bytes = b"[]"
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = "whole"
    day: str | None = None
    left: int | None = None

    def fits(self, day: str | None) -> bool:
        """Whether it is meant for a question about this day."""
        return self.left != 0 and self.day in (None, day)


@dataclass(frozen=True)
class Question:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]

    @property
    def day(self) -> str | None:
        """The day it asks for."""
        return parse_qs(urlsplit(self.path).query).get("date", [None])[0]


class Upstream:
    """The server; it runs from `with` to its end, in threads, on a port of its own."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.lists: dict[str, bytes] = {}
        self.orders: list[Answer] = []
        self.closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("_", (_Handler,), {"home": self}))
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """The address to configure as a source."""
        return f"http://127.0.0.1:{self.port}/api/daily_papers"

    @property
    def asked(self) -> list[str | None]:
        """The days it was asked for, in order."""
        return [question.day for question in self.questions]

    def says(self, day: str, items: list[Any]) -> None:
        """From now on, this is that day's list; a new list has a new mark."""
        self.lists[day] = json.dumps(items).encode()

    def answers(self, *, times: int | None = None, **answer: Any) -> None:
        """Misbehave: once, a few times or for ever, for one day or for any."""
        self.orders.append(Answer(left=times, **answer))

    def behaves(self) -> None:
        """Forget every misbehaviour."""
        self.orders.clear()

    def reply(self, question: Question) -> Answer:
        """What to answer to this question."""
        for order in self.orders:
            if order.fits(question.day):
                order.left = order.left - 1 if order.left is not None else None
                return order
        body = self.lists.get(question.day or "", b"[]")
        etag = f'W/"{zlib.crc32(body):x}"'
        if question.headers.get("If-None-Match") == etag:
            return Answer(304, b"", {"ETag": etag})
        return Answer(body=body, headers={"ETag": etag})


def bomb(size: int) -> bytes:
    """A body that unpacks to that many blanks."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return packer.compress(b" " * size) + packer.flush()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    home: Upstream

    def do_GET(self) -> None:
        question = Question(self.path, dict(self.headers.items()))
        self.home.questions.append(question)
        answer = self.home.reply(question)
        with suppress(OSError):  # whoever asked may have hung up, as it should
            self._send(answer)
        self.close_connection = True

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.ending == "whole" and answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
        while answer.ending == "endless" and not self.home.closing.is_set():
            self.wfile.write(b" " * 65_536)
        if answer.ending == "never":
            self.home.closing.wait()

    def log_message(self, *_: Any) -> None:
        """Say nothing on the test's screen."""
