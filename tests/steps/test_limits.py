"""Limits: counted in the database, to the last one, and forgotten when their time is over."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from service import limits
from service.db import reading, transaction
from service.limits import LIMITS, Knocker
from service.models import Knock
from tests.world import MONDAY as NOW

PURPOSES = [(purpose, most, window) for purpose, all_ in LIMITS.items() for most, window in all_]


def admitted(engine: Engine, knockers: Sequence[Knocker], **later: float) -> bool:
    with transaction(engine) as session:
        return limits.admit(session, knockers, now=NOW + timedelta(**later))


@pytest.mark.parametrize(("purpose", "most", "window"), PURPOSES[:1] + PURPOSES[3:], ids=str)
def test_so_many_within_so_long_and_then_again(
    engine: Engine, purpose: str, most: int, window: timedelta
) -> None:
    one, step = [Knocker(purpose, "a")], window / most
    times = [NOW + step * number for number in range(most)]
    with transaction(engine) as session:
        assert all(limits.admit(session, one, now=at) for at in times)
        last = window - timedelta(seconds=1)
        assert not limits.admit(session, one, now=NOW + last)
        assert limits.admit(session, one, now=NOW + window)


def test_an_address_is_asked_once_a_day_and_three_times_a_month(engine: Engine) -> None:
    one = [Knocker(limits.ASKED_FOR_ADDRESS, "a")]
    assert [admitted(engine, one, hours=hour) for hour in (0, 23, 24, 48, 72, 96)] == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]
    assert admitted(engine, one, days=30)


def test_one_network_does_not_use_up_anothers_turn(engine: Engine) -> None:
    for _ in range(6):
        admitted(engine, [Knocker(limits.ASKED_BY_NETWORK, "a")])
    assert not admitted(engine, [Knocker(limits.ASKED_BY_NETWORK, "a")])
    assert admitted(engine, [Knocker(limits.ASKED_BY_NETWORK, "b")])


def test_who_is_refused_by_one_limit_is_counted_by_none(engine: Engine) -> None:
    both = [Knocker(limits.ASKED_FOR_ADDRESS, "a"), Knocker(limits.ASKED_BY_NETWORK, "n")]
    assert [admitted(engine, both) for _ in range(9)] == [True, *[False] * 8]
    with reading(engine) as session:
        assert len(session.exec(select(Knock)).all()) == 2


def test_what_no_limit_needs_any_more_is_forgotten(engine: Engine) -> None:
    admitted(engine, [Knocker(limits.ASKED_BY_NETWORK, "a"), Knocker(limits.ASKED_IN_ALL)])
    admitted(engine, [Knocker(limits.LINK_BY_NETWORK, "b")], hours=1)
    with reading(engine) as session:
        assert [row.who for row in session.exec(select(Knock))] == ["b"]


def test_the_limit_holds_when_all_come_at_once(engine: Engine) -> None:
    together = Barrier(8)

    def one(_: int) -> bool:
        together.wait()
        return admitted(engine, [Knocker(limits.ASKED_BY_NETWORK, "a")])

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(one, range(8))) == 5
