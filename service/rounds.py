"""Steps joined into rounds, as every entrance makes them: collect; refresh; train; deliver."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from service import collect, leases, renew, space, ticks, train
from service.db import reading, transaction
from service.deliver import Delivered, deliver
from service.errors import PaperRoundError
from service.ingest import Ingested, ingest
from service.lessons import load_space
from service.logs import log
from service.mail.smtp import OutcomeKind
from service.sources import read_list_of
from service.sources.fetch import Fetched, Gate, Mark, fetch
from service.wiring import House

Item = TypeVar("Item")
Done = TypeVar("Done")

CHUNK = 500
MOST_STALE = 100_000


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
    stopping: Callable[[], bool] = lambda: False,
) -> Collected:
    """Ask every source for these days, by default the last three, and store what is new.

    A source or a day that fails is noted, and the others go on. With `rest`, what was asked within
    the hour is not asked again. What `stopping` keeps from being asked comes with the next round.
    """
    gates = house.gates(wait)
    with transaction(house.engine) as session:
        collect.tidy(session, now=house.now())
    asks = collect.asks(house.settings.source_urls, days or collect.last_days(house.now()))
    told = [_collect(house, gates, ask, rest=rest) for ask in asks if not stopping()]
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


def refresh(house: House, *, now: datetime) -> int:
    """See to it that every paper has its features in the active space."""
    with transaction(house.engine) as session:
        return space.refresh(session, now=now)


def stale(house: House) -> list[list[int]]:
    """Readers whose model interests or feedback have overtaken, in chunks."""
    with reading(house.engine) as session:
        ids = train.stale(session, limit=MOST_STALE)
    return _chunks(ids)


def train_chunk(house: House, subscriber_ids: Sequence[int], *, now: datetime) -> int:
    """Refit those of these readers whose model is still stale; how many were.

    One who can't be learnt of does not keep the others from it; their older model stays in use.
    """

    def learn(ids: Sequence[int]) -> int:
        with transaction(house.engine) as session:
            return train.train(session, train.stale(session, ids=ids), now=now)

    def unlearnt(reader: int, error: Exception) -> int:
        log.error("no model", subscriber=reader, reason=type(error).__name__, exc_info=error)
        return 0

    return sum(apart(subscriber_ids, learn, unlearnt))


def apart(
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Done],
    alone: Callable[[Item, Exception], Done],
) -> list[Done]:
    """Work on all together; where that fails, on halves, until what stops it stands alone.

    An error of the database is nobody's fault here, and goes up.
    """
    try:
        return [work(items)] if items else []
    except (SQLAlchemyError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the others
        if len(items) == 1:
            return [alone(items[0], error)]
        middle = len(items) // 2
        return apart(items[:middle], work, alone) + apart(items[middle:], work, alone)


def train_stale(house: House, *, now: datetime) -> int:
    """Refit every stale model, a chunk at a time; how many."""
    return sum(train_chunk(house, chunk, now=now) for chunk in stale(house))


def renew_space(house: House, *, now: datetime) -> list[list[int]]:
    """One step towards a space that the papers have not outgrown; readers to be fitted in it.

    Fit those with `train_coming`, and ask again; nobody means that nothing is left to do.
    """
    with transaction(house.engine) as session:
        renew.clear(session)
        new = renew.coming(session)
        if new is None and not renew.is_outgrown(session):
            return []
    new = new or _fit_space(house, now)
    with transaction(house.engine) as session:
        loaded = load_space(session, new) if new else None
        if loaded is None:
            return []
        space.fill(session, loaded, space.wordings(session, lacking_in=loaded.id))
        chunks = _chunks(train.stale(session, space_id=loaded.id))
    if len(chunks) > 1:
        return chunks
    with transaction(house.engine) as session:
        correlation = renew.switch(session, loaded, now=now)
    log.info(
        "a new space", space=loaded.id, papers=loaded.space.paper_count_, agreement=correlation
    )
    return []


def _fit_space(house: House, now: datetime) -> int | None:
    with reading(house.engine) as session:
        rows = space.wordings(session)
    made = renew.fitted(rows, now.date())
    with transaction(house.engine) as session:
        return renew.begin(session, made, len(rows), now=now)


def train_coming(house: House, subscriber_ids: Sequence[int], *, now: datetime) -> int:
    """Fit those of these readers in the space that is being made ready who lack a model there."""
    with transaction(house.engine) as session:
        new = renew.coming(session)
        loaded = load_space(session, new) if new else None
        if loaded is None:
            return 0
        ids = train.stale(session, ids=subscriber_ids, space_id=loaded.id)
        return train.train(session, ids, space=loaded, now=now)


def _chunks(ids: Sequence[int]) -> list[list[int]]:
    return [list(ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK)]


def sweep(house: House, hand: str, *, now: datetime) -> int:
    """Free what vanished workers held, and note that this hand of the clock moves; how many."""
    with transaction(house.engine) as session:
        ticks.mark(session, hand, now=now)
        freed = leases.sweep(session, now=now)
    if freed:
        log.warning("left behind by a worker that is gone", deliveries=freed)
    return freed


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
