"""The database itself refuses what may never be true."""

from datetime import UTC, datetime, timedelta, timezone
from traceback import format_exception
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from service.db import reading, transaction
from service.models import Interest, Space, Subscriber
from tests.house.rows import NOW, fill_every_table, subscriber

WRONG = [
    {"hour": 24},
    {"hour": -1},
    {"weekdays": 0},
    {"weekdays": 128},
    {"max_papers": 0},
    {"max_papers": 51},
    {"email": None},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_reader_beyond_the_limits_is_refused_by_the_database(
    engine: Engine, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.add(subscriber(**wrong))


@pytest.mark.parametrize(
    "best", [{"hour": 0, "weekdays": 1}, {"hour": 23, "max_papers": 50}], ids=str
)
def test_a_reader_at_the_limits_is_taken(engine: Engine, best: dict[str, Any]) -> None:
    with transaction(engine) as session:
        session.add(subscriber(**best))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("feedback", "verdict"),
        ("subscriber", "state"),
        ("edition", "state"),
        ("delivery", "state"),
        ("delivery", "kind"),
        ("interest", "kind"),
        ("paperidentity", "kind"),
    ],
)
def test_a_word_outside_the_list_is_refused_by_the_database(
    engine: Engine, table: str, column: str
) -> None:
    with transaction(engine) as session:
        fill_every_table(session)
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.execute(text(f"UPDATE {table} SET {column} = 'maybe'"))  # noqa: S608


def test_choices_are_stored_as_the_words_we_say(engine: Engine) -> None:
    with transaction(engine) as session:
        fill_every_table(session)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT verdict FROM feedback")).scalar_one() == "more"


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a zone"), transaction(engine) as session:
        session.add(subscriber(next_due=naive))


def test_a_time_comes_back_as_the_same_moment_in_utc(engine: Engine) -> None:
    there = datetime(2026, 3, 2, 7, 0, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    with transaction(engine) as session:
        session.add(subscriber(next_due=there))
    with reading(engine) as session:
        due = session.exec(select(Subscriber.next_due)).one()
    assert (due, due and due.tzinfo) == (there, UTC)


def test_only_one_space_is_active(engine: Engine) -> None:
    def space(*, active: bool) -> Space:
        return Space(active=active, arrays=b"", fitted_at=NOW, paper_count=0)

    with transaction(engine) as session:
        session.add_all([space(active=False), space(active=False), space(active=True)])
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.add(space(active=True))


def test_an_interest_without_weight_is_refused(engine: Engine) -> None:
    with transaction(engine) as session:
        fill_every_table(session)
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.execute(text("UPDATE interest SET weight = 0"))


def test_a_row_may_not_point_to_nobody(engine: Engine) -> None:
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.add(Interest(subscriber_id=4711, text="graphs"))


def test_an_error_of_the_database_does_not_print_the_address(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as refused, transaction(engine) as session:
        session.add(subscriber(hour=24, email="ada@private.example"))
    assert "private" not in "".join(format_exception(refused.value))
    assert "ck_subscriber_hour" in str(refused.value)


def test_what_is_only_read_is_never_changed(engine: Engine) -> None:
    with reading(engine) as session:
        session.add(subscriber())
        session.flush()
    with reading(engine) as session:
        assert session.exec(select(Subscriber)).all() == []
