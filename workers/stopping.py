"""Stopping: how a task in a child process learns that its worker was asked to end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import RawValue
from typing import Any

from celery import signals

# Shared with every child that is forked. No lock: a child killed while it holds one would stop all.
_asked = RawValue("b", 0)
_LOOK_SECONDS = 0.2


@signals.worker_shutting_down.connect
def _ask(**_: Any) -> None:
    _asked.value = 1


def is_asked() -> bool:
    """Whether this worker was asked to end, and should begin nothing new."""
    return bool(_asked.value)


@contextmanager
def within(seconds: float) -> Iterator[threading.Event]:
    """An event that is set after so many seconds, or as soon as the worker is asked to end."""
    stop, over = threading.Event(), threading.Event()

    def watch() -> None:
        looks = int(seconds / _LOOK_SECONDS)
        while looks > 0 and not is_asked() and not over.wait(_LOOK_SECONDS):
            looks -= 1
        stop.set()

    thread = threading.Thread(target=watch, name="stop-watch", daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        over.set()
        thread.join()
