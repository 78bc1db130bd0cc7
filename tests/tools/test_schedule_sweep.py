"""Every zone, every day of two years, eight hours: no clock change adds a turn or swallows one."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest

from service.schedule import Due, last_due, next_due

EVERY_DAY = 0b1111111
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 730
HOURS = (0, 1, 2, 3, 7, 12, 18, 23)
"""Those that daylight saving skips or repeats somewhere, and those that readers choose."""
ZERO = timedelta(0)
DAY, LEAST, MOST = timedelta(days=1), timedelta(hours=22), timedelta(hours=26)
ZONES = sorted(available_timezones())
SHARES = 24
"""Each test takes every 24th zone, so that the tests can be shared out evenly."""


def turns(zone: str, hour: int) -> list[Due]:
    """Two years of turns, each asked for from the one before, as it is in the house."""
    found, after = [], START
    for _ in range(DAYS):
        due = next_due(zone, hour, EVERY_DAY, after=after)
        found.append(due)
        after = due.at
    return found


@pytest.mark.parametrize("share", range(SHARES))
def test_every_local_date_of_two_years_has_one_turn_at_its_own_hour(share: int) -> None:
    """T-TIME, pitfall 22."""
    assert len(ZONES) > 590
    for zone in ZONES[share::SHARES]:
        local = ZoneInfo(zone)
        for hour in HOURS:
            check(local, hour, turns(zone, hour))


def check(local: ZoneInfo, hour: int, found: list[Due]) -> None:
    clock = time(hour)
    for last, due in pairwise(found):
        assert due.day - last.day == DAY, (local, hour, due)
        assert LEAST <= due.at - last.at <= MOST, (local, hour, due)
        there = due.at.astimezone(local)
        if there.time() != clock or there.date() != due.day:
            assert is_skipped(local, due.day, hour), (local, hour, due)
            assert there.replace(tzinfo=None) > datetime.combine(due.day, clock), (local, hour, due)
        assert there.fold == 0, (local, hour, due)  # of an hour that comes twice, the first


def is_skipped(local: ZoneInfo, day: date, hour: int) -> bool:
    """Whether the clocks there pass over that hour on that day."""
    before = datetime.combine(day, time(hour), local)
    return (before.utcoffset() or ZERO) < (before.replace(fold=1).utcoffset() or ZERO)


@pytest.mark.parametrize("share", range(8))
def test_a_clock_that_steps_an_hour_calls_nobody_twice_and_nobody_less(share: int) -> None:
    """T-TIME: the database's clock is set an hour back, or forward, around the very turn."""
    for zone in ZONES[share::8]:
        due = next_due(zone, 2, EVERY_DAY, after=START + DAY * (share * 90))
        for step in (timedelta(hours=-1), timedelta(hours=1)):
            called_at = due.at + timedelta(seconds=30)
            again = last_due(zone, 2, EVERY_DAY, until=called_at + step)
            after = next_due(zone, 2, EVERY_DAY, after=max(called_at, called_at + step))
            assert again.day <= due.day, zone  # a day that has its edition already, or an older one
            assert after.day - due.day == DAY, zone


@pytest.mark.parametrize("seed", range(4))
def test_whoever_moves_is_not_without_an_edition_for_more_than_two_days(seed: int) -> None:
    """T-TIME: from any zone to any other, at any moment; a local date that had its edition is over.

    Zones more than a day apart (Kiritimati to Pago Pago) can't have both: there, the date comes
    again, and goes without.
    """
    chance = Random(seed)  # noqa: S311 - chance that can be repeated
    for _ in range(2_000):
        old, new = chance.sample(ZONES, 2)
        last = next_due(old, 7, EVERY_DAY, after=START + DAY * chance.randrange(DAYS))
        moved_at = last.at + DAY * chance.random()
        due = next_due(new, 7, EVERY_DAY, after=moved_at)
        while due.day <= last.day:
            due = next_due(new, 7, EVERY_DAY, after=due.at)
        apart = offset(old, last.at) - offset(new, due.at)
        assert due.at - last.at <= max(2 * DAY, DAY + apart), (old, new, last)


def offset(zone: str, at: datetime) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or ZERO
