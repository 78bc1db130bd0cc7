"""Turns before an upstream, taken by many workers at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from service.db import create_engine, reading, transaction
from service.gates import LONGEST_WAIT, PACE, Gates, take
from service.models import Gate
from service.sources.fetch import SourceBusy

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
HOST = "papers.example.org"


@dataclass
class Time:
    """A clock that goes on by what was waited, and by nothing else."""

    now: datetime = NOW
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def gates(engine: Engine, time: Time) -> Gates:
    return Gates(engine, lambda: time.now, time.wait)


def test_the_first_turn_is_free_and_the_next_a_second_later(gates: Gates, time: Time) -> None:
    for _ in range(3):
        gates.turn(HOST)
    assert time.waits == [1.0, 1.0]


def test_each_upstream_has_a_gate_of_its_own(gates: Gates, time: Time) -> None:
    gates.turn(HOST)
    gates.turn(f"mirror.{HOST}")
    assert time.waits == []


def test_a_gate_that_opens_soon_is_waited_for(gates: Gates, time: Time) -> None:
    gates.close(HOST, 12.0)
    gates.turn(HOST)
    assert time.now == NOW + timedelta(seconds=12)


def test_a_gate_that_stays_closed_is_not_waited_for(gates: Gates, time: Time) -> None:
    gates.close(HOST, 31.0)
    with pytest.raises(SourceBusy, match="left alone until 2026-03-02 05:00:31 UTC"):
        gates.turn(HOST)
    assert time.waits == []


def test_a_gate_closed_for_long_is_not_opened_by_a_shorter_word(gates: Gates, time: Time) -> None:
    gates.close(HOST, 20.0)
    gates.close(HOST, 5.0)
    gates.turn(HOST)
    assert time.waits == [20.0]


def test_waiting_is_bounded_also_where_others_keep_taking_the_turn(
    engine: Engine, time: Time
) -> None:
    """Nobody else's clock moves ours: the waits alone add up to the limit."""

    def overtaken(seconds: float) -> None:
        time.wait(seconds)
        with transaction(engine) as session:
            take(session, HOST, now=time.now)

    gates = Gates(engine, lambda: time.now, overtaken)
    gates.turn(HOST)
    with pytest.raises(SourceBusy):
        gates.turn(HOST)
    assert sum(time.waits) <= LONGEST_WAIT.total_seconds()


def test_of_ten_workers_at_once_one_has_the_turn(engine: Engine, database_url: str) -> None:
    together = Barrier(10)

    def one(_: int) -> datetime | None:
        own = create_engine(database_url)
        together.wait()
        with transaction(own) as session:
            until = take(session, HOST, now=NOW)
        own.dispose()
        return until

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(one, range(10)))
    assert sorted(map(str, answers)) == sorted(["None", *[str(NOW + PACE)] * 9])
    with reading(engine) as session:
        assert session.exec(select(Gate.free_at)).all() == [NOW + PACE]
