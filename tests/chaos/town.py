"""A town: an installation with many readers, some papers, and a witness at the other end of the mail."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Self

import psycopg
from sqlalchemy import func, make_url
from sqlmodel import col, select

from service import ingest, rounds, subscribe, turns
from service.db import reading, transaction
from service.migrations import migrate
from service.models import Delivery, Edition, Subscriber
from service.sources import read_digest
from service.turns import HOLD
from service.wishes import Wishes
from tests.chaos import search
from tests.chaos.oracle import Promised, Verdict, judge
from tests.chaos.relay import Relay, arrivals
from tests.installation import MONDAY, Installation, Part

TASTES = ("graphs", "language models", "protein folding", "robots", "sleep", "galaxies")
LOOK_EVERY = 0.05
STUCK_AFTER = 180.0
SEVEN = MONDAY + timedelta(hours=2)


class StuckError(TimeoutError):
    """Something that had to happen did not."""


class Town:
    """Readers who are due at an hour, and one life of the worker after another."""

    def __init__(self, here: Installation, *, processes: int = 2, delay: float = 0.02) -> None:
        self.here, self.processes, self.delay = here, processes, delay
        self.log = here.folder / "relay.log"
        self.lives = 0
        self.waits = bool(here.settings["sources"])
        self._relay: Relay | None = None
        migrate(here.house.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_relay()

    # ── what is there before ──

    def readers(
        self, count: int, zones: Sequence[str] = ("UTC",), hours: Sequence[int] = (7,)
    ) -> None:
        """So many readers over these zones and hours, confirmed, each with a taste."""
        house = self.here.house
        with transaction(house.engine) as session:
            for number in range(count):
                address = f"reader{number}@campaign.example"
                wishes = Wishes(
                    interests=[TASTES[number % len(TASTES)]],
                    time_zone=zones[number % len(zones)],
                    hour=hours[number // len(zones) % len(hours)],
                )
                hashed = house.links.address_hash(address)
                subscribe.ask(session, address, wishes, hashed, confirmed=True, now=house.now())

    def digest(self, day: date) -> None:
        """A digest of that day, taken in as by command."""
        house = self.here.house
        draft = read_digest(json.dumps(items(day)).encode(), name=f"{day}.json", today=day)
        with transaction(house.engine) as session:
            ingest.ingest(session, draft, day=day, now=house.now())
        rounds.refresh(house, now=house.now())

    # ── lives ──

    def worker(self, *words: str) -> Part:
        """A new life of the worker, with a witness of its own."""
        witness = self.relay()
        return self.here.worker(*words, processes=self.processes, smtp_url=witness.url)

    def command(self, *words: str) -> Part:
        """A life of a command of ours, with a witness of its own."""
        witness = self.relay()
        return self.here.paperround(*words, smtp_url=witness.url)

    def relay(self) -> Relay:
        """The next witness, once the last one has seen all that was on its way."""
        self.close_relay()
        self.lives += 1
        clock = self.here.clock.file
        self._relay = Relay(self.log, self.lives, delay=self.delay, clock=clock)
        return self._relay

    def close_relay(self) -> None:
        """Let the witness write down what is still on its way from a worker that is gone."""
        if self._relay:
            self._relay.__exit__(None, None, None)
            self._relay = None

    def hand_over(self) -> bool:
        """Wait for the next mail of this life; False if there was nothing left to hand over."""
        assert self._relay
        relay, before = self._relay, self._relay.taken
        self.until(lambda: relay.taken > before or self.is_done())
        return relay.taken > before

    def let_holds_pass(self) -> None:
        """With nobody alive to work: the time in which a turn is left to a worker that may have died."""
        if self._held():
            self.here.clock.passes(HOLD + timedelta(seconds=1))

    # ── how things stand ──

    def until(self, condition: Callable[[], bool], seconds: float = STUCK_AFTER) -> None:
        """Look again and again until it is so."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise StuckError(f"still not so after {seconds} s: {self.stands()}")
            time.sleep(LOOK_EVERY)

    def is_done(self) -> bool:
        """Whether nobody is called, no turn is held, and every promise has come to its end.

        It is asked in the order in which work flows, so that what moves on meanwhile is met again.
        """
        return not (self._called() or self._held() or self._open())

    def is_done_within(self, seconds: float) -> bool:
        """Whether all was done before that time was over."""
        try:
            self.until(self.is_done, seconds)
        except StuckError:
            return False
        return True

    def stands(self) -> dict[str, int]:
        """Deliveries by state, for whoever has to find out why."""
        with reading(self.here.house.engine) as session:
            rows = session.exec(select(Delivery.state, func.count()).group_by(Delivery.state)).all()
        return {str(state): count for state, count in rows}

    def _called(self) -> bool:
        with reading(self.here.house.engine) as session:
            return bool(turns.called(session, waits=self.waits, now=self.here.clock.now()))

    def _open(self) -> bool:
        query = select(Delivery.id).where(col(Delivery.settled_at).is_(None)).limit(1)
        with reading(self.here.house.engine) as session:
            return session.exec(query).first() is not None

    def _held(self) -> bool:
        now = self.here.clock.now()
        held = select(Subscriber.id).where(
            col(Subscriber.turn_until) >= now, col(Subscriber.next_due) <= now
        )
        with reading(self.here.house.engine) as session:
            return session.exec(held.limit(1)).first() is not None

    # ── what came of it ──

    def verdict(self, *, expected: int, allowed: int = 0) -> Verdict:
        """What came of every promise, and what was written down that must not be."""
        self.close_relay()
        promised = self.promised()
        found = judge(promised, arrivals(self.log), expected=expected, allowed=allowed)
        found.faults.extend(self.leaks(promised))
        return found

    def promised(self) -> dict[str, Promised]:
        """Every delivery by its Message-ID."""
        query = (
            select(Delivery, Subscriber.email, Edition.day)
            .join(Subscriber, col(Subscriber.id) == col(Delivery.subscriber_id))
            .join(Edition, col(Edition.id) == col(Delivery.edition_id))
        )
        with reading(self.here.house.engine) as session:
            rows = session.exec(query).all()
        house = self.here.house
        return {
            house.links.message_id(row.kind, row.key, domain=house.writer.domain): Promised(
                str(email), day, str(row.state)
            )
            for row, email, day in rows
        }

    def leaks(self, promised: Mapping[str, Promised]) -> list[str]:
        """Addresses and tokens in logs, in the broker's dump and in all that it was ever told."""
        mails = self.log.with_name(f"{self.log.name}.mails")
        secrets = search.tokens(mails.read_bytes()) if mails.exists() else set()
        with self.here.redis() as server:
            server.save()
            queued = b"\n".join(server.lrange("celery", 0, -1))
        if not secrets:
            return ["the mails hold no token to look for"]
        written = [*self.here.written(), ("the queue", queued)]
        addresses = [each.address for each in promised.values()]
        return search.leaks(written, addresses, secrets)


def items(day: date, papers: int = 12) -> list[dict[str, object]]:
    """That day's list, as the API would give it; no two days name the same paper."""
    return [_item(day, number) for number in range(papers)]


def _item(day: date, number: int) -> dict[str, object]:
    chance = random.Random(f"{day}{number}")
    taste = TASTES[number % len(TASTES)]
    title = f"On {taste} {chance.randrange(10**6)} and {chance.choice(TASTES)} of {day:%d %B}"
    body = {
        "id": f"{day:%y%m}.{day.day:02}{number:03}",
        "authors": [{"name": "Ada Example", "hidden": False}],
        "publishedAt": f"{day.isoformat()}T00:00:00.000Z",
        "title": title,
        "summary": f"We study {title.lower()}. " * 4,
        "upvotes": chance.randrange(100),
    }
    return {"paper": body, "publishedAt": body["publishedAt"], "title": title}


@contextmanager
def new_database(server: str | None, folder: Path) -> Iterator[str]:
    """The URL of an empty database: a file in the folder, or one on the Postgres server."""
    if server is None:
        yield f"sqlite:///{folder / 'chaos.db'}"
        return
    name = f"chaos_{token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
