"""A post office gone mad: each task that is put into the queue is delivered one to ten times, in any order."""

import json
import random
import time
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from redis import Redis

COPIED = "copied"
"""The queue that the workers listen to; everybody else writes to Celery's own."""
WAIT = 0.2


class Copier:
    """Stands between the two queues, from `with` to its end."""

    def __init__(self, server: Redis) -> None:
        self.server = server
        self.heard = self.told = 0
        self._pool: list[bytes] = []
        self._over = Event()
        self._thread = Thread(target=self._copy, daemon=True)

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

    def _copy(self) -> None:
        while not self._over.is_set():
            for text in self.server.lpop("celery", 100) or []:
                self.heard += 1
                self._pool += [_copy(text) for _ in range(random.randint(1, 10))]
            random.shuffle(self._pool)
            now = [self._pool.pop() for _ in range(random.randint(0, len(self._pool)))]
            self.told += len(now)
            if now:
                self.server.lpush(COPIED, *now)
            time.sleep(random.uniform(0, WAIT))


def _copy(text: bytes) -> bytes:
    """The same message as the broker would deliver it another time."""
    message: dict[str, Any] = json.loads(text)
    message["properties"]["delivery_tag"] = str(uuid4())
    message["properties"]["delivery_info"] = {"exchange": "", "routing_key": COPIED}
    return json.dumps(message).encode()
