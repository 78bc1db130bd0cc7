"""The trial: two readers of opposite tastes, two days of invented papers, mail in a folder."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import col, select

from service import ingest, mornings, rounds, subscribe, train
from service.db import reading, transaction
from service.models import Digest, Subscriber
from service.sources import read_digest
from service.wiring import House
from service.wishes import Wishes

SAMPLES = Path(__file__).parent / "samples"
DAYS = ("first.json", "second.json")


@dataclass(frozen=True)
class Reader:
    """Somebody invented, who reads."""

    email: str
    interests: tuple[str, ...]


READERS = (
    Reader(
        "ada@example.org",
        ("graph neural networks", "combinatorial optimization", "bipartite matching"),
    ),
    Reader("noor@example.org", ("sleep", "place cells", "spike sorting")),
)


def start(house: House, page: Path | None = None) -> date:
    """Bring the next sample day, or a page on that page's own day, to both readers' mailboxes."""
    if page:
        return _bring(house, page, house.now().date())
    coming = _coming(house)
    if coming is None:
        return _last_day(house) or house.now().date()
    return _bring(house, *coming)


def can_go_on(house: House) -> bool:
    """Whether a sample day is left that has not been brought yet."""
    return _last_day(house) is not None and _coming(house) is not None


def next_day(house: House) -> None:
    """Bring the next sample day, if one is left."""
    if can_go_on(house):
        start(house)


def _coming(house: House) -> tuple[Path, date] | None:
    last = None
    for name in DAYS:
        day = _day_of(house, SAMPLES / name)
        if day is None:
            return SAMPLES / name, last + timedelta(days=1) if last else house.now().date()
        last = day
    return None


def _last_day(house: House) -> date | None:
    days = [_day_of(house, SAMPLES / name) for name in DAYS]
    return max((day for day in days if day), default=None)


def _day_of(house: House, sample: Path) -> date | None:
    """The day on which a sample was ingested; its bytes are its name."""
    key = f"sha256:{hashlib.sha256(sample.read_bytes()).hexdigest()}"
    with reading(house.engine) as session:
        return session.exec(select(col(Digest.day)).where(Digest.key == key)).first()


def _bring(house: House, page: Path, today: date) -> date:
    """Digest, readers, editions, mail: the whole road, once."""
    now = house.now()
    draft = read_digest(page.read_bytes(), name=page.name, today=today)
    with transaction(house.engine) as session:
        day = ingest.ingest(session, draft, day=today, now=now).day
    rounds.refresh(house, now=now)
    emails = [_welcome(house, reader) for reader in READERS]
    for _ in mornings.compose_day(house, day, emails, now=now):
        pass
    asyncio.run(rounds.deliver_round(house))
    return day


def _welcome(house: House, reader: Reader) -> str:
    """The reader's address; whoever is known keeps the wishes they have by now."""
    now = house.now()
    with transaction(house.engine) as session:
        if subscribe.by_address(session, reader.email) is None:
            wishes = Wishes(interests=reader.interests, max_papers=5)
            hashed = house.links.address_hash(reader.email)
            made: Subscriber = subscribe.ask(
                session, reader.email, wishes, hashed, confirmed=True, now=now
            )
            train.train(session, [made.id or 0], fading=house.fading(now), now=now)
    return reader.email
