"""Whose hour has come: called once, a little after it, when the day's digest is there."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select, update

from service import learning, mornings, turns
from service.db import reading, transaction
from service.models import EditionState, RelevanceModel, Subscriber
from service.ranking import ModelArrays
from service.turns import promised
from tests.world import World

GRAPHS = ("Graphs that mend themselves", "Matching on random graphs")


def _broken_later() -> bytes:
    """A stored model whose numbers are of another space: it can be read, and not be used."""
    nothing = np.zeros(0, np.float32)
    return ModelArrays(
        columns=np.array([1_000_000], np.int32),
        weights=np.ones(1, np.float32),
        dense=np.ones(7, np.float32),
        bias=0.0,
        liked=(),
        pulls=nothing,
        positive=True,
    ).to_bytes()


@pytest.fixture
def due(world: World) -> World:
    """Ada's hour has come, and so has Monday's digest."""
    world.digest("2026-03-02", *GRAPHS)
    world.reader("ada", "graphs", hour=7)
    world.passes(hours=2, minutes=2)
    return world


def called(world: World) -> list[int]:
    with reading(world.house.engine) as session:
        return turns.called(session, waits=True, now=world.now)


def test_readers_of_one_hour_are_called_within_two_minutes_of_it(world: World) -> None:
    hour = datetime(2026, 3, 2, 7, tzinfo=UTC)
    readers = [world.reader(f"r{number}", hour=7) for number in range(30)]
    waits = {reader.next_due - hour for reader in readers if reader.next_due}
    assert timedelta(0) <= min(waits) < max(waits) < timedelta(minutes=2)
    assert {promised(reader) for reader in readers} == {hour}


def test_a_turn_is_taken_once_however_often_it_is_called(due: World) -> None:
    ada = due.subscriber("ada").id or 0
    with transaction(due.house.engine) as session:
        assert len(turns.take(session, [ada], now=due.now)) == 1
    with transaction(due.house.engine) as session:
        assert turns.take(session, [ada], now=due.now) == []
    assert called(due) == []


def test_a_chunk_that_comes_ten_times_composes_once(due: World) -> None:
    ada = due.subscriber("ada").id or 0
    made = [mornings.compose_called(due.house, [ada], now=due.now).editions for _ in range(10)]
    assert made == [1, *[0] * 9]
    assert len(due.deliveries()) == 1


def test_the_turn_of_a_worker_that_died_is_called_again_within_two_minutes(due: World) -> None:
    ada = due.subscriber("ada").id or 0
    with transaction(due.house.engine) as session:
        turns.take(session, [ada], now=due.now)  # and nothing comes of it
    due.passes(minutes=2)
    assert called(due) == [ada]
    assert due.compose_due().editions == 1
    assert due.subscriber("ada").turn_tries == 0


def test_whoever_was_in_a_chunk_that_came_to_no_end_is_composed_for_alone(due: World) -> None:
    due.reader("bo", "graphs", hour=7)
    due.now = datetime(2026, 3, 3, 7, 2, tzinfo=UTC)
    due.digest("2026-03-03", "Colouring sparse graphs")
    ids = [due.subscriber(name).id or 0 for name in ("ada", "bo")]
    for _ in range(2):
        with transaction(due.house.engine) as session:
            turns.take(session, ids, now=due.now)
        due.passes(minutes=2)
    begun: list[str] = []

    def note(_c: object, _cu: object, statement: str, *_rest: object) -> None:
        begun.extend(["insert"] if statement.startswith("INSERT INTO edition") else [])

    event.listen(due.house.engine, "before_cursor_execute", note)
    assert due.compose_due().editions == 2
    assert begun == ["insert", "insert"]


def test_a_turn_that_kills_its_worker_for_ever_ends_and_its_row_says_so(due: World) -> None:
    ada = due.subscriber("ada").id or 0
    for _ in range(turns.MOST_TRIES):
        with transaction(due.house.engine) as session:
            turns.take(session, [ada], now=due.now)
        due.passes(minutes=2)
    assert due.compose_due().failed == 1
    edition = due.edition("ada", "2026-03-02")
    assert edition.state is EditionState.FAILED
    assert edition.note == "composing it failed 5 times; the log of the worker says why"
    assert promised(due.subscriber("ada")) == datetime(2026, 3, 3, 7, tzinfo=UTC)


def test_a_model_that_cannot_be_read_is_learnt_anew(due: World) -> None:
    with transaction(due.house.engine) as session:
        session.connection().execute(update(RelevanceModel).values(arrays=b"\xff"))
    assert due.compose_due().editions == 1
    assert due.edition("ada", "2026-03-02").contents["trending"] is False


def test_one_reader_who_cannot_be_ranked_for_does_not_keep_the_others_from_their_mail(
    due: World,
) -> None:
    """Pitfall 9, in the composing: the one gets the papers in the digest's own order."""
    for name in ("bo", "cy", "di"):
        due.reader(name, "graphs", hour=7)
    due.now = datetime(2026, 3, 3, 7, 2, tzinfo=UTC)
    due.digest("2026-03-03", "Colouring sparse graphs")
    learning.train_stale(due.house, now=due.now)
    cy = due.subscriber("cy").id or 0
    with transaction(due.house.engine) as session:
        session.connection().execute(
            update(RelevanceModel)
            .where(col(RelevanceModel.subscriber_id) == cy)
            .values(arrays=_broken_later())
        )
    assert due.compose_due().editions == 4
    trending = {
        name: due.edition(name, "2026-03-03").contents["trending"] for name in ("bo", "cy", "di")
    }
    assert trending == {"bo": False, "cy": True, "di": False}


def test_who_is_due_is_one_query_however_many_are(world: World) -> None:
    world.digest("2026-03-02", *GRAPHS)
    for number in range(40):
        world.reader(f"r{number}", hour=7)
    world.passes(hours=2, minutes=2)
    asked: list[str] = []

    def note(_c: object, _cu: object, statement: str, *_rest: object) -> None:
        asked.extend([statement] if "FROM subscriber" in statement else [])

    event.listen(world.house.engine, "before_cursor_execute", note)
    assert [len(chunk) for chunk in mornings.called(world.house, now=world.now)] == [40]
    assert len(asked) == 1


# ── the day's digest ──


def test_due_waits_up_to_an_hour_for_the_days_digest(world: World) -> None:
    world.digest("2026-03-01", *GRAPHS)
    world.reader("ada", "graphs", hour=7)
    world.passes(hours=2, minutes=2)
    assert world.compose_due().ends == {}
    world.passes(minutes=30)
    world.digest("2026-03-02", "Colouring sparse graphs")
    assert world.compose_due().editions == 1
    assert "Colouring sparse graphs" in world.titles("ada", "2026-03-02")


def test_after_an_hour_the_edition_goes_out_with_what_is_there(world: World) -> None:
    world.digest("2026-03-01", *GRAPHS)
    world.reader("ada", "graphs", hour=7)
    world.passes(hours=3, minutes=2)
    assert world.compose_due().editions == 1
    assert set(world.titles("ada", "2026-03-02")) == set(GRAPHS)


def test_nobody_waits_for_a_digest_at_the_weekend(world: World) -> None:
    world.digest("2026-03-06", *GRAPHS)
    world.now = datetime(2026, 3, 7, 5, tzinfo=UTC)  # a Saturday
    world.reader("ada", "graphs", hour=7)
    world.passes(hours=2, minutes=2)
    assert world.compose_due().editions == 1


def test_a_day_without_papers_ends_as_empty_and_says_why(world: World) -> None:
    """Pitfall 5."""
    world.reader("ada", "graphs", hour=7)
    world.passes(hours=3, minutes=2)
    assert world.compose_due().empty == 1
    edition = world.edition("ada", "2026-03-02")
    assert edition.note == "no paper was announced in the two weeks up to this day"
    assert world.deliveries() == []


def test_a_reader_east_of_the_date_line_waits_for_the_digest_of_the_day_it_is_in_utc(
    world: World,
) -> None:
    world.digest("2026-03-02", *GRAPHS)
    world.reader("ada", "graphs", time_zone="Asia/Tokyo", hour=7)
    world.now = datetime(2026, 3, 2, 22, 2, tzinfo=UTC)
    assert world.compose_due().editions == 1
    assert world.titles("ada", "2026-03-03")


def test_readers_who_wait_are_counted_as_due(world: World) -> None:
    world.reader("ada", "graphs", hour=7)
    world.passes(hours=2, minutes=2)
    with reading(world.house.engine) as session:
        assert turns.count(session, now=world.now) == 1
        rows = session.exec(select(Subscriber.next_due)).all()
        assert turns.oldest(session, now=world.now) == rows[0]


def test_what_is_given_back_is_as_if_not_tried_and_what_was_done_stays_done(due: World) -> None:
    due.reader("bo", "graphs", hour=7)
    due.now = datetime(2026, 3, 3, 7, 2, tzinfo=UTC)
    due.digest("2026-03-03", "Colouring sparse graphs")
    ids = [due.subscriber(name).id or 0 for name in ("ada", "bo")]
    with transaction(due.house.engine) as session:
        taken = turns.take(session, ids, now=due.now)
    done = next(turn for turn in taken if turn.slot.subscriber_id == ids[0])
    mornings.compose_round(due.house, [done.slot], done.day, now=due.now)
    with transaction(due.house.engine) as session:
        turns.give_back(session, taken)
    assert [due.subscriber(name).turn_tries for name in ("ada", "bo")] == [0, 0]
    assert called(due) == [ids[1]]


def test_where_the_database_fails_a_turn_comes_again_and_was_no_try(due: World) -> None:
    ada = due.subscriber("ada").id or 0

    def refuse(_c: object, _cu: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO edition"):
            raise OperationalError(statement, {}, Exception("the disk is full"))

    event.listen(due.house.engine, "before_cursor_execute", refuse)
    for _ in range(turns.MOST_TRIES + 1):
        with pytest.raises(OperationalError):
            mornings.compose_called(due.house, [ada], now=due.now)
    event.remove(due.house.engine, "before_cursor_execute", refuse)
    assert due.subscriber("ada").turn_tries == 0
    assert due.compose_due().editions == 1
