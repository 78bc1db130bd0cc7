"""Training: stale models are found by a query, and only those asked for are refitted."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from service import space, train
from service.chunks import apart
from service.db import transaction
from service.models import RelevanceModel, Subscriber, SubscriberState, Verdict
from tests.steps.stacks import NOW, Stacks, statements


def _models(session: Session) -> dict[int, RelevanceModel]:
    session.expire_all()
    return {
        row.subscriber_id: row
        for row in session.exec(select(RelevanceModel).order_by(col(RelevanceModel.subscriber_id)))
    }


def test_before_the_first_paper_nobody_can_be_trained_and_nobody_is_stale(engine: Engine) -> None:
    with transaction(engine) as session:
        reader = Stacks(session).reader("graphs")
        assert train.stale(session) == []
        assert train.train(session, [reader], now=NOW) == 0


def test_a_model_is_a_row_of_a_few_kilobytes(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        papers = stacks.fields()
        space.refresh(session, now=NOW)
        reader = stacks.reader("graph neural networks")
        for paper in papers["graphs"]:
            stacks.says(reader, paper, Verdict.MORE)
        assert train.train(session, [reader], now=NOW) == 1
        (model,) = _models(session).values()
    assert model.examples == 4
    assert model.trained_at == NOW
    assert 100 < len(model.arrays) < 8000


def test_a_verdict_refits_that_reader_only(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        papers = stacks.fields()
        space.refresh(session, now=NOW)
        ada, noor = stacks.reader("graphs"), stacks.reader("sleep")
        train.train(session, [ada, noor], now=NOW)
        before = {reader: model.arrays for reader, model in _models(session).items()}
        stacks.says(ada, papers["prices"][0], Verdict.MORE)
        train.train(session, [ada], now=NOW + timedelta(hours=1))
        after = _models(session)
    assert after[ada].arrays != before[ada]
    assert after[ada].examples == 1
    assert after[noor].arrays == before[noor]
    assert after[noor].trained_at == NOW


def test_a_model_older_than_what_is_known_of_the_reader_is_stale(engine: Engine) -> None:
    """Pitfall 13: stale models are found by a query, whoever forgot to train."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        stacks.fields()
        space.refresh(session, now=NOW)
        ada, noor = stacks.reader("graphs"), stacks.reader("sleep")
        assert train.stale(session) == [ada, noor]
        assert train.stale(session, limit=1) == [ada]
        assert train.stale(session, ids=[noor]) == [noor]
        train.train(session, [ada, noor], now=NOW)
        assert train.stale(session) == []
        reader = session.get_one(Subscriber, noor)
        reader.profile_changed_at = NOW + timedelta(seconds=1)
        session.flush()
        assert train.stale(session) == [noor]


def test_readers_who_said_nothing_or_have_left_need_no_model(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        stacks.fields()
        space.refresh(session, now=NOW)
        stacks.reader()
        stacks.reader(mutes=("survey",))
        gone = session.get_one(Subscriber, stacks.reader("graphs"))
        gone.state = SubscriberState.UNSUBSCRIBED
        session.flush()
        assert train.stale(session) == []


def test_a_reader_who_took_all_back_is_trained_once_and_not_for_ever(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        papers = stacks.fields()
        space.refresh(session, now=NOW)
        reader = stacks.reader()
        stacks.says(reader, papers["sleep"][0], Verdict.MORE)
        stacks.says(reader, papers["sleep"][0], Verdict.NONE)
        assert train.train(session, train.stale(session), now=NOW) == 1
        assert train.stale(session) == []


def test_one_class_one_example_and_contradictions_all_give_a_model(engine: Engine) -> None:
    """Pitfall 14: a reader with one class of feedback, or one example."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        papers = stacks.fields()
        twins = stacks.paper("Twins", "The same words."), stacks.paper("Twins", "The same words.")
        space.refresh(session, now=NOW)
        one_like, only_dislikes, torn = (stacks.reader() for _ in range(3))
        stacks.says(one_like, papers["sleep"][0], Verdict.MORE)
        for paper in papers["sleep"]:
            stacks.says(only_dislikes, paper, Verdict.LESS)
        stacks.says(torn, twins[0], Verdict.MORE)
        stacks.says(torn, twins[1], Verdict.LESS)
        assert train.train(session, [one_like, only_dislikes, torn], now=NOW) == 3
        assert [model.examples for model in _models(session).values()] == [1, 4, 2]


def test_many_readers_are_trained_with_as_many_queries_as_few(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        papers = stacks.fields()
        space.refresh(session, now=NOW)
        readers = [stacks.reader("graphs") for _ in range(40)]
        for at, reader in enumerate(readers):
            stacks.says(reader, papers["graphs"][at % 4], Verdict.MORE)
        with statements(engine) as for_few:
            train.train(session, readers[:2], now=NOW)
        with statements(engine) as for_all:
            train.train(session, readers, now=NOW)
    assert len(for_few) == len(for_all)


def test_one_reader_who_cannot_be_learnt_of_does_not_keep_the_others_from_it() -> None:
    """Pitfall 13: a training that dies is told, and hurts nobody else."""
    told: list[int] = []

    def work(some: Sequence[int]) -> list[int]:
        if 5 in some:
            raise ArithmeticError
        return list(some)

    def alone(reader: int, error: Exception) -> list[int]:
        told.append(reader)
        assert isinstance(error, ArithmeticError)
        return []

    done = apart(range(1, 9), work, alone)
    assert sorted(each for some in done for each in some) == [1, 2, 3, 4, 6, 7, 8]
    assert told == [5]


def test_where_the_database_fails_nobody_is_blamed() -> None:
    def work(some: Sequence[int]) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server is gone"))

    with pytest.raises(OperationalError):
        apart(range(1, 9), work, lambda _reader, _error: pytest.fail("blamed"))
