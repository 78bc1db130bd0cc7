"""Leases: who holds a delivery for how long, and what becomes of it when they vanish."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, update
from sqlmodel import Session, col, select

from service.models import Delivery, DeliveryState
from service.owner import is_gone

LEASE = timedelta(seconds=60)
MOST_CRASHES = 10
HELD = (DeliveryState.CLAIMED, DeliveryState.IN_DATA)


def sweep(session: Session, *, now: datetime) -> int:
    """Free what dead workers held: not handed over waits again, half handed over is uncertain."""
    held = session.exec(
        select(Delivery.owner, Delivery.lease_until).where(col(Delivery.state).in_(HELD)).distinct()
    ).all()
    lost = {owner for owner, until in held if owner and (until is None or until < now)}
    lost |= {owner for owner, _ in held if owner and is_gone(owner)}
    if not lost:
        return 0
    theirs = and_(
        col(Delivery.owner).in_(lost),
        or_(
            col(Delivery.lease_until).is_(None),
            col(Delivery.lease_until) < now,
            col(Delivery.owner).in_([owner for owner in lost if is_gone(owner)]),
        ),
    )
    return _release(session, theirs, now)


def release(session: Session, owner: str, *, now: datetime) -> int:
    """Put back whatever this run still holds, as a clean stop does."""
    return _release(session, col(Delivery.owner) == owner, now)


def _release(session: Session, which: Any, now: datetime) -> int:
    free = {"owner": None, "lease_until": None}
    connection = session.connection()
    back = update(Delivery).where(which, col(Delivery.state) == DeliveryState.CLAIMED)
    unknown = update(Delivery).where(which, col(Delivery.state) == DeliveryState.IN_DATA)
    held = col(Delivery.crashes) + 1 >= MOST_CRASHES
    count = connection.execute(
        unknown.where(held).values(
            state=DeliveryState.UNCERTAIN,
            crashes=Delivery.crashes + 1,
            settled_at=now,
            reply=f"workers died {MOST_CRASHES} times while handing it over; it is not tried again",
            **free,
        )
    ).rowcount
    count += connection.execute(
        unknown.values(state=DeliveryState.UNCERTAIN, crashes=Delivery.crashes + 1, **free)
    ).rowcount
    count += connection.execute(back.values(state=DeliveryState.PENDING, **free)).rowcount
    return int(count)


def renew(session: Session, owner: str, *, now: datetime) -> None:
    """Hold on to what this run has claimed: the relay may take ten minutes to answer."""
    session.connection().execute(
        update(Delivery)
        .where(col(Delivery.owner) == owner, col(Delivery.state).in_(HELD))
        .values(lease_until=now + LEASE)
    )


def held_elsewhere(session: Session) -> datetime | None:
    """When the last lease of another run ends, if any is held."""
    return session.exec(
        select(Delivery.lease_until)
        .where(col(Delivery.state).in_(HELD))
        .order_by(col(Delivery.lease_until).desc())
        .limit(1)
    ).first()
