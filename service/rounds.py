"""Steps joined into rounds, as every entrance makes them: collect; train, compose; deliver."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from service import collect, preferences, space, train
from service.compose import Composed, Slot, compose, due
from service.db import reading, transaction
from service.deliver import Delivered, deliver
from service.errors import PaperRoundError
from service.ingest import Ingested, ingest
from service.mail.smtp import OutcomeKind
from service.models import Subscriber, SubscriberState
from service.schedule import local_day
from service.sources import read_list_of
from service.sources.fetch import Fetched, Gate, Mark, fetch
from service.wiring import House

CHUNK = 500


@dataclass(frozen=True)
class Failure:
    """A source that gave no usable answer for a day, and why."""

    source: str
    day: date
    reason: str


@dataclass(frozen=True)
class Collected:
    """What the sources told: digests stored, days with nothing new, and what failed."""

    digests: tuple[Ingested, ...] = ()
    unchanged: int = 0
    failures: tuple[Failure, ...] = ()


def collect_digests(
    house: House,
    days: Sequence[date] = (),
    *,
    rest: bool = False,
    wait: Callable[[float], None] = time.sleep,
) -> Collected:
    """Ask every source for these days, by default the last three, and store what is new.

    A source or a day that fails is noted, and the others go on. With `rest`, what was asked within
    the hour is not asked again.
    """
    gates = house.gates(wait)
    with transaction(house.engine) as session:
        collect.tidy(session, now=house.now())
    asks = collect.asks(house.settings.source_urls, days or collect.last_days(house.now()))
    told = [_collect(house, gates, ask, rest=rest) for ask in asks]
    digests = tuple(each for each in told if isinstance(each, Ingested))
    if digests:
        refresh(house, now=house.now())
    failures = tuple(each for each in told if isinstance(each, Failure))
    return Collected(digests, told.count(None), failures)


def _collect(
    house: House, gate: Gate, ask: collect.Ask, *, rest: bool
) -> Ingested | Failure | None:
    """One answer fetched, with no transaction open meanwhile, and then stored."""
    with transaction(house.engine) as session:
        mark = collect.claim(session, ask, rest=rest, now=house.now())
    if mark is None:
        return None
    try:
        settings = house.settings
        answer = fetch(ask.url, gate, mark, contact=settings.contact or settings.base_url)
        return _store(house, ask, answer, now=house.now())
    except PaperRoundError as error:
        reason = " ".join(str(error).split())
    except (
        SQLAlchemyError,
        ValueError,
    ) as error:  # where the database itself is away, noting this fails as well
        reason = f"its papers can't be stored ({type(error).__name__})"
    with transaction(house.engine) as session:
        collect.failed(session, ask, reason)
    return Failure(ask.name, ask.day, reason)


def _store(house: House, ask: collect.Ask, answer: Fetched, *, now: datetime) -> Ingested | None:
    """The papers and the answer's mark, in one transaction; None where nothing is new."""
    mark, draft = answer.mark, None
    if answer.body is not None:
        draft = read_list_of(ask.day, answer.body)
    if draft and not draft.entries and ask.day >= now.astimezone(UTC).date():
        mark, draft = Mark(), None  # a day that is not over is not quiet yet: ask for it afresh
    with transaction(house.engine) as session:
        done = ingest(session, draft, day=ask.day, now=now) if draft else None
        collect.answered(session, ask, mark, now=now)
    return done


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
    with transaction(house.engine) as session:
        preferences.resume(session, now=now)
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
