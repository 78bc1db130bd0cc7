"""A reader changes zone or wishes: never two editions for one date, and none that was due is lost."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlmodel import col, select

from service import preferences, subscribe
from service.db import reading, transaction
from service.models import Edition
from service.turns import promised
from service.wishes import Wishes
from tests.world import World

HOUR = datetime(2026, 3, 2, 7, tzinfo=UTC)


def saves(world: World, **wishes: object) -> None:
    """Ada saves her preferences, as the page does it."""
    reader = world.subscriber("ada")
    kept = {"time_zone": reader.time_zone, "hour": reader.hour, **wishes}
    with transaction(world.house.engine) as session:
        subscribe.change(session, reader, Wishes(interests=["graphs"], **kept), now=world.now)  # type: ignore[arg-type]
        preferences.pause(session, reader, None, now=world.now)


def editions(world: World) -> list[Edition]:
    with reading(world.house.engine) as session:
        return list(session.exec(select(Edition).order_by(col(Edition.composed_at))))


def goes_by(world: World, turns: int) -> None:
    """The clock goes on to the next call, so many times; a digest is waited for, and none comes."""
    for _ in range(turns):
        next_due = world.subscriber("ada").next_due
        assert next_due
        world.now = next_due + timedelta(hours=1)
        world.compose_due()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Asia/Tokyo", "America/Los_Angeles"),
        ("America/Los_Angeles", "Asia/Tokyo"),
        ("Pacific/Auckland", "Pacific/Honolulu"),
        ("Europe/Berlin", "Europe/London"),
    ],
)
@pytest.mark.parametrize("moved_after", [1, 11, 23])
def test_whoever_moves_gets_one_edition_a_date_and_waits_two_days_at_most(
    world: World, old: str, new: str, moved_after: int
) -> None:
    world.digest("2026-03-02", "Graphs that mend themselves")
    world.reader("ada", "graphs", time_zone=old)
    goes_by(world, 3)
    world.passes(hours=moved_after)
    saves(world, time_zone=new)
    goes_by(world, 4)
    found = editions(world)
    days = [each.day for each in found]
    assert days == sorted(set(days))
    assert len(days) >= 6
    waits = [after.composed_at - before.composed_at for before, after in pairwise(found)]
    assert max(waits) <= timedelta(hours=48)


@pytest.mark.parametrize("seconds", [0, 1, 119, 120, 1800])
def test_an_edition_whose_hour_has_come_is_not_lost_by_saving_preferences(
    world: World, seconds: int
) -> None:
    """Whether the reader is called a little later, waits for the digest, or for our return."""
    world.reader("ada", "graphs", hour=7)
    world.now = HOUR + timedelta(seconds=seconds)
    saves(world)
    world.now = HOUR + timedelta(hours=1, minutes=5)
    world.digest("2026-03-02", "Graphs that mend themselves")
    world.compose_due()
    assert [each.due_at for each in editions(world)] == [HOUR]
    assert promised(world.subscriber("ada")) == HOUR + timedelta(days=1)


def test_a_later_hour_chosen_while_an_edition_is_due_is_that_days_hour(world: World) -> None:
    world.reader("ada", "graphs", hour=7)
    goes_by(world, 1)
    world.now = HOUR + timedelta(days=1, minutes=10)  # nobody has composed Tuesday's yet
    saves(world, hour=9)
    goes_by(world, 2)
    assert [(each.day.day, each.due_at) for each in editions(world)] == [
        (2, HOUR),
        (3, HOUR + timedelta(days=1, hours=2)),
    ]
