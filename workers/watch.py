"""Every worker watches the clock, and its own ears.

Where beat is gone, one worker calls the hours in its place. A worker to which the broker says
nothing any more, though tasks wait, ends itself, so that whoever supervises it starts it anew:
after a reconnect a consumer can be left without a word and without an error.
"""

import os
import signal
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import signals
from celery.worker import state

from service import ticks
from service.db import reading, transaction
from service.logs import log
from workers.celery import app, hint

GONE_AFTER = timedelta(seconds=90)
MOST_DEAF_LOOKS = 10
ONE_OF_MANY = 5 / 6
"""So much of a look's time nobody else steps in after one worker has; looks are never quite on time."""
_over = threading.Event()


@dataclass
class Ears:
    """Whether this worker still hears of the tasks that wait in the queue."""

    heard: bool = False
    deaf_looks: int = 0

    def are_deaf(self, *, waiting: int, busy: bool) -> bool:
        """Note one look: so many tasks wait, and this worker is at work or not."""
        deaf = waiting > 0 and not busy and not self.heard
        self.deaf_looks = self.deaf_looks + 1 if deaf else 0
        self.heard = False
        return self.deaf_looks >= MOST_DEAF_LOOKS


_ears = Ears()


@signals.worker_ready.connect
def _begin(**_: Any) -> None:
    log.info("worker is ready")
    threading.Thread(target=_watch, name="watch", daemon=True).start()


@signals.task_received.connect
def _hear(**_: Any) -> None:
    _ears.heard = True


@signals.worker_shutting_down.connect
def _end(**_: Any) -> None:
    _over.set()


def _watch() -> None:
    while not _over.wait(app.conf.look_every):
        try:
            _look()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next look may do better
            log.warning("the clock can't be seen", reason=type(error).__name__)


def _look() -> None:
    if is_needed():
        log.warning("beat is gone; this worker calls the hours")
        stand_in()
    if _ears.are_deaf(waiting=_waiting(), busy=bool(state.active_requests)):
        log.error("tasks wait and this worker hears of none; it ends, to be started anew")
        os.kill(os.getpid(), signal.SIGTERM)


def is_needed() -> bool:
    """Whether beat has been silent for a minute and a half, and no other worker has stepped in.

    The house is opened for this look only: children are forked at any time, and must not inherit
    a connection.
    """
    house = app.conf.open_house()
    try:
        now = house.now()
        with reading(house.engine) as session:
            heard = ticks.last(session, ticks.BEAT)
        if heard and now - heard < GONE_AFTER:
            return False
        every = timedelta(seconds=app.conf.look_every) * ONE_OF_MANY
        with transaction(house.engine) as session:
            return ticks.take(session, ticks.STAND_IN, every, now=now)
    finally:
        house.engine.dispose()


def stand_in() -> None:
    """Say once all that beat says."""
    for entry in app.conf.beat_schedule.values():
        task = app.tasks[entry["task"]]
        hint(task, *((ticks.STAND_IN,) if task.name == "workers.sweep.sweep" else ()))


def _waiting() -> int:
    """How many tasks are in the queue that nobody has taken."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel.client.llen(app.conf.task_default_queue))
