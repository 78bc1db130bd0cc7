"""Ticks: when each hand of the clock last moved, so that whoever looks can see that it stands."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from service.db import insert_new
from service.models import Tick

BEAT = "beat"
STAND_IN = "stand-in"
"""A worker that calls the hours because beat does not."""
CROWD = "crowd"
"""When it was last said that more people ask than are written to."""


def last(session: Session, name: str) -> datetime | None:
    """When that hand moved; None if it never did."""
    return session.exec(select(Tick.at).where(Tick.name == name)).first()


def mark(session: Session, name: str, *, now: datetime) -> None:
    """That hand moves now."""
    take(session, name, timedelta(0), now=now)


def take(session: Session, name: str, every: timedelta, *, now: datetime) -> bool:
    """Move the hand if it has stood for that long; of many who try at once, one does."""
    if insert_new(session, Tick, [{"name": name, "at": now}]):
        return True
    moved = session.connection().execute(
        update(Tick).where(col(Tick.name) == name, col(Tick.at) <= now - every).values(at=now)
    )
    return bool(moved.rowcount)
