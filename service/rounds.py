"""Steps joined into rounds, as every entrance makes them: train then compose, and deliver."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from sqlmodel import col, select

from service import space, train
from service.compose import Composed, Slot, compose, due
from service.db import reading, transaction
from service.deliver import Delivered, deliver
from service.mail.smtp import OutcomeKind
from service.models import Subscriber, SubscriberState
from service.schedule import local_day
from service.wiring import House

CHUNK = 500


def compose_round(house: House, slots: Sequence[Slot], day: date, *, now: datetime) -> Composed:
    """Train whoever's model is stale in this chunk, then compose that day for all of it."""
    with transaction(house.engine) as session:
        ids = [slot.subscriber_id for slot in slots]
        train.train(session, train.stale(session, ids=ids), now=now)
        shelf = house.shelves.get(session, day)
        return compose(session, shelf, slots, late_after=house.late_after, now=now)


def compose_due(house: House, *, now: datetime) -> Iterator[Composed]:
    """Compose for everybody whose time has come, a chunk at a time, until nobody is left."""
    refresh(house, now=now)
    while True:
        with reading(house.engine) as session:
            days = due(session, limit=CHUNK, now=now)
        if not days:
            return
        for day, slots in days.items():
            yield compose_round(house, slots, day, now=now)


def compose_day(
    house: House, day: date | None, emails: Sequence[str], *, now: datetime
) -> Iterator[Composed]:
    """Compose a day (by default each reader's own today) for these readers, or for all."""
    refresh(house, now=now)
    last = 0
    while chunk := _readers(house, emails, after=last):
        days: dict[date, list[Slot]] = {}
        for reader in chunk:
            last = reader.id or 0
            days.setdefault(day or local_day(reader.time_zone, now), []).append(Slot(last))
        for each, slots in days.items():
            yield compose_round(house, slots, each, now=now)


def refresh(house: House, *, now: datetime) -> int:
    """See to it that every paper has its features in the active space."""
    with transaction(house.engine) as session:
        return space.refresh(session, now=now)


def train_stale(house: House, *, now: datetime) -> int:
    """Refit every model that interests or feedback have overtaken, a chunk at a time; how many."""
    fitted = 0
    while True:
        with transaction(house.engine) as session:
            stale = train.stale(session, limit=CHUNK)
            done = train.train(session, stale, now=now)
        fitted += done
        if not done:
            return fitted


async def deliver_round(
    house: House,
    *,
    stop: threading.Event | None = None,
    progress: Callable[[OutcomeKind], None] = lambda _kind: None,
) -> Delivered:
    """Hand over all that is due now, over as many connections as the settings allow."""
    return await deliver(
        house.engine,
        house.mailer,
        house.writer.envelopes,
        clock=house.now,
        connections=house.settings.smtp_connections,
        stop=stop,
        progress=progress,
    )


def _readers(house: House, mailboxes: Sequence[str], *, after: int) -> Sequence[Subscriber]:
    query = select(Subscriber).where(
        col(Subscriber.state) == SubscriberState.ACTIVE, col(Subscriber.id) > after
    )
    if mailboxes:
        query = query.where(col(Subscriber.mailbox).in_(mailboxes))
    with reading(house.engine) as session:
        return session.exec(query.order_by(col(Subscriber.id)).limit(CHUNK)).all()
