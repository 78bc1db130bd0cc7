"""The clock's page: every tick is a task that exists, and what goes to Redis names nobody."""

import json

import pytest
from redis import Redis

from workers.celery import app
from workers.watch import MOST_DEAF_LOOKS, Ears


def test_every_tick_of_the_schedule_is_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= app.tasks.keys()


def test_a_task_in_the_queue_says_what_to_do_and_of_nobody(redis_url: str) -> None:
    app.loader.import_default_modules()
    with app.connection_for_write(redis_url) as connection:
        app.tasks["workers.deliver.deliver_due"].apply_async(connection=connection)
    with Redis.from_url(redis_url) as server:
        (queued,) = server.lrange("celery", 0, -1)
    assert json.loads(queued)["headers"]["argsrepr"] == "()"


def test_a_killed_workers_task_comes_back() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]


def test_a_worker_that_hears_nothing_while_tasks_wait_ends_after_five_minutes() -> None:
    ears = Ears()
    looks = [ears.are_deaf(waiting=3, busy=False) for _ in range(MOST_DEAF_LOOKS)]
    assert looks == [*[False] * (MOST_DEAF_LOOKS - 1), True]


@pytest.mark.parametrize("sign", ["a task came", "it is busy", "nothing waits"])
def test_a_worker_with_a_sign_of_life_goes_on(sign: str) -> None:
    ears = Ears()
    for _ in range(MOST_DEAF_LOOKS - 1):
        ears.are_deaf(waiting=3, busy=False)
    ears.heard = sign == "a task came"
    waiting = 0 if sign == "nothing waits" else 3
    assert not ears.are_deaf(waiting=waiting, busy=sign == "it is busy")
    assert not ears.are_deaf(waiting=3, busy=False)
