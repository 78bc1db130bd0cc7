"""A whole UTC day in simulated time: readers all over the world, each mailed at their own hour.

    make night ARGS="--readers 2000 --database postgres"

The clock runs as the host's does, and jumps to the next readers' hour when nothing is in flight.
In the night the day's digest comes in from a source. In most hours the worker, its pool and all,
is killed while it hands over, and the broker is emptied; now and then beat is killed and stays
away for an hour. Then each reader must have had exactly one mail, of their own local date, and in
time: due, or once the digest came or had been waited for an hour, and no later than 15 minutes after.
"""

import argparse
import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from service.collect import DAYS, REST
from service.db import reading
from service.models import Digest, SourceCheck
from service.schedule import MOST_JITTER
from service.turns import WAIT_FOR_DIGEST
from tests.chaos import campaign
from tests.chaos.campaign import Record
from tests.chaos.oracle import Promised
from tests.chaos.relay import Arrival, arrivals
from tests.chaos.town import Town, items
from tests.installation import Part
from tests.upstream import Upstream

WEDNESDAY = datetime(2026, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)
NEWS_AT = WEDNESDAY + timedelta(hours=2, minutes=30)
IN_TIME = timedelta(minutes=15)
ZONES = (
    *("Pacific/Pago_Pago", "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles"),
    *("America/Denver", "America/Chicago", "America/New_York", "America/Halifax"),
    *("America/St_Johns", "America/Sao_Paulo", "Atlantic/Azores", "UTC"),
    *("Europe/Berlin", "Africa/Cairo", "Europe/Moscow", "Asia/Tehran"),
    *("Asia/Dubai", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Bangkok"),
    *("Asia/Tokyo", "Australia/Adelaide", "Pacific/Noumea", "Pacific/Auckland"),
)
HOURS = (6, 7)
PACE = 0.01


@dataclass
class Harm:
    """What was done in this night."""

    kills: int = 0
    kills_in_flight: int = 0
    flushes: int = 0
    beats_killed: int = 0


@dataclass
class Night:
    """A town, the parts that run in it, and what is done to them."""

    town: Town
    beat: Part
    worker: Part
    harm: Harm = field(default_factory=Harm)

    def go_to(self, moment: datetime) -> None:
        """It is this moment; what is due then happens, whatever is done meanwhile."""
        self.town.here.clock.turn(moment)
        if random.random() < 0.4:
            time.sleep(random.uniform(0, 1))
            with self.town.here.redis() as server:
                server.flushall()
            self.harm.flushes += 1
        if random.random() < 0.4 and self.town.hand_over():
            self._kill_worker()
        self.town.until(self.town.is_done)

    def hear_news(self) -> None:
        """Stay until the source was asked, if an hour has gone by since the last time."""
        self.town.until(self._has_asked)
        self.town.until(self.town.is_done)

    def tend_beat(self) -> None:
        """Bring beat back, if it was killed in the hour before; or kill it."""
        if not self.beat.lives:
            self.beat = self.town.here.beat()
        elif random.random() < 0.2:
            self.beat.kill()
            self.harm.beats_killed += 1

    def _kill_worker(self) -> None:
        self.harm.kills_in_flight += not self.town.is_done_within(random.uniform(0, 0.2))
        self.harm.kills += 1
        self.worker.kill()
        self.town.let_holds_pass()
        self.worker = self.town.worker()

    def _has_asked(self) -> bool:
        """Whether every question to the source that is not at rest has been asked."""
        fresh = self.town.here.clock.now() - REST
        asked = select(func.count()).where(col(SourceCheck.checked_at) > fresh)
        with reading(self.town.here.house.engine) as session:
            return session.exec(asked).one() >= DAYS


def main() -> None:
    """Run it from the command line; exit code 1 if a promise was broken."""
    parser = campaign.arguments("night", "A night with readers all over the world.")
    parser.set_defaults(readers=2000, delay=0.05)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    wish = parser.parse_args()
    random.seed(wish.seed)
    began = time.monotonic()
    with campaign.database_server(wish.database) as server, Upstream() as source:
        record = _run(wish, server, source)
    record |= {"seconds": round(time.monotonic() - began)}
    known = {"campaign": "night", "database": wish.database, "seed": wish.seed}
    campaign.keep(wish.results, known | record)
    print(json.dumps(known | record, indent=2))
    raise SystemExit(bool(record["faults"]))


def _run(wish: argparse.Namespace, server: str | None, source: Upstream) -> Record:
    yesterday = WEDNESDAY - timedelta(minutes=30)
    source.says(yesterday.date().isoformat(), items(yesterday.date()))
    with campaign.town(wish, server, start=yesterday, sources=source.url, pace=PACE) as town:
        town.readers(wish.readers, ZONES, HOURS)
        expected = _expected(wish.readers)
        town.here.broker()
        night = Night(town, town.here.beat(), town.worker())
        for moment in _moments(expected):
            if moment >= NEWS_AT:
                source.says(WEDNESDAY.date().isoformat(), items(WEDNESDAY.date()))
            is_first = moment.second == 0
            if is_first:
                night.tend_beat()
            night.go_to(moment)
            if not is_first:
                night.hear_news()
            print(f"{moment:%H:%M:%S} {town.stands()} {night.harm}", file=sys.stderr, flush=True)
        allowed = wish.connections * wish.processes
        verdict = town.verdict(expected=wish.readers, allowed=allowed)
        delays, faults = _delays(town, expected)
        return {
            **asdict(verdict),
            **asdict(night.harm),
            "faults": verdict.faults + faults,
            "delay_p99": delays[int(len(delays) * 0.99)],
            "worst_delay": delays[-1],
        }


def _expected(readers: int) -> dict[tuple[str, date], datetime]:
    """For each reader the local date whose hour falls into this UTC day, and that moment.

    It is computed here from the calendar alone, so that the schedule under trial has no say.
    """
    due = {}
    for number in range(readers):
        zone = ZoneInfo(ZONES[number % len(ZONES)])
        hour = HOURS[number // len(ZONES) % len(HOURS)]
        for day in (WEDNESDAY - DAY, WEDNESDAY, WEDNESDAY + DAY):
            at = datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)
            if WEDNESDAY <= at < WEDNESDAY + DAY:
                due[f"reader{number}@campaign.example", day.date()] = at
    return due


def _moments(expected: dict[tuple[str, date], datetime]) -> list[datetime]:
    """Where the clock stops: when half of an hour's readers are called, and when all are.

    Also an hour later in the night, when those who wait for the digest wait no more.
    """
    hours = set(expected.values())
    hours |= {hour + WAIT_FOR_DIGEST for hour in hours if hour < NEWS_AT}
    jitters = (timedelta(seconds=MOST_JITTER / 2), timedelta(seconds=MOST_JITTER + 1))
    return sorted(hour + jitter for hour in hours for jitter in jitters)


def _delays(
    town: Town, expected: dict[tuple[str, date], datetime]
) -> tuple[list[float], list[str]]:
    """Seconds from when each mail should go out to when it did, in order, and what was not in time."""
    promised = town.promised()
    with reading(town.here.house.engine) as session:
        came = session.exec(select(Digest.ingested_at).where(Digest.day == WEDNESDAY.date())).one()
    delays, faults = [0.0], []
    for mail in arrivals(town.log):
        delay = _delay(mail, promised, expected, came)
        if delay is None:
            faults.append(f"{mail.recipient} got a mail of a day that is not theirs")
            continue
        delays.append(delay)
        if not 0 <= delay <= IN_TIME.total_seconds():
            faults.append(f"{mail.recipient} got their mail {delay} s after its time")
    return sorted(delays), faults


def _delay(
    mail: Arrival,
    promised: dict[str, Promised],
    expected: dict[tuple[str, date], datetime],
    came: datetime,
) -> float | None:
    known = promised.get(mail.message_id)
    due = expected.get((known.address, known.day)) if known else None
    if due is None:
        return None
    ready = max(due, min(came, due + WAIT_FOR_DIGEST))
    return round(mail.moment - ready.timestamp(), 1)


if __name__ == "__main__":
    main()
