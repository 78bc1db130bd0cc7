"""The state of the whole installation, in numbers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from service.leases import HELD
from service.models import Delivery, Edition, Paper, Subscriber
from service.outbox import WAITING


@dataclass(frozen=True)
class Status:
    """How much there is of everything, and how old the oldest unsent promise is."""

    subscribers: dict[str, int]
    papers: int
    editions: dict[str, int]
    deliveries: dict[str, int]
    oldest_due_seconds: float | None


def status(session: Session, *, now: datetime) -> Status:
    """Count everything, each in one query."""
    oldest = session.exec(
        select(func.min(Delivery.created_at)).where(
            col(Delivery.state).in_([*WAITING, *HELD]), col(Delivery.settled_at).is_(None)
        )
    ).one()
    papers = select(func.count()).select_from(Paper).where(col(Paper.merged_into).is_(None))
    return Status(
        subscribers=_by_state(session, Subscriber),
        papers=session.exec(papers).one(),
        editions=_by_state(session, Edition),
        deliveries=_by_state(session, Delivery),
        oldest_due_seconds=(now - oldest).total_seconds() if oldest else None,
    )


def _by_state(session: Session, table: type[SQLModel]) -> dict[str, int]:
    state = table.state  # type: ignore[attr-defined]
    rows = session.exec(select(state, func.count()).group_by(state)).all()
    return {str(word): count for word, count in rows}
