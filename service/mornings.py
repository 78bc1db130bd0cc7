"""Mornings: whose hour has come gets an edition, a chunk of readers at a time.

A chunk that can't be composed is halved until the one who stopped it stands alone; the others get
their mail at once, and that one gets the papers in trending order.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from service import preferences, train, turns
from service.chunks import CHUNK, apart, chunks
from service.compose import Composed, compose, give_up
from service.db import reading, transaction
from service.logs import log
from service.models import Subscriber, SubscriberState
from service.outbox import edition_key
from service.rounds import refresh
from service.schedule import local_day
from service.turns import Slot, Turn
from service.wiring import House


def called(house: House, *, now: datetime) -> list[list[int]]:
    """Readers whose hour has come, in chunks; who waits for the day's digest is not among them."""
    with transaction(house.engine) as session:
        preferences.resume(session, now=now)
    with reading(house.engine) as session:
        ids = turns.called(session, waits=bool(house.settings.source_urls), now=now)
    return chunks(ids)


def compose_due(house: House, *, now: datetime) -> Iterator[Composed]:
    """Compose for everybody whose time has come, a chunk at a time."""
    refresh(house, now=now)
    for chunk in called(house, now=now):
        yield compose_called(house, chunk, now=now)


def compose_called(house: House, subscriber_ids: Sequence[int], *, now: datetime) -> Composed:
    """Compose for those of these readers who are still due and whom nobody else composes for."""
    with transaction(house.engine) as session:
        taken = turns.take(session, subscriber_ids, now=now)
    for turn in taken:
        key = edition_key(turn.slot.subscriber_id, turn.day)
        log.info("due", promise=key, due_at=turn.slot.due_at, tries=turn.tries)
    total = Composed()
    try:
        for day, same in groupby(sorted(taken, key=lambda turn: turn.day), lambda turn: turn.day):
            for part in _parts(list(same)):
                total += _compose(house, part, day, now)
    except (SQLAlchemyError, OSError):  # nobody's fault here: who is left comes as if not tried
        with transaction(house.engine) as session:
            turns.give_back(session, taken)
        raise
    return total


def _parts(taken: Sequence[Turn]) -> Iterator[list[Turn]]:
    """All together, but alone whoever was taken before and came to no end."""
    trusted = [turn for turn in taken if turn.tries < turns.ALONE_AFTER]
    yield from [trusted] if trusted else []
    yield from ([turn] for turn in taken if turn.tries >= turns.ALONE_AFTER)


def _compose(house: House, taken: Sequence[Turn], day: date, now: datetime) -> Composed:
    def together(some: Sequence[Turn]) -> Composed:
        return compose_round(house, [turn.slot for turn in some], day, now=now)

    def alone(turn: Turn, error: Exception) -> Composed:
        key = edition_key(turn.slot.subscriber_id, day)
        log.error("no taste", promise=key, reason=type(error).__name__, exc_info=error)
        return _plainly(house, turn.slot, day, now)

    if len(taken) == 1 and taken[0].tries > turns.MOST_TRIES:
        return _give_up(house, taken[0], now)
    return sum(apart(taken, together, alone), start=Composed())


def _plainly(house: House, slot: Slot, day: date, now: datetime) -> Composed:
    """With the model as it is, without learning; and if even that fails, with none."""
    try:
        return compose_round(house, [slot], day, learn=False, now=now)
    except (SQLAlchemyError, OSError):
        raise
    except Exception:  # noqa: BLE001 - a mail in the digest's order is better than none
        return compose_round(house, [slot], day, learn=False, taste=False, now=now)


def _give_up(house: House, turn: Turn, now: datetime) -> Composed:
    with transaction(house.engine) as session:
        made = give_up(session, turn.day, turn.slot, now=now)
    _tell(made)
    return made


def compose_round(
    house: House,
    slots: Sequence[Slot],
    day: date,
    *,
    learn: bool = True,
    taste: bool = True,
    now: datetime,
) -> Composed:
    """Train whoever's model is stale in this chunk, then compose that day for all of it.

    Without `learn` models stay as they are; without `taste` none is looked at.
    """
    with transaction(house.engine) as session:
        if learn:
            ids = [slot.subscriber_id for slot in slots]
            fading = house.fading(now)
            old = train.stale(session, ids=ids, fading=fading)
            train.train(session, old, fading=fading, now=now)
        shelf = house.shelves.get(session, day)
        made = compose(
            session,
            shelf,
            slots,
            late_after=house.late_after,
            taste=taste,
            explore=house.settings.explore,
            now=now,
        )
    _tell(made)
    return made


def _tell(made: Composed) -> None:
    for key, state in made.ends.items():
        log.info(str(state), promise=key)


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


def _readers(house: House, mailboxes: Sequence[str], *, after: int) -> Sequence[Subscriber]:
    query = select(Subscriber).where(
        col(Subscriber.state) == SubscriberState.ACTIVE, col(Subscriber.id) > after
    )
    if mailboxes:
        query = query.where(col(Subscriber.mailbox).in_(mailboxes))
    with reading(house.engine) as session:
        return session.exec(query.order_by(col(Subscriber.id)).limit(CHUNK)).all()
