"""The installation's own space: made from its papers, filled with features, replaced as it grows."""

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from service import space, train
from service.db import transaction
from service.models import PaperFeatures, RelevanceModel, Space
from tests.steps.stacks import DAY, NOW, Stacks, days_before


def _spaces(session: Session) -> list[Space]:
    return list(session.exec(select(Space)))


def _features(session: Session) -> dict[int, int]:
    rows = session.exec(select(PaperFeatures.paper_id, PaperFeatures.text_version))
    return dict(rows.all())


def test_without_papers_there_is_no_space(engine: Engine) -> None:
    with transaction(engine) as session:
        assert space.refresh(session, now=NOW) == 0
        assert not _spaces(session)


def test_the_first_papers_make_a_space_and_have_their_features_in_it(engine: Engine) -> None:
    with transaction(engine) as session:
        Stacks(session).fields()
        assert space.refresh(session, now=NOW) == 12
        (made,) = _spaces(session)
        assert (made.active, made.paper_count, made.fitted_at) == (True, 12, NOW)
        assert len(_features(session)) == 12


def test_a_second_look_at_the_same_papers_computes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        Stacks(session).fields()
        space.refresh(session, now=NOW)
        assert space.refresh(session, now=NOW) == 0


def test_a_few_new_papers_are_only_added(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        stacks.fields()
        space.refresh(session, now=NOW)
        (before,) = _spaces(session)
        new = stacks.paper("Another study of graphs", None)
        assert space.refresh(session, now=NOW) == 1
        (after,) = _spaces(session)
        assert after.id == before.id
        assert new in _features(session)


def test_a_new_wording_gets_new_features(engine: Engine) -> None:
    """Pitfall 8: a new version arrives and the old abstract stays."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        paper = stacks.fields()["graphs"][0]
        space.refresh(session, now=NOW)
        before = _features(session)[paper]
        stacks.wording(paper, "Now about sleep", "Sleep, and nothing else.")
        assert space.refresh(session, now=NOW) == 1
        assert _features(session)[paper] > before


def test_a_corpus_that_has_grown_by_half_gets_a_new_space_at_once(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        stacks.fields(4)
        space.refresh(session, now=NOW)
        reader = stacks.reader("graphs")
        train.train(session, [reader], now=NOW)
        stacks.fields(2)
        assert space.refresh(session, now=NOW) == 18
        (made,) = _spaces(session)
        assert made.active
        assert made.paper_count == 18
        assert session.exec(select(func.count()).select_from(RelevanceModel)).one() == 0
        ids = session.exec(select(col(PaperFeatures.space_id)).distinct()).all()
        assert ids == [made.id]
        assert train.stale(session) == [reader]


def test_merged_papers_are_left_out(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        first, second = stacks.paper("One work"), stacks.paper("One work, twice")
        stacks.merge(second, first)
        assert space.refresh(session, now=NOW) == 1
        assert set(_features(session)) == {first}


def test_papers_of_any_age_are_kept_in_a_small_installation(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        stacks.paper("Old news", day=days_before(400))
        stacks.paper("New news", day=DAY)
        assert space.refresh(session, now=NOW) == 2
