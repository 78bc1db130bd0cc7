"""Hints: a task that comes ten times does its work once, and none names a reader."""

from service.models import DeliveryState
from tests.chaos import search
from tests.workers.queue import Hint, Queue
from tests.world import World
from workers.compose import call_due, compose_chunk
from workers.deliver import deliver_due
from workers.sweep import sweep
from workers.train import find_stale

DUE = {"hours": 2, "minutes": 3}


def readers(world: World, *names: str) -> list[int]:
    """Readers who are due, with something to read."""
    world.digest("2026-03-02", "Graphs that mend themselves", "Sleep and its spindles")
    ids = [world.reader(name, "graphs").id or 0 for name in names]
    world.passes(**DUE)
    return ids


def test_readers_are_called_by_their_numbers_a_chunk_a_task(world: World, queue: Queue) -> None:
    ids = readers(world, "ada", "bo")
    call_due()
    (hint,) = queue.hints
    assert hint.task == "workers.compose.compose_chunk"
    assert sorted(hint.arguments[0]) == ids


def test_a_chunk_delivered_ten_times_is_composed_and_announced_once(
    world: World, queue: Queue
) -> None:
    ids = readers(world, "ada", "bo")
    for _ in range(10):
        compose_chunk(ids)
    assert len(world.deliveries()) == 2
    assert queue.hints == [Hint("workers.deliver.deliver_due", [])]


def test_the_outbox_emptied_ten_times_hands_over_once(world: World, queue: Queue) -> None:
    compose_chunk(readers(world, "ada", "bo"))
    for _ in range(10):
        deliver_due()
    assert {row.state for row in world.deliveries()} == {DeliveryState.SENT}
    assert {row.attempts for row in world.deliveries()} == {1}
    assert len(world.inbox("ada")) == len(world.inbox("bo")) == 1


def test_nothing_in_the_queue_names_a_reader(world: World, queue: Queue) -> None:
    ids = readers(world, "ada", "bo")
    world.says("ada", "more", "Sleep and its spindles")
    call_due()
    compose_chunk(ids)
    deliver_due()
    find_stale()
    sweep()
    secrets = search.tokens(world.inbox("ada")[0].as_bytes())
    assert secrets
    assert {
        type(number) for hint in queue.hints for given in hint.arguments for number in given
    } <= {int}
    assert search.leaks([("queue", queue.raw)], [world.address("ada")], secrets) == []
