"""How things stand, for whoever watches."""

from datetime import timedelta

from service import ticks
from service.db import reading, transaction
from service.status import Status, status
from tests.world import World


def counted(world: World) -> Status:
    with reading(world.house.engine) as session:
        return status(session, now=world.now)


def test_who_is_due_and_how_long_the_oldest_has_waited_is_told(world: World) -> None:
    ada = world.reader("ada", "graphs", hour=7)
    assert (counted(world).due, counted(world).oldest_due_seconds) == (0, None)
    world.passes(hours=3)
    assert ada.next_due
    assert counted(world).due == 1
    assert counted(world).oldest_due_seconds == (world.now - ada.next_due).total_seconds()


def test_what_failed_and_what_is_uncertain_is_listed_with_the_reason(mailing: World) -> None:
    mailing.digest("2026-03-02", "Graphs that mend themselves")
    for name in ("ada", "bo"):
        mailing.reader(name, "graphs")
    mailing.postbox.refuse(mailing.address("ada"), code=550)  # type: ignore[union-attr]
    mailing.morning("2026-03-02")
    (trouble,) = counted(mailing).troubles
    assert trouble.promise == f"edition:{mailing.subscriber('ada').id}:2026-03-02"
    assert trouble.state == "failed"
    assert "550" in (trouble.why or "")
    assert mailing.address("ada") not in (trouble.why or "")


def test_beats_last_tick_shows_that_the_clock_stands(world: World) -> None:
    assert counted(world).beat_seconds is None
    with transaction(world.house.engine) as session:
        ticks.mark(session, ticks.BEAT, now=world.now)
    world.passes(minutes=4)
    assert counted(world).beat_seconds == 240


def test_of_many_who_try_to_stand_in_at_once_one_does(world: World) -> None:
    every = timedelta(seconds=25)
    for _ in range(2):
        with transaction(world.house.engine) as session:
            assert ticks.take(session, ticks.STAND_IN, every, now=world.now)
        with transaction(world.house.engine) as session:
            assert not ticks.take(session, ticks.STAND_IN, every, now=world.now)
        world.passes(seconds=25)
