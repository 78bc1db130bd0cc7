"""Steps joined into rounds, as every entrance makes them: collect, refresh, sweep, deliver."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.exc import SQLAlchemyError

from service import collect, erase, leases, space, ticks
from service.chunks import CHUNK
from service.db import transaction
from service.deliver import Delivered, deliver
from service.errors import PaperRoundError
from service.ingest import Ingested, ingest
from service.logs import log
from service.mail.smtp import OutcomeKind
from service.sources import read_list_of
from service.sources.fetch import Fetched, Gate, Mark, fetch
from service.wiring import House


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


def sweep(house: House, hand: str, *, now: datetime) -> int:
    """Free what vanished workers held, and note that this hand of the clock moves; how many."""
    with transaction(house.engine) as session:
        ticks.mark(session, hand, now=now)
        freed = leases.sweep(session, now=now)
    if freed:
        log.warning("left behind by a worker that is gone", deliveries=freed)
    return freed


def tidy(house: House, *, now: datetime) -> int:
    """Forget those who asked and never confirmed, a chunk at a time; how many."""
    forgotten, done = 0, CHUNK
    while done == CHUNK:
        with transaction(house.engine) as session:
            done = erase.forget_unconfirmed(session, limit=CHUNK, now=now)
        forgotten += done
    if forgotten:
        log.info("forgotten, since they never confirmed", readers=forgotten)
    return forgotten


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
