"""The state of the whole installation, in numbers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from service import ticks, turns
from service.leases import HELD
from service.models import (
    Delivery,
    DeliveryState,
    Edition,
    Paper,
    SourceCheck,
    Subscriber,
)
from service.outbox import WAITING

MOST_LISTED = 20
TROUBLED = (DeliveryState.UNCERTAIN, DeliveryState.FAILED)


@dataclass(frozen=True)
class Trouble:
    """A delivery that did not end well, or that nobody can be sure of."""

    promise: str
    state: str
    at: datetime
    why: str | None


@dataclass(frozen=True)
class Source:
    """How a source answered when it was asked last for the newest of its days."""

    name: str
    checked_at: datetime
    answered_at: datetime | None
    failures: int
    error: str | None


@dataclass(frozen=True)
class Status:
    """How much there is of everything, what waits, and whether the clock moves."""

    subscribers: dict[str, int]
    papers: int
    editions: dict[str, int]
    deliveries: dict[str, int]
    due: int
    """Readers whose hour has come and who have no edition yet."""
    oldest_due_seconds: float | None
    """How long the longest of them, or of what waits in the outbox, has waited."""
    beat_seconds: float | None
    """How long ago a worker heard beat; None if never."""
    sources: list[Source]
    troubles: list[Trouble]
    """The newest deliveries that are uncertain or failed."""


def status(session: Session, *, now: datetime) -> Status:
    """Count everything, each in one query."""
    waiting = col(Delivery.state).in_([*WAITING, *HELD]) & col(Delivery.settled_at).is_(None)
    papers = select(func.count()).select_from(Paper).where(col(Paper.merged_into).is_(None))
    oldest = [
        turns.oldest(session, now=now),
        session.exec(select(func.min(Delivery.created_at)).where(waiting)).one(),
    ]
    return Status(
        subscribers=_by_state(session, Subscriber),
        papers=session.exec(papers).one(),
        editions=_by_state(session, Edition),
        deliveries=_by_state(session, Delivery),
        due=turns.count(session, now=now),
        oldest_due_seconds=_age(min((each for each in oldest if each), default=None), now),
        beat_seconds=_age(ticks.last(session, ticks.BEAT), now),
        sources=_sources(session),
        troubles=_troubles(session),
    )


def _age(moment: datetime | None, now: datetime) -> float | None:
    return (now - moment).total_seconds() if moment else None


def _by_state(session: Session, table: type[SQLModel]) -> dict[str, int]:
    state = table.state  # type: ignore[attr-defined]
    rows = session.exec(select(state, func.count()).group_by(state)).all()
    return {str(word): count for word, count in rows}


def _sources(session: Session) -> list[Source]:
    """Of each source the newest day that was asked for; a query in its address is left out."""
    rows = session.exec(select(SourceCheck).order_by(col(SourceCheck.day)))
    newest = {row.url.partition("?")[0]: row for row in rows}
    return [
        Source(name, row.checked_at, row.answered_at, row.failures, row.error)
        for name, row in newest.items()
    ]


def _troubles(session: Session) -> list[Trouble]:
    rows = session.exec(
        select(Delivery)
        .where(col(Delivery.state).in_(TROUBLED))
        .order_by(col(Delivery.id).desc())
        .limit(MOST_LISTED)
    )
    return [
        Trouble(row.key, str(row.state), row.settled_at or row.next_try, row.reply) for row in rows
    ]
