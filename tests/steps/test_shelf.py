"""The shelf: a window's papers, ranked for a chunk of readers at once."""

from sqlalchemy import Engine
from sqlmodel import Session, select

from service import renew, shelf, space, train
from service.db import transaction
from service.lessons import load_space
from service.models import DigestEntry, Paper, Verdict
from service.ranking import Portion
from service.shelf import Shelves
from tests.steps.stacks import DAY, NOW, Stacks, days_before, statements


def _ready(session: Session) -> tuple[Stacks, dict[str, list[int]]]:
    stacks = Stacks(session)
    papers = stacks.fields()
    space.refresh(session, now=NOW)
    return stacks, papers


def _ids(ranked: shelf.Ranked) -> list[int]:
    return [each.paper_id for each in ranked.recommendations]


def test_the_window_is_fourteen_days_with_today(engine: Engine) -> None:
    """Pitfall 1: what counts is the day of announcement."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        oldest, today = stacks.paper("A", day=days_before(13)), stacks.paper("B")
        stacks.paper("Too old", day=days_before(14))
        stacks.paper("Not yet", day=days_before(-1))
        space.refresh(session, now=NOW)
        assert set(shelf.load(session, DAY).paper_ids) == {oldest, today}


def test_merged_and_withdrawn_papers_are_no_candidates(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        kept, double, gone = (stacks.paper(title) for title in "ABC")
        stacks.merge(double, kept)
        session.get_one(Paper, gone).withdrawn_on = DAY
        space.refresh(session, now=NOW)
        assert shelf.load(session, DAY).paper_ids == (kept,)


def test_trending_is_the_newest_digest_then_upvotes_then_position(engine: Engine) -> None:
    """Pitfall 10: no upvotes are fewer than unknown ones; a zero is a value."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        old = stacks.paper("Old", day=days_before(2))
        few, many, zero, unknown = (stacks.paper(title) for title in "ABCD")
        also_few = stacks.paper("E")
        stacks.digest((old, 900), day=days_before(2))
        stacks.digest((unknown, None), (few, 3), (zero, 0), (many, 40), (also_few, 3))
        space.refresh(session, now=NOW)
        assert shelf.load(session, DAY).paper_ids == (many, few, also_few, zero, unknown, old)


def test_an_empty_window_is_an_empty_shelf(engine: Engine) -> None:
    """Pitfall 5: a quiet day is no failure."""
    with transaction(engine) as session:
        reader = Stacks(session).reader("graphs")
        books = shelf.load(session, DAY)
        assert books.paper_ids == ()
        assert _ids(shelf.rank(session, books, {reader: Portion(5)})[reader]) == []


def test_opposite_tastes_get_opposite_papers_from_one_shelf(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        ada, noor = stacks.reader("graph neural networks"), stacks.reader("sleep spindles")
        train.train(session, [ada, noor], now=NOW)
        ranked = shelf.rank(session, shelf.load(session, DAY), {ada: Portion(4), noor: Portion(4)})
        assert set(_ids(ranked[ada])) == set(papers["graphs"])
        assert set(_ids(ranked[noor])) == set(papers["sleep"])
        reasons = {each.reason.kind for each in ranked[ada].recommendations}
        assert reasons == {"terms"}
        assert "graph neural networks" in ranked[ada].recommendations[0].reason.terms


def test_without_interests_and_feedback_the_digests_order_is_kept_and_says_so(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        stacks, _ = _ready(session)
        reader = stacks.reader()
        books = shelf.load(session, DAY)
        ranked = shelf.rank(session, books, {reader: Portion(5)})[reader]
        assert ranked.trending
        assert tuple(_ids(ranked)) == books.paper_ids[:5]
        assert {each.reason.kind for each in ranked.recommendations} == {"trending"}


def test_what_was_sent_or_judged_does_not_come_again(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        reader = stacks.reader("graphs")
        sent, judged, *left = papers["graphs"]
        stacks.edition(reader, sent, day=days_before(1))
        stacks.says(reader, judged, Verdict.MORE)
        train.train(session, [reader], now=NOW)
        books = shelf.load(session, DAY)
        ranked = shelf.rank(session, books, {reader: Portion(50)})[reader]
        assert len(_ids(ranked)) == 10
        assert not {sent, judged} & set(_ids(ranked))
        assert set(_ids(ranked)[:2]) == set(left)
        all_of_it = shelf.rank(session, books, {reader: Portion(50)}, unseen_only=False)[reader]
        assert len(_ids(all_of_it)) == 12


def test_a_muted_phrase_removes_papers_whatever_their_score(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        reader = stacks.reader("graphs", mutes=("Message-Passing",))
        train.train(session, [reader], now=NOW)
        books = shelf.load(session, DAY)
        ranked = shelf.rank(session, books, {reader: Portion(50)})[reader]
        assert set(_ids(ranked)) == {*papers["sleep"], *papers["prices"]}


def test_a_missing_model_is_fitted_for_the_moment(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        reader = stacks.reader("graphs")
        books = shelf.load(session, DAY)
        untrained = shelf.rank(session, books, {reader: Portion(4)})[reader]
        train.train(session, [reader], now=NOW)
        trained = shelf.rank(session, books, {reader: Portion(4)})[reader]
        assert set(_ids(untrained)) == set(papers["graphs"])
        assert _ids(untrained) == _ids(trained)


def test_a_like_moves_tomorrows_ranking(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        reader = stacks.reader("mice")
        stacks.says(reader, papers["prices"][0], Verdict.MORE)
        train.train(session, [reader], now=NOW)
        ranked = shelf.rank(session, shelf.load(session, DAY), {reader: Portion(3)})[reader]
        assert set(_ids(ranked)) == set(papers["prices"][1:])


def test_feedback_on_a_paper_from_long_ago_is_learnt_from(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        # it has no features yet: nobody has looked since it came
        old = stacks.paper(
            "Auctions", "Bidding strategies in electricity auctions.", day=days_before(900)
        )
        reader = stacks.reader()
        stacks.says(reader, old, Verdict.MORE)
        train.train(session, [reader], now=NOW)
        ranked = shelf.rank(session, shelf.load(session, DAY), {reader: Portion(4)})[reader]
        assert set(_ids(ranked)) == set(papers["prices"])


def test_a_wording_newer_than_the_stored_features_is_what_is_ranked(engine: Engine) -> None:
    """Pitfall 8."""
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        changed = papers["sleep"][0]
        stacks.wording(changed, "Graph neural networks", "Message passing on sparse graphs.")
        reader = stacks.reader("graph neural networks")
        books = shelf.load(session, DAY)
        ranked = shelf.rank(session, books, {reader: Portion(5)})[reader]
        assert changed in _ids(ranked)
        assert books.text_version(changed) > 1


def test_shelves_are_read_once_until_something_changes(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        shelves = Shelves()
        first = shelves.get(session, DAY)
        with statements(engine) as seen:
            assert shelves.get(session, DAY) is first
        assert len(seen) <= 2
        new = stacks.paper("One more")
        assert new in shelves.get(session, DAY).paper_ids
        stacks.merge(new, papers["sleep"][0])
        assert new not in shelves.get(session, DAY).paper_ids


def test_shelves_notice_upvotes_new_wordings_and_new_spaces(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        shelves = Shelves()
        first = shelves.get(session, DAY)
        last = papers["prices"][-1]
        entry = session.exec(select(DigestEntry).where(DigestEntry.paper_id == last)).one()
        entry.upvotes = 99
        session.flush()
        assert shelves.get(session, DAY).paper_ids[0] == last
        stacks.wording(last, "Newer", "Newer still.")
        assert shelves.get(session, DAY).text_version(last) > first.text_version(last)
        made = renew.fitted(space.wordings(session), DAY)
        loaded = load_space(session, renew.begin(session, made, 12, now=NOW) or 0)
        assert loaded
        renew.switch(session, loaded, now=NOW)
        assert shelves.get(session, DAY).space_id != first.space_id


def test_ranking_many_readers_costs_as_many_queries_as_few(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks, papers = _ready(session)
        readers = [stacks.reader("graphs", mutes=("auction",)) for _ in range(200)]
        for at, reader in enumerate(readers):
            stacks.says(reader, papers["sleep"][at % 4], Verdict.MORE)
            stacks.edition(reader, papers["graphs"][at % 4], day=days_before(1))
        train.train(session, readers[::2], now=NOW)  # half of them have no model yet
        books = shelf.load(session, DAY)
        portions = dict.fromkeys(readers, Portion(5))
        with statements(engine) as for_few:
            shelf.rank(session, books, dict.fromkeys(readers[:10], Portion(5)))
        with statements(engine) as for_all:
            ranked = shelf.rank(session, books, portions)
    assert len(ranked) == 200
    assert len(for_few) == len(for_all) <= 8
