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
from service.limits import HOUR, LIMITS, Knocker
from service.models import Knock
from tests.world import MONDAY as NOW

PURPOSES = [
    (purpose, most, window)
    for purpose, all_ in LIMITS.items()
    for most, window in all_
    if purpose not in (limits.ASKED_FOR_ADDRESS, limits.ASKED_IN_ALL)
]
ALL = [Knocker(limits.ASKED_IN_ALL)]


def admitted(engine: Engine, knockers: Sequence[Knocker], **later: float) -> bool:
    with transaction(engine) as session:
        return limits.admit(session, knockers, now=NOW + timedelta(**later)) is not None


@pytest.mark.parametrize(("purpose", "most", "window"), PURPOSES, ids=str)
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


def test_whoever_comes_too_many_waits_for_room_in_turn_and_no_hour_has_more(
    engine: Engine,
) -> None:
    step = timedelta(seconds=10)
    with transaction(engine) as session:
        moments = [limits.admit(session, ALL, now=NOW + step * number) for number in range(401)]
        assert limits.waiting(session, now=NOW + step * 400) == 160
    assert moments[:200] == [NOW + step * number for number in range(200)]
    assert moments[200:400] == [NOW + HOUR + step * number for number in range(200)]
    assert moments[400] == NOW + 2 * HOUR


def test_no_more_wait_than_one_hour_can_take(engine: Engine) -> None:
    with transaction(engine) as session:
        moments = [limits.admit(session, ALL, now=NOW) for _ in range(402)]
        assert limits.admit(session, ALL, now=NOW + HOUR - timedelta(seconds=1)) is None
        assert limits.admit(session, ALL, now=NOW + HOUR) == NOW + 2 * HOUR
    assert moments == [NOW] * 200 + [NOW + HOUR] * 200 + [None] * 2


def test_a_full_house_excuses_nobody_from_their_own_limit(engine: Engine) -> None:
    with transaction(engine) as session:
        for _ in range(200):
            limits.admit(session, ALL, now=NOW)
        both = [Knocker(limits.ASKED_FOR_ADDRESS, "a"), *ALL]
        assert limits.admit(session, both, now=NOW) == NOW + HOUR
        assert limits.admit(session, both, now=NOW) is None


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
