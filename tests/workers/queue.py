"""What stands in Celery's queue, as whoever reads the server's memory would see it."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from redis import Redis


@dataclass(frozen=True)
class Hint:
    """One task that waits, and what it was given."""

    task: str
    arguments: list[Any]


class Queue:
    """The queue of one server."""

    def __init__(self, server: Redis) -> None:
        self.server = server

    @property
    def raw(self) -> bytes:
        """All of it, as it stands there."""
        return b"\n".join(self.server.lrange("celery", 0, -1))

    @property
    def hints(self) -> list[Hint]:
        """The tasks that wait, the oldest first."""
        messages = [json.loads(text) for text in reversed(self.server.lrange("celery", 0, -1))]
        return [
            Hint(each["headers"]["task"], json.loads(base64.b64decode(each["body"]))[0])
            for each in messages
        ]
