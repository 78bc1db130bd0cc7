"""Who asked and never confirmed is forgotten after a week; nobody else is."""

from datetime import timedelta

import pytest
from sqlalchemy import Table, event
from sqlmodel import SQLModel, select

from service import learning, rounds
from service.db import reading
from service.models import Delivery, Interest, Knock, RelevanceModel, Subscriber, SubscriberState
from tests.web.forms import ask, path
from tests.world import World

WEEK = timedelta(days=7)


def tidy(world: World) -> int:
    return rounds.tidy(world.house, now=world.now)


def rows(world: World, *tables: type[SQLModel]) -> list[int]:
    with reading(world.house.engine) as session:
        return [len(session.exec(select(table)).all()) for table in tables]


def test_whoever_never_confirmed_is_gone_after_a_week_with_all_that_hangs_on_them(
    world: World,
) -> None:
    world.digest("2026-03-02", "Graphs that mend themselves")
    ask(world, "ada@reader.example", "graphs", "sleep")
    world.deliver()
    learning.train_stale(world.house, now=world.now)
    assert rows(world, Subscriber, Delivery, Interest, RelevanceModel) == [1, 1, 2, 1]
    world.passes(days=6, hours=23)
    assert tidy(world) == 0
    world.passes(hours=1)
    assert tidy(world) == 1
    hanging = [table for table in SQLModel.metadata.sorted_tables if hangs_on_readers(table)]
    assert len(hanging) == 5
    with reading(world.house.engine) as session:
        assert [session.execute(select(table)).all() for table in hanging] == [[]] * 5
    assert rows(world, Subscriber, Knock) == [0, 3]
    assert tidy(world) == 0


def hangs_on_readers(table: Table) -> bool:
    return any(key.column.table.name == "subscriber" for key in table.foreign_keys)


def test_whoever_asked_again_has_another_week(world: World) -> None:
    ask(world, "ada@reader.example", "graphs")
    world.passes(days=5)
    ask(world, "ada@reader.example", "graphs")
    world.passes(days=6)
    assert tidy(world) == 0
    world.passes(days=1)
    assert tidy(world) == 1


@pytest.mark.parametrize(
    "state", [it for it in SubscriberState if it is not SubscriberState.PENDING]
)
def test_nobody_else_is_forgotten(world: World, state: SubscriberState) -> None:
    reader = world.reader("ada", "graphs", confirmed=False)
    move(world, reader, state=state)
    world.passes(days=400)
    assert tidy(world) == 0


def test_a_reader_of_old_who_asks_again_is_not_forgotten(world: World) -> None:
    """Their link to leave answers for ever, and their editions stay."""
    reader = world.reader("ada", "graphs")
    world.browser.post(path(world.house.links.leave(reader.unsubscribe_id)))
    ask(world, "ada@reader.example", "graphs")
    assert world.state("ada") is SubscriberState.PENDING
    world.passes(days=8)
    assert tidy(world) == 0


def test_sixty_cost_as_many_queries_as_one(world: World) -> None:
    for number in range(60):
        world.reader(f"r{number}", "graphs", confirmed=False)
    world.passes(days=8)
    seen: list[str] = []
    event.listen(
        world.house.engine,
        "before_cursor_execute",
        lambda _c, _cu, statement, *_rest: seen.append(statement),
    )
    assert tidy(world) == 60
    assert len([each for each in seen if each.split()[0] in ("SELECT", "DELETE")]) == 5


def move(world: World, reader: Subscriber, **changes: object) -> None:
    with world.house.engine.begin() as connection:
        table = Subscriber.__table__  # type: ignore[attr-defined]
        connection.execute(table.update().where(table.c.id == reader.id).values(**changes))
