"""The installation's space: there from the first paper, filled with features, renewed as it grows."""

from sqlalchemy import Engine
from sqlmodel import Session, select

from service import space
from service.db import transaction
from service.models import PaperFeatures, Space
from tests.steps.stacks import DAY, NOW, Stacks, days_before


def _features(session: Session) -> dict[int, int]:
    rows = session.exec(select(PaperFeatures.paper_id, PaperFeatures.text_version))
    return dict(rows.all())


def test_without_papers_there_is_no_space(engine: Engine) -> None:
    with transaction(engine) as session:
        assert space.refresh(session, now=NOW) == 0
        assert session.exec(select(Space)).all() == []


def test_the_first_papers_have_their_features_in_the_space_that_comes_with_us(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        Stacks(session).fields()
        assert space.refresh(session, now=NOW) == 12
        (made,) = session.exec(select(Space)).all()
        assert (made.active, made.paper_count, made.fitted_at) == (True, 0, NOW)
        assert len(_features(session)) == 12


def test_a_second_look_at_the_same_papers_computes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        Stacks(session).fields()
        space.refresh(session, now=NOW)
        assert space.refresh(session, now=NOW) == 0


def test_new_papers_are_only_added(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        stacks.fields()
        space.refresh(session, now=NOW)
        new = stacks.paper("Another study of graphs", None)
        assert space.refresh(session, now=NOW) == 1
        assert len(session.exec(select(Space)).all()) == 1
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


def test_merged_papers_are_left_out(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        first, second = stacks.paper("One work"), stacks.paper("One work, twice")
        stacks.merge(second, first)
        assert space.refresh(session, now=NOW) == 1
        assert set(_features(session)) == {first}


def test_papers_of_any_age_have_features(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        stacks.paper("Old news", day=days_before(400))
        stacks.paper("New news", day=DAY)
        assert space.refresh(session, now=NOW) == 2


def test_a_space_of_an_earlier_release_makes_way_for_the_one_that_comes_with_us(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        Stacks(session).fields()
        session.add(Space(active=True, arrays=b"of old", fitted_at=NOW, paper_count=12))
        session.flush()
        assert space.refresh(session, now=NOW) == 12
        active = session.exec(select(Space).where(Space.active)).one()
        assert active.arrays != b"of old"
