"""The watch of every worker: who calls the hours when beat does not."""

from datetime import timedelta

from service import ticks
from service.db import transaction
from tests.workers.queue import Queue
from tests.world import World
from workers.celery import app
from workers.sweep import sweep
from workers.watch import GONE_AFTER, is_needed, stand_in


def test_a_worker_steps_in_where_beat_was_never_heard(world: World, queue: Queue) -> None:
    assert is_needed()


def test_only_one_of_many_workers_steps_in_a_look(world: World, queue: Queue) -> None:
    assert [is_needed() for _ in range(4)] == [True, False, False, False]
    world.passes(seconds=app.conf.look_every)
    assert [is_needed() for _ in range(4)] == [True, False, False, False]


def test_while_beat_is_heard_nobody_steps_in(world: World, queue: Queue) -> None:
    sweep()
    world.passes(seconds=GONE_AFTER.total_seconds() - 1)
    assert not is_needed()
    world.passes(seconds=1)
    assert is_needed()


def test_a_beat_that_comes_back_is_left_to_its_work(world: World, queue: Queue) -> None:
    assert is_needed()
    with transaction(world.house.engine) as session:
        ticks.mark(session, ticks.BEAT, now=world.now)
    world.passes(seconds=app.conf.look_every * 2)
    assert not is_needed()


def test_who_stands_in_says_all_that_beat_says(world: World, queue: Queue) -> None:
    stand_in()
    said = [hint.task for hint in queue.hints]
    assert sorted(said) == sorted(entry["task"] for entry in app.conf.beat_schedule.values())


def test_who_stands_in_is_not_taken_for_beat(world: World, queue: Queue) -> None:
    assert is_needed()
    stand_in()
    (hint,) = [hint for hint in queue.hints if hint.task == "workers.sweep.sweep"]
    sweep(*hint.arguments)
    world.passes(seconds=timedelta(minutes=1).total_seconds())
    assert is_needed()
