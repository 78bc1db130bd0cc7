"""Replay: past editions ranked anew by what was known then, and what chance drew in them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from service import past, replay
from service.db import reading, transaction
from service.errors import WrongInput
from service.models import Delivery, DeliveryState, Edition, Interest, Paper
from service.replay import Judge, Replayed
from service.wiring import House
from tests.steps.stacks import statements
from tests.world import World

MONDAY, TUESDAY = "2026-03-02", "2026-03-03"
GRAPHS = ("Graphs that mend themselves", "Walks on graphs", "Cuts of large graphs")
SLEEP = ("Sleep and its spindles", "Dreams in sleep", "Sleep of mice")
PRICES = ("Prices at auctions", "Auctions of power")
OTHERS = ("Enzymes in yeast under stress", "Rings of glass remember", "Learned proofs in logic")


class ByTitle:
    """A ranker that knows beforehand which titles it wants, and remembers what it was taught."""

    def __init__(self, *wanted: str) -> None:
        self.wanted = wanted
        self.taught: list[tuple[list[str], list[str], list[str]]] = []

    def fit(self, interests: Sequence[str], likes: Sequence[Any], dislikes: Sequence[Any]) -> Any:
        self.taught.append((list(interests), _titles(likes), _titles(dislikes)))
        return self

    def score(self, papers: Sequence[Mapping[str, Any]]) -> list[float]:
        places = {title: -float(place) for place, title in enumerate(self.wanted)}
        return [places.get(each["title"], -100.0) for each in papers]


def _titles(papers: Sequence[Mapping[str, Any]]) -> list[str]:
    return [each["title"] for each in papers]


def _replay(
    world: World, judge: Judge | None, *days: str, half_life: timedelta | None = None
) -> Replayed:
    into = Replayed()
    for text in days:
        day = date.fromisoformat(text)
        with reading(world.house.engine) as session:
            desk = replay.lay_out(session, day)
            found = past.editions(session, day, after=0)
            ranker = judge or replay.product(session)
            pasts = list(found.values())
            replay.replay(session, ranker, desk, pasts, into, half_life=half_life)
    return into


def _explore(world: World, name: str, day: str, drawn: str, pool: Mapping[str, float]) -> None:
    """Add to an edition a paper that chance drew, as the product logs it."""
    edition = world.edition(name, day)
    paper = {"id": world.paper(drawn), "text": 1, "score": 0.1, "reason": [], "snippet": []}
    logged = [[world.paper(title), share] for title, share in pool.items()]
    with transaction(world.house.engine) as session:
        edition.contents = {
            **edition.contents,
            "papers": [
                *edition.contents["papers"],
                paper | {"slot": "explored", "propensity": pool.get(drawn), "probability": None},
            ],
            "pool": logged,
        }
        session.add(edition)


def test_the_product_finds_its_own_editions_again(world: World) -> None:
    world.digest(MONDAY, *GRAPHS, *SLEEP)
    world.reader("ada", "graphs ^2", "mice")
    world.reader("bo")
    world.morning(MONDAY)
    world.says("ada", "more", SLEEP[0])
    world.says("bo", "less", GRAPHS[1])
    world.passes(days=1)
    world.digest(TUESDAY, *OTHERS)
    world.morning(TUESDAY)
    world.says("bo", "more", OTHERS[0])
    told = _replay(world, None, MONDAY, TUESDAY).reordered
    assert told.editions == 4
    assert len(told.readers) == 2
    assert told.agreements == [1] * 4
    assert told.kept == [1] * 4


def test_only_what_was_said_before_an_edition_was_known_then(world: World) -> None:
    world.digest(MONDAY, *GRAPHS, *SLEEP)
    world.reader("ada", "graphs", max_papers=4)
    world.passes(hours=1)
    world.morning(MONDAY)
    world.says("ada", "more", GRAPHS[0])
    world.says("ada", "less", GRAPHS[1])
    world.passes(days=1)
    world.digest(TUESDAY, *PRICES)
    world.morning(TUESDAY)
    world.says("ada", "none", GRAPHS[0])
    world.says("ada", "more", GRAPHS[1])
    judge = ByTitle(*GRAPHS)
    _replay(world, judge, MONDAY, TUESDAY)
    assert judge.taught == [
        (["graphs"], [], []),
        (["graphs"], [GRAPHS[0]], [GRAPHS[1]]),
    ]


def test_where_nothing_was_known_the_order_was_the_digests_whoever_ranks(world: World) -> None:
    world.digest(MONDAY, *GRAPHS, *SLEEP)
    world.reader("bo")
    world.morning(MONDAY)
    judge = ByTitle(*reversed(SLEEP))
    assert _replay(world, judge, MONDAY).reordered.agreements == [1]
    assert judge.taught == []


def test_another_order_is_told_as_another_order(world: World) -> None:
    world.digest(MONDAY, *GRAPHS, *SLEEP)
    world.reader("ada", "graphs", max_papers=3)
    world.morning(MONDAY)
    sent = world.titles("ada", MONDAY)
    world.says("ada", "more", sent[0])
    world.says("ada", "less", sent[2])
    told = _replay(world, ByTitle(sent[2], SLEEP[0], sent[1], sent[0]), MONDAY).reordered
    assert told.agreements == [-1]
    assert told.kept == [pytest.approx(2 / 3)]
    assert told.more == [pytest.approx(1 - 3 / 5)]
    assert told.less == [1]


def test_what_was_sent_judged_or_muted_or_came_later_is_no_candidate(world: World) -> None:
    """The one paper that is left of the others stands below the one that was sent, and is all."""
    world.digest(MONDAY, *SLEEP[:2], GRAPHS[0])
    world.reader("ada", "sleep", max_papers=1)
    world.morning(MONDAY)
    (sent,) = world.titles("ada", MONDAY)
    (other,) = set(SLEEP[:2]) - {sent}
    world.says("ada", "less", other)
    world.passes(days=1)
    world.digest(TUESDAY, SLEEP[2], "A survey of spindles")
    _mute(world, "ada", "survey")
    world.morning(TUESDAY)
    assert world.titles("ada", TUESDAY) == [SLEEP[2]]
    world.passes(hours=1)
    world.digest(TUESDAY, SLEEP[2], PRICES[0])
    world.says("ada", "more", SLEEP[2])
    gone = (sent, other, "A survey of spindles", PRICES[0])
    assert _replay(world, ByTitle(*gone, SLEEP[2]), TUESDAY).reordered.more == [1]
    assert _replay(world, ByTitle(*gone, GRAPHS[0], SLEEP[2]), TUESDAY).reordered.more == [0]


def _mute(world: World, name: str, phrase: str) -> None:
    with transaction(world.house.engine) as session:
        session.add(
            Interest(subscriber_id=world.subscriber(name).id or 0, text=phrase, weight=-1.0)
        )


def test_a_followed_author_comes_first_whoever_ranks(world: World) -> None:
    known = {"summary": "Of graphs.", "authors": [{"name": "Emmy Noether", "hidden": False}]}
    world.digest(MONDAY, *SLEEP, {"title": "Rings", **known})
    world.reader("ada", "sleep", authors=("Emmy Noether",), max_papers=1)
    world.morning(MONDAY)
    assert world.titles("ada", MONDAY) == ["Rings"]
    assert _replay(world, ByTitle(*SLEEP), MONDAY).reordered.kept == [1]


@pytest.mark.parametrize(("wanted", "matched"), [(PRICES[0], True), (PRICES[1], False)])
def test_chance_is_matched_by_a_ranker_that_would_have_chosen_the_same(
    world: World, wanted: str, *, matched: bool
) -> None:
    """What it would rather have chosen outside of the pool does not matter."""
    world.digest(MONDAY, *GRAPHS, *PRICES)
    world.reader("ada", "graphs", max_papers=2)
    world.morning(MONDAY)
    _explore(world, "ada", MONDAY, PRICES[0], {PRICES[1]: 0.75, PRICES[0]: 0.25})
    world.says("ada", "more", PRICES[0])
    told = _replay(world, ByTitle(GRAPHS[2], wanted), MONDAY)
    (draw,) = told.draws
    assert (draw.propensity, draw.matched, draw.reward) == (0.25, matched, 1)
    assert told.untold == 0


def test_between_equals_the_pools_own_order_chooses(world: World) -> None:
    world.digest(MONDAY, *GRAPHS, *PRICES)
    world.reader("ada", "graphs", max_papers=2)
    world.morning(MONDAY)
    _explore(world, "ada", MONDAY, PRICES[0], {PRICES[1]: 0.5, PRICES[0]: 0.5})
    assert [each.matched for each in _replay(world, ByTitle(), MONDAY).draws] == [False]


@pytest.mark.parametrize("verdicts", [[], ["less"], ["more", "none"], ["more", "less"]])
def test_only_a_last_word_of_more_is_a_reward(world: World, verdicts: list[str]) -> None:
    world.digest(MONDAY, *GRAPHS, *PRICES)
    world.reader("ada", "graphs", max_papers=2)
    world.morning(MONDAY)
    _explore(world, "ada", MONDAY, PRICES[0], {PRICES[0]: 1.0})
    for verdict in verdicts:
        world.says("ada", verdict, PRICES[0])
    assert [each.reward for each in _replay(world, ByTitle(), MONDAY).draws] == [0]


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (DeliveryState.SENT, 1),
        (DeliveryState.UNCERTAIN, 1),
        (DeliveryState.PENDING, 0),
        (DeliveryState.FAILED, 0),
    ],
)
def test_what_was_never_handed_over_earned_nothing_and_counts_for_nothing(
    world: World, state: DeliveryState, counts: int
) -> None:
    world.digest(MONDAY, *GRAPHS, *PRICES)
    world.reader("ada", "graphs", max_papers=2)
    world.compose(MONDAY)
    _explore(world, "ada", MONDAY, PRICES[0], {PRICES[0]: 1.0})
    with transaction(world.house.engine) as session:
        session.exec(select(Delivery)).one().state = state
    told = _replay(world, ByTitle(), MONDAY)
    assert (len(told.draws), told.untold, told.reordered.editions) == (counts, 0, 1)


def test_an_edition_that_tells_no_pool_counts_for_the_order_only(world: World) -> None:
    world.digest(MONDAY, *GRAPHS, *PRICES)
    world.reader("ada", "graphs", max_papers=2)
    world.morning(MONDAY)
    _explore(world, "ada", MONDAY, PRICES[0], {})
    told = _replay(world, ByTitle(*GRAPHS), MONDAY)
    assert (told.draws, told.untold, told.reordered.editions) == ([], 1, 1)


def test_papers_that_became_one_or_were_withdrawn_are_still_found_in_the_pool(
    world: World,
) -> None:
    world.digest(MONDAY, *GRAPHS, *PRICES, *SLEEP)
    world.reader("ada", "graphs", max_papers=2)
    world.morning(MONDAY)
    _explore(world, "ada", MONDAY, PRICES[0], {PRICES[1]: 0.5, SLEEP[0]: 0.3, PRICES[0]: 0.2})
    kept, gone, lost = (world.paper(title) for title in (SLEEP[0], PRICES[0], PRICES[1]))
    with transaction(world.house.engine) as session:
        session.get_one(Paper, gone).merged_into = kept
        session.get_one(Paper, lost).withdrawn_on = date(2026, 3, 4)
    world.says("ada", "more", SLEEP[0])
    (draw,) = _replay(world, ByTitle(SLEEP[0]), MONDAY).draws
    assert (draw.propensity, draw.matched, draw.reward) == (0.5, True, 1)
    (draw,) = _replay(world, ByTitle(PRICES[1], SLEEP[0]), MONDAY).draws
    assert not draw.matched


def test_many_readers_cost_as_many_queries_as_one_and_nothing_is_written(world: World) -> None:
    world.digest(MONDAY, *GRAPHS, *PRICES)
    for number in range(20):
        world.reader(f"reader{number}", "graphs", max_papers=2)
    world.morning(MONDAY)
    world.says("reader0", "more", world.titles("reader0", MONDAY)[0])
    counts = []
    for limit in (1, 20):
        with reading(world.house.engine) as session:
            desk = replay.lay_out(session, date.fromisoformat(MONDAY))
            judge, into = replay.product(session), Replayed()
            with statements(world.house.engine) as seen:
                found = past.editions(session, desk.books.day, after=0, limit=limit)
                replay.replay(session, judge, desk, list(found.values()), into)
        assert into.reordered.editions == limit
        assert all(each.lstrip().startswith("SELECT") for each in seen)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10


def test_a_days_editions_come_in_parts_and_each_once(world: World) -> None:
    world.digest(MONDAY, *GRAPHS)
    for number in range(5):
        world.reader(f"reader{number}", "graphs")
    world.morning(MONDAY)
    day, seen, last = date.fromisoformat(MONDAY), [], 0
    with reading(world.house.engine) as session:
        while found := past.editions(session, day, after=last, limit=2):
            seen += list(found)
            last = max(found)
        assert seen == sorted(each or 0 for each in session.exec(select(Edition.id)))
        assert replay.plan(session, day, day) == {day: 5}


def test_days_without_editions_and_days_in_the_wrong_order_are_sentences(world: World) -> None:
    first, last = date(2026, 3, 2), date(2026, 3, 1)
    with reading(world.house.engine) as session:
        with pytest.raises(WrongInput, match="No edition was composed from 2026-03-02"):
            replay.plan(session, first, first)
        with pytest.raises(WrongInput, match="comes after"):
            replay.plan(session, first, last)
        with pytest.raises(WrongInput, match="no feature space"):
            replay.product(session)


def test_the_background_is_what_was_announced_before(world: World) -> None:
    world.digest("2026-02-27", *SLEEP)
    world.digest(MONDAY, *GRAPHS)
    with reading(world.house.engine) as session:
        found = replay.background(session, date.fromisoformat(MONDAY))
        assert _titles(found) == list(SLEEP)
        assert set(found[0]) == {"id", "title", "abstract", "year", "n_authors"}
        with pytest.raises(WrongInput, match="no background"):
            replay.background(session, date(2026, 2, 27))


@pytest.mark.parametrize("scores", [[1.0], [float("nan")] * 3])
def test_a_ranker_that_gives_no_number_a_paper_is_refused(
    world: World, scores: list[float]
) -> None:
    class Broken(ByTitle):
        def score(self, papers: Sequence[Mapping[str, Any]]) -> list[float]:
            return scores

    world.digest(MONDAY, *GRAPHS)
    world.reader("ada", "graphs")
    world.morning(MONDAY)
    with pytest.raises(WrongInput, match="one finite number a paper"):
        _replay(world, Broken(), MONDAY)


def test_where_verdicts_fade_they_had_faded_as_far_as_they_had_then(world: World) -> None:
    """Its own editions are found again only by who lets verdicts fade in the same way."""
    fading = world.house.settings.model_copy(update={"fading_days": 1})
    world.house = House(fading, clock=lambda: world.now)
    world.digest(MONDAY, *GRAPHS, *SLEEP, *PRICES, *OTHERS)
    world.reader("ada", bar=0)
    world.morning(MONDAY)
    for title in (*GRAPHS, PRICES[0]):
        world.says("ada", "more", title)
    world.passes(days=9)
    world.says("ada", "more", SLEEP[0])
    world.passes(hours=1)
    graphs = ["Graphs that break", "Graphs drawn in a plane"]
    sleep = ["Sleep of whales", "Spindles late at night"]
    world.digest("2026-03-11", *graphs, *sleep, "Auctions without prices")
    world.compose("2026-03-11")
    half_life = world.house.half_life
    assert _replay(world, None, "2026-03-11", half_life=half_life).reordered.agreements == [1]
    assert _replay(world, None, "2026-03-11").reordered.agreements[0] < 1
