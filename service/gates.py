"""Turns before an upstream, taken in the database, so that all machines together are polite."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from service.db import insert_new, transaction
from service.models import Gate
from service.sources.fetch import SourceBusy

PACE = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=30)
_SHORTEST_WAIT = timedelta(milliseconds=50)


@dataclass(frozen=True)
class Gates:
    """The gates of one installation; `wait` sleeps for that many seconds."""

    engine: Engine
    clock: Callable[[], datetime]
    wait: Callable[[float], None] = time.sleep

    def turn(self, upstream: str) -> None:
        """Wait until it is our turn, at least a second after the last one.

        Raises `SourceBusy` where that is more than 30 seconds away, or others keep taking it.
        """
        left = LONGEST_WAIT
        while free_at := self._taken_until(upstream):
            ahead = max(free_at - self.clock(), _SHORTEST_WAIT)
            if ahead > left:
                raise SourceBusy(f"it is left alone until {free_at:%Y-%m-%d %H:%M:%S} UTC")
            left -= ahead
            self.wait(ahead.total_seconds())

    def close(self, upstream: str, seconds: float) -> None:
        """Give nobody a turn for that long; a gate that is closed for longer stays so."""
        until = self.clock() + timedelta(seconds=seconds)
        with transaction(self.engine) as session:
            if insert_new(session, Gate, [{"upstream": upstream, "free_at": until}]):
                return
            session.connection().execute(
                update(Gate)
                .where(col(Gate.upstream) == upstream, col(Gate.free_at) < until)
                .values(free_at=until)
            )

    def _taken_until(self, upstream: str) -> datetime | None:
        with transaction(self.engine) as session:
            return take(session, upstream, now=self.clock())


def take(session: Session, upstream: str, *, now: datetime) -> datetime | None:
    """Take the turn if it is free; otherwise the moment at which to try again.

    The update is the whole decision: of two workers at once, the second finds the first one's time.
    """
    taken = session.connection().execute(
        update(Gate)
        .where(col(Gate.upstream) == upstream, col(Gate.free_at) <= now)
        .values(free_at=now + PACE)
        .returning(col(Gate.id))
    )
    if taken.first():
        return None
    if insert_new(session, Gate, [{"upstream": upstream, "free_at": now + PACE}]):
        return None
    return session.exec(select(Gate.free_at).where(Gate.upstream == upstream)).one()
