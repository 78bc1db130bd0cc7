"""A space is renewed beside the active one, in steps, and switched at once."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from service import learning, renew, space, train
from service.db import reading, transaction
from service.lessons import active_space
from service.models import Paper, PaperFeatures, RelevanceModel, Space
from service.ranking import agreement
from tests.steps.stacks import NOW, Stacks, days_before
from tests.world import World

FIELDS = ("graphs", "sleep", "prices", "glass", "robots")


def grow(session: Session, papers: int) -> list[int]:
    """So many more papers of a few fields, most of them too old to be chosen."""
    stacks = Stacks(session)
    first = session.exec(select(Paper.id)).all()
    return [
        stacks.paper(
            f"{FIELDS[number % 5]} study {len(first) + number}",
            f"We study {FIELDS[number % 5]} and find {FIELDS[(number + 1) % 5]} in part {number % 40}.",
            day=days_before(40 if number % 3 else 9),
        )
        for number in range(papers)
    ]


def rows(session: Session, table: type[RelevanceModel | PaperFeatures]) -> set[int]:
    return set(session.exec(select(table.space_id).distinct()).all())


@pytest.fixture
def grown(world: World) -> World:
    """An installation with three readers, whose papers have outgrown the space it began with."""
    with transaction(world.house.engine) as session:
        grow(session, 40)
        space.refresh(session, now=NOW)
    for name, interest in (("ada", "graphs"), ("bo", "sleep"), ("cy", "prices")):
        world.reader(name, interest)
    with transaction(world.house.engine) as session:
        grow(session, renew.FIRST_AT)
        space.refresh(session, now=NOW)
    return world


def active(world: World) -> Space:
    with reading(world.house.engine) as session:
        return session.exec(select(Space).where(Space.active)).one()


def test_a_few_papers_do_not_outgrow_the_space_that_comes_with_us(engine: Engine) -> None:
    with transaction(engine) as session:
        grow(session, 60)
        space.refresh(session, now=NOW)
        assert not renew.is_outgrown(session)


def test_a_renewal_ends_with_one_space_and_every_readers_model_in_it(grown: World) -> None:
    before = active(grown)
    assert learning.renew_space(grown.house, now=grown.now) == []
    after = active(grown)
    assert after.id != before.id
    assert after.paper_count == after.known_papers == renew.FIRST_AT + 40
    assert after.correlation is not None
    assert 0 < after.correlation <= 1
    learning.renew_space(grown.house, now=grown.now)  # what the old one left is cleared
    learning.renew_space(grown.house, now=grown.now)
    with reading(grown.house.engine) as session:
        assert train.stale(session) == []
        assert rows(session, RelevanceModel) == rows(session, PaperFeatures) == {after.id}
        assert len(session.exec(select(Space)).all()) == 1
        assert not renew.is_outgrown(session)


def test_the_old_space_serves_until_the_switch(grown: World) -> None:
    before = active(grown)
    with reading(grown.house.engine) as session:
        wordings = space.wordings(session)
    made = renew.fitted(wordings, grown.now.date())
    with transaction(grown.house.engine) as session:
        new = renew.begin(session, made, len(wordings), now=grown.now)
        assert renew.begin(session, made, len(wordings), now=grown.now) is None  # a second worker
    assert active(grown).id == before.id
    grown.compose()
    assert grown.titles("ada", "2026-03-02")
    learning.renew_space(grown.house, now=grown.now)
    assert active(grown).id == new


def test_a_word_said_while_models_are_fitted_is_not_lost(grown: World) -> None:
    with reading(grown.house.engine) as session:
        wordings = space.wordings(session)
    made = renew.fitted(wordings, grown.now.date())
    with transaction(grown.house.engine) as session:
        new = renew.begin(session, made, len(wordings), now=grown.now)
    ids = [grown.subscriber(name).id or 0 for name in ("ada", "bo", "cy")]
    assert learning.train_coming(grown.house, ids, now=grown.now) == 3
    grown.passes(minutes=1)
    grown.says("ada", "more", "sleep study 41")
    learning.renew_space(grown.house, now=grown.now)
    with reading(grown.house.engine) as session:
        model = session.exec(
            select(RelevanceModel).where(
                RelevanceModel.subscriber_id == ids[0], RelevanceModel.space_id == new
            )
        ).one()
    assert model.examples == 1


def test_many_readers_are_fitted_in_chunks_before_the_switch(grown: World) -> None:
    before = active(grown)
    chunks = learning.renew_space(grown.house, size=2, now=grown.now)
    assert [len(chunk) for chunk in chunks] == [2, 1]
    assert active(grown).id == before.id
    for chunk in chunks:
        learning.train_coming(grown.house, chunk, now=grown.now)
    assert learning.renew_space(grown.house, size=2, now=grown.now) == []
    assert active(grown).id != before.id


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        ([1, 2, 9, 3], [8, 1, 2, 3], 1.0),
        ([1, 2, 3], [2, 1, 3], 0.5),
    ],
)
def test_agreement_compares_the_order_of_what_both_name(
    before: Sequence[int], after: Sequence[int], expected: float
) -> None:
    assert agreement([before], [after]) == pytest.approx(expected)


def test_agreement_of_nothing_is_unknown() -> None:
    assert agreement([[1]], [[1]]) is None
    assert agreement([], []) is None


def test_a_second_worker_that_switches_finds_it_done(grown: World) -> None:
    assert learning.renew_space(grown.house, now=grown.now) == []
    before = active(grown)
    with transaction(grown.house.engine) as session:
        loaded = active_space(session)
        assert loaded
        assert renew.switch(session, loaded, now=grown.now) is None
    assert active(grown).correlation == before.correlation is not None


def test_after_an_upgrade_papers_can_be_ranked_before_the_next_digest(grown: World) -> None:
    with transaction(grown.house.engine) as session:
        session.connection().execute(
            update(Space).where(col(Space.active)).values(arrays=b"of old", fingerprint=None)
        )
    learning.renew_space(grown.house, now=grown.now)
    with reading(grown.house.engine) as session:
        loaded = active_space(session)
    assert loaded
    grown.compose()
    assert grown.titles("ada", "2026-03-02")
