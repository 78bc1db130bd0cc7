"""Training: stale models are found by a query, and only those asked for are refitted."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from service import learning, shelf, space, train
from service.chunks import apart
from service.db import transaction
from service.models import RelevanceModel, Subscriber, SubscriberState, Verdict
from service.profiles import Fading
from service.ranking import Portion
from service.settings import Settings
from service.wiring import House
from tests.steps.stacks import DAY, NOW, Stacks, statements


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


def _torn(session: Session) -> tuple[Stacks, int]:
    """Somebody who liked graphs first, and sleep since."""
    stacks = Stacks(session)
    papers = stacks.fields()
    space.refresh(session, now=NOW)
    reader = stacks.reader()
    for paper in papers["graphs"]:
        stacks.says(reader, paper, Verdict.MORE, at=NOW - timedelta(days=90))
    stacks.says(reader, papers["sleep"][0], Verdict.MORE)
    return stacks, reader


def _order(session: Session, reader: int) -> list[int]:
    books = shelf.load(session, DAY)
    ranked = shelf.rank(session, books, {reader: Portion(50)}, unseen_only=False)[reader]
    return [each.paper_id for each in ranked.recommendations]


def test_unless_it_is_asked_for_no_verdict_fades_and_time_changes_no_byte(engine: Engine) -> None:
    with transaction(engine) as session:
        _, reader = _torn(session)
        train.train(session, [reader], now=NOW)
        before = _models(session)[reader].arrays
        later = NOW + timedelta(days=1000)
        assert train.stale(session) == []
        train.train(session, [reader], now=later)
        assert _models(session)[reader].arrays == before


def test_where_verdicts_fade_the_newer_taste_wins(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, reader = _torn(session)
        sleep = stacks.paper("Spindles at night", "Slow waves and spindles of sleeping rats.")
        graphs = stacks.paper("Messages", "Messages that pass along edges of molecular graphs.")
        space.refresh(session, now=NOW)
        train.train(session, [reader], now=NOW)
        kept = _order(session, reader)
        train.train(session, [reader], fading=Fading(timedelta(days=9), NOW), now=NOW)
        faded = _order(session, reader)
    assert kept.index(graphs) < kept.index(sleep)
    assert faded.index(graphs) > faded.index(sleep)


def test_as_verdicts_fade_models_become_stale_and_those_without_any_never_do(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        stacks, torn = _torn(session)
        stacks.reader("graphs")
        train.train(session, train.stale(session), now=NOW)
        half_life = timedelta(days=100)
        soon, later = (Fading(half_life, NOW + timedelta(days=days)) for days in (9, 11))
        assert train.stale(session, fading=soon) == []
        assert train.stale(session, fading=later) == [torn]
        train.train(session, [torn], fading=later, now=later.now)
        assert train.stale(session, fading=later) == []


def test_the_clock_fits_faded_models_anew_if_the_setting_says_so(
    database_url: str, tmp_path: Path
) -> None:
    settings = Settings(state_dir=tmp_path, database_url=database_url)
    kept = House(settings, clock=lambda: NOW + timedelta(days=400))
    faded = House(settings.model_copy(update={"fading_days": 365}), clock=kept.clock)
    with transaction(kept.engine) as session:
        _, reader = _torn(session)
        train.train(session, [reader], now=NOW)
    assert learning.stale(kept) == []
    assert learning.train_stale(kept, now=kept.now()) == 0
    assert learning.stale(faded) == [[reader]]
    assert learning.train_stale(faded, now=faded.now()) == 1
    assert learning.stale(faded) == []
    for house in (kept, faded):
        house.engine.dispose()
