"""Turns: whose hour has come, and who composes for them.

A turn is held for a while by whoever composes it, so that a task that comes ten times composes
once; and it is counted, so that one which kills its worker does not do so for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, false, func, or_, update
from sqlmodel import Session, col, select

from service.models import Digest, Subscriber, SubscriberState
from service.schedule import jitter, last_due, next_due

HOLD = timedelta(seconds=100)
"""So long a turn is left to a worker that may have died; a chunk takes a few seconds."""
WAIT_FOR_DIGEST = timedelta(hours=1)
MOST_CALLED = 100_000
"""Readers named in one tick; with more, the next tick names the rest."""
ALONE_AFTER = 2
"""Whoever was in a chunk so often that came to no end is composed for alone."""
MOST_TRIES = 5
SATURDAY = 5


@dataclass(frozen=True)
class Slot:
    """A reader's turn: their edition's day and, where the clock called it, the moment."""

    subscriber_id: int
    due_at: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """A slot that a worker holds, and how often filling it was begun."""

    day: date
    slot: Slot
    tries: int


def next_turn(reader: Subscriber, *, after: datetime) -> dict[str, Any]:
    """The columns that say when a reader is called next: a little after their hour, not all at once."""
    little = jitter(reader.public_id)
    due = next_due(reader.time_zone, reader.hour, reader.weekdays, after=after - little)
    return {"next_due": due.at + little, "next_day": due.day, "turn_until": None, "turn_tries": 0}


def schedule(reader: Subscriber, *, after: datetime) -> None:
    """Call a reader at their next hour later than that moment."""
    for name, value in next_turn(reader, after=after).items():
        setattr(reader, name, value)


def reschedule(reader: Subscriber, *, now: datetime) -> None:
    """Call a reader at the next hour of their new wishes; a turn that has come already is kept.

    Which day it is for is seen when it is taken, by the wishes that hold then.
    """
    if reader.next_due is None or reader.next_due > now:
        schedule(reader, after=now)


def promised(reader: Subscriber) -> datetime | None:
    """The hour at which a reader expects the next edition; they are called a moment later."""
    return reader.next_due and reader.next_due - jitter(reader.public_id)


def called(session: Session, *, waits: bool, now: datetime) -> list[int]:
    """The readers whose time has come, the longest due first, in one query.

    With `waits`, whoever is due for less than an hour waits while the day's digest has not come.
    """
    query = (
        select(Subscriber.id)
        .where(_is_due(now), _is_free(now), _has_waited(session, now) if waits else True)
        .order_by(col(Subscriber.next_due), col(Subscriber.id))
        .limit(MOST_CALLED)
    )
    return [reader for reader in session.exec(query) if reader is not None]


def count(session: Session, *, now: datetime) -> int:
    """How many readers are due and have no edition yet."""
    return session.exec(select(func.count()).select_from(Subscriber).where(_is_due(now))).one()


def oldest(session: Session, *, now: datetime) -> datetime | None:
    """Since when the one of them has waited who has waited longest."""
    return session.exec(select(func.min(Subscriber.next_due)).where(_is_due(now))).one()


def waits_until(session: Session, reader: Subscriber, *, now: datetime) -> datetime | None:
    """How long a reader whose hour has come is kept waiting for the day's digest, if at all."""
    due = reader.next_due
    if due is None or not due <= now < due + WAIT_FOR_DIGEST:
        return None
    return None if _has_come(session, due.astimezone(UTC).date()) else due + WAIT_FOR_DIGEST


def take(session: Session, subscriber_ids: Sequence[int], *, now: datetime) -> list[Turn]:
    """Hold the turns of those who are due and whom nobody else composes for at this moment."""
    taken = session.connection().execute(
        update(Subscriber)
        .where(col(Subscriber.id).in_(subscriber_ids), _is_due(now), _is_free(now))
        .values(turn_until=now + HOLD, turn_tries=Subscriber.turn_tries + 1)
        .returning(col(Subscriber.id), col(Subscriber.turn_tries))
    )
    tries = {row.id: row.turn_tries for row in taken}
    rows = session.exec(select(Subscriber).where(col(Subscriber.id).in_(tries)))
    return [_turn(row, tries[row.id or 0], now) for row in rows]


def give_back(session: Session, turns: Sequence[Turn]) -> None:
    """Let those of these turns that are still held be taken again at once, as if not tried."""
    session.connection().execute(
        update(Subscriber)
        .where(
            col(Subscriber.id).in_([turn.slot.subscriber_id for turn in turns]),
            col(Subscriber.turn_tries) > 0,  # otherwise it has come to its end
        )
        .values(turn_until=None, turn_tries=Subscriber.turn_tries - 1)
    )


def _turn(reader: Subscriber, tries: int, now: datetime) -> Turn:
    due = last_due(reader.time_zone, reader.hour, reader.weekdays, until=now)
    return Turn(due.day, Slot(reader.id or 0, due.at), tries)


def _is_due(now: datetime) -> Any:
    return and_(col(Subscriber.state) == SubscriberState.ACTIVE, col(Subscriber.next_due) <= now)


def _is_free(now: datetime) -> Any:
    return or_(col(Subscriber.turn_until).is_(None), col(Subscriber.turn_until) < now)


def _has_waited(session: Session, now: datetime) -> Any:
    """Due on a day whose digest is here or is not expected, or due for an hour."""
    today = now.astimezone(UTC).date()
    return or_(
        col(Subscriber.next_due) <= now - WAIT_FOR_DIGEST,
        *(
            _is_on(day) if _has_come(session, day) else false()
            for day in (today - timedelta(days=1), today)
        ),
    )


def _is_on(day: date) -> Any:
    start = datetime.combine(day, time(0), UTC)
    return and_(
        col(Subscriber.next_due) >= start, col(Subscriber.next_due) < start + timedelta(days=1)
    )


def _has_come(session: Session, day: date) -> bool:
    """Whether that day's digest is here; none is waited for at the weekend, when sources rest."""
    if day.weekday() >= SATURDAY:
        return True
    return session.exec(select(Digest.id).where(Digest.day == day).limit(1)).first() is not None
