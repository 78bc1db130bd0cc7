"""Every worker watches the clock: where beat is gone, one of them calls the hours in its place."""

import threading
from datetime import timedelta
from typing import Any

from celery import signals

from service import ticks
from service.db import reading, transaction
from service.logs import log
from workers.celery import app, hint

LOOK_EVERY = 30.0
GONE_AFTER = timedelta(seconds=90)
_over = threading.Event()


@signals.worker_ready.connect
def _begin(**_: Any) -> None:
    log.info("worker is ready")
    threading.Thread(target=_watch, name="watch", daemon=True).start()


@signals.worker_shutting_down.connect
def _end(**_: Any) -> None:
    _over.set()


def _watch() -> None:
    while not _over.wait(LOOK_EVERY):
        try:
            if is_needed():
                log.warning("beat is gone; this worker calls the hours")
                stand_in()
        except Exception as error:  # noqa: BLE001 - whatever it was, the next look may do better
            log.warning("the clock can't be seen", reason=type(error).__name__)


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
        every = timedelta(seconds=LOOK_EVERY - 5)
        with transaction(house.engine) as session:
            return ticks.take(session, ticks.STAND_IN, every, now=now)
    finally:
        house.engine.dispose()


def stand_in() -> None:
    """Say once all that beat says."""
    for entry in app.conf.beat_schedule.values():
        task = app.tasks[entry["task"]]
        hint(task, *((ticks.STAND_IN,) if task.name == "workers.sweep.sweep" else ()))
