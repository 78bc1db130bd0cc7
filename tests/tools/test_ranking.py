"""Ranking: one closed form from no feedback to much of it, for many readers at once."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.ranking import (
    Candidates,
    FeatureSpace,
    InterestText,
    Library,
    ModelArrays,
    Portion,
    Profile,
    Ranked,
    Wish,
    fit,
    rank_texts,
    recommend,
    stored,
)

GRAPHS = [
    "Graph neural networks pass messages along the edges of sparse graphs.",
    "Message passing on molecular graphs predicts reaction yields.",
    "Spectral clustering of large graphs with few labels.",
    "Expander graphs and fast random walks on them.",
]
SLEEP = [
    "Sleep spindles were recorded in mice during slow wave sleep.",
    "Slow waves in sleep and the memory of mice.",
    "Dreams, deep sleep and what the cortex replays.",
    "Why flies sleep, and which neurons wake them.",
]
PRICES = [
    "Auction prices in electricity markets follow bidding strategies.",
    "Bidding under uncertainty in repeated auctions.",
    "Market power and the price of balancing energy.",
    "How traders bid when prices jump.",
]
TEXTS = [text for texts in zip(GRAPHS, SLEEP, PRICES, strict=True) for text in texts]
SPACE = FeatureSpace().fit(TEXTS)
FEATURES = stored(SPACE.features(TEXTS))
PAPERS = Library(tuple(range(len(TEXTS))), FEATURES)
MANY = [f"{one} {other}" for one, other in combinations(TEXTS, 2)]
PLENTY = Candidates(SPACE, tuple(range(len(MANY))), tuple(MANY), stored(SPACE.features(MANY)))
CANDIDATES = Candidates(SPACE, tuple(range(len(TEXTS))), tuple(TEXTS), FEATURES)


def _ids(ranked: Ranked) -> list[int]:
    return [each.paper_id for each in ranked.recommendations]


def _texts(ranked: Ranked) -> list[str]:
    return [TEXTS[paper_id] for paper_id in _ids(ranked)]


def _follows(*phrases: str) -> tuple[InterestText, ...]:
    return tuple(InterestText(phrase) for phrase in phrases)


def _papers(*texts: str) -> tuple[int, ...]:
    return tuple(TEXTS.index(text) for text in texts)


def _ranked(profile: Profile, limit: int = 4, **wish: object) -> Ranked:
    (model,) = fit(SPACE, [profile], PAPERS)
    phrases = tuple(each.text for each in profile.interests)
    judged = frozenset(profile.liked + profile.disliked)
    asked = Wish(model, phrases, left_out=judged, portion=Portion(limit))
    return recommend(CANDIDATES, [replace(asked, **wish)], PAPERS)[0]


def test_interests_alone_rank() -> None:
    assert set(_texts(_ranked(Profile(_follows("graphs"))))) == set(GRAPHS)


def test_a_like_alone_ranks() -> None:
    """Pitfall 14: one example."""
    assert set(_texts(_ranked(Profile(liked=_papers(SLEEP[0])), portion=Portion(2)))) <= set(SLEEP)


def test_a_heavier_interest_counts_more() -> None:
    def first(graphs: float, sleep: float) -> str:
        profile = Profile((InterestText("graphs", graphs), InterestText("sleep", sleep)))
        return _texts(_ranked(profile, portion=Portion(1)))[0]

    assert first(3, 0.3) in GRAPHS
    assert first(0.3, 3) in SLEEP


def test_a_dislike_moves_its_kind_down() -> None:
    before = _texts(_ranked(Profile(_follows("sleep")), portion=Portion(12)))
    after = _texts(
        _ranked(Profile(_follows("sleep"), disliked=_papers(SLEEP[0])), portion=Portion(12))
    )
    assert before.index(SLEEP[1]) < before.index(SLEEP[2])
    assert after.index(SLEEP[1]) > after.index(SLEEP[2])


def test_dislikes_alone_keep_the_digests_order_with_their_kind_last() -> None:
    """Pitfall 14: one class."""
    ranked = _ranked(Profile(disliked=_papers(*SLEEP[:2])), portion=Portion(12))
    assert ranked.trending
    places = [_texts(ranked).index(text) for text in (*GRAPHS, *SLEEP[2:])]
    assert places[:2] == [0, 2]
    assert len(_ids(ranked)) == 10


def test_a_liked_paper_is_never_its_own_negative() -> None:
    liked = TEXTS.index(GRAPHS[0])
    (model,) = fit(SPACE, [Profile(liked=(liked,))], PAPERS)
    without = FeatureSpace().fit(TEXTS, background=[at for at in range(12) if at != liked])
    again = Library((liked,), stored(without.features([GRAPHS[0]])))
    (same,) = fit(without, [Profile(liked=(liked,))], again)
    row = CANDIDATES.scores(CANDIDATES.weights([model]))[liked, 0]
    rows = Candidates(without, (0,), (GRAPHS[0],), again.features)
    assert row == pytest.approx(float(rows.scores(rows.weights([same]))[0, 0]), abs=0.2)


def test_equal_papers_liked_and_disliked_give_a_finite_model() -> None:
    """Pitfall 14: contradictory examples."""
    same = Library((1, 2), stored(SPACE.features([GRAPHS[0], GRAPHS[0]])))
    (model,) = fit(SPACE, [Profile(liked=(1,), disliked=(2,))], same)
    assert np.isfinite(model.weights).all()
    assert np.isfinite(model.dense).all()


def test_papers_that_the_library_lacks_are_passed_over() -> None:
    with_gap, without = fit(SPACE, [Profile(liked=(0, 999)), Profile(liked=(0,))], PAPERS)
    assert with_gap.liked == without.liked == (0,)
    assert np.array_equal(with_gap.weights, without.weights)


def test_a_reader_fitted_alone_or_among_many_gets_the_same_papers() -> None:
    profiles = [
        Profile(_follows(phrase), liked=(at % 12,))
        for at, phrase in enumerate(["graphs", "mice"] * 70)
    ]
    many = fit(SPACE, profiles, PAPERS)
    alone = [fit(SPACE, [profile], PAPERS)[0] for profile in profiles[-3:]]
    wishes = [Wish(model, portion=Portion(12)) for model in (*many[-3:], *alone)]
    ranked = [_ids(each) for each in recommend(CANDIDATES, wishes, PAPERS)]
    assert ranked[:3] == ranked[3:]


def test_a_model_comes_back_from_its_bytes() -> None:
    (model,) = fit(SPACE, [Profile(_follows("sleep"), liked=(0, 3), disliked=(5,))], PAPERS)
    stored_model = model.to_bytes()
    again = ModelArrays.from_bytes(stored_model)
    assert np.array_equal(again.columns, model.columns)
    assert np.allclose(again.weights, model.weights, atol=2e-3)
    assert again.liked == model.liked
    assert again.positive
    assert len(stored_model) < 8000


def test_bytes_that_are_no_model_are_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        ModelArrays.from_bytes(b"\xff" * 40)


def test_a_better_paper_is_never_less_probable() -> None:
    (model,) = fit(SPACE, [Profile(_follows("sleep"), liked=_papers(GRAPHS[0]))], PAPERS)
    (ranked,) = recommend(PLENTY, [Wish(model, ("sleep",), portion=Portion(66))], PAPERS)
    likely = [each.probability or 0 for each in ranked.recommendations]
    assert likely == sorted(likely, reverse=True)
    assert 0 < likely[-1] < likely[0] < 1


def test_among_few_candidates_no_probability_is_told_and_no_bar_holds() -> None:
    ranked = _ranked(Profile(_follows("sleep")), portion=Portion(12, bar=0.9, draw=0.5))
    assert {each.probability for each in ranked.recommendations} == {None}
    assert len(ranked.recommendations) == 12
    assert not ranked.pool


def test_a_drawn_paper_is_marked_and_names_all_that_it_was_drawn_from() -> None:
    (model,) = fit(SPACE, [Profile(_follows("sleep"))], PAPERS)
    wish = Wish(model, ("sleep",), portion=Portion(4, draw=0.4), left_out=frozenset(range(5)))
    (ranked,) = recommend(PLENTY, [wish], PAPERS)
    *first, last = ranked.recommendations
    assert {each.slot for each in first} == {"ranked"}
    assert last.slot == "explored"
    assert dict(ranked.pool)[last.paper_id] == last.propensity < 1
    assert not wish.left_out & dict(ranked.pool).keys()


def test_nothing_is_said_of_what_an_unknown_reader_would_like() -> None:
    ranked = recommend(CANDIDATES, [Wish(portion=Portion(5))], Library.nothing(SPACE))[0]
    assert {each.probability for each in ranked.recommendations} == {None}


def test_a_loud_interest_does_not_silence_the_others() -> None:
    """Pitfall 16: all interests feed one model on one scale; nothing is merged by maximum."""
    ranked = _ranked(Profile(_follows("graphs", "sleep", "auctions")), portion=Portion(6))
    for field in (GRAPHS, SLEEP, PRICES):
        assert set(_texts(ranked)) & set(field)


def test_a_reader_of_whom_nothing_is_known_gets_the_trending_order() -> None:
    ranked = recommend(CANDIDATES, [Wish(portion=Portion(5))], Library.nothing(SPACE))[0]
    assert ranked.trending
    assert _ids(ranked) == [0, 1, 2, 3, 4]
    assert {each.reason.kind for each in ranked.recommendations} == {"trending"}


def test_what_is_left_out_or_muted_does_not_come_whatever_its_score() -> None:
    ranked = _ranked(
        Profile(_follows("graphs")),
        portion=Portion(12),
        left_out=frozenset({0}),
        mutes=("message passing",),
    )
    assert GRAPHS[0] not in _texts(ranked)
    assert GRAPHS[1] not in _texts(ranked)
    assert len(_ids(ranked)) == 10


def test_equal_scores_keep_the_trending_order() -> None:
    texts = ("Equal words stand", "Other signs lie", "Words stand equal", "Stand equal words")
    space = FeatureSpace().fit(texts)
    candidates = Candidates(space, (7, 3, 5, 1), texts, space.features(texts))
    (model,) = fit(space, [Profile(_follows("equal"))], Library.nothing(space))
    ranked = recommend(candidates, [Wish(model, portion=Portion(4))], Library.nothing(space))[0]
    assert _ids(ranked) == [7, 5, 1, 3]


def test_nothing_to_choose_from_and_nobody_to_choose_for() -> None:
    nothing = Library.nothing(SPACE)
    empty = Candidates(SPACE, (), (), nothing.features)
    assert recommend(empty, [Wish()], nothing)[0].recommendations == []
    assert recommend(CANDIDATES, [], nothing) == []
    assert fit(SPACE, [], nothing) == []


def test_a_list_of_texts_is_ranked_without_a_database() -> None:
    papers = [(text, None, None) for text in TEXTS]
    ranked = rank_texts(papers, {"sleep in mice": 1.0}, ["spindles"], 2)
    assert SLEEP[1] in _texts(ranked)
    assert SLEEP[0] not in _texts(ranked)


def test_a_list_of_texts_without_interests_is_in_trending_order() -> None:
    """Pitfall 10: zero upvotes are more than unknown ones."""
    papers = [("A", None, None), ("B", "b", 0), ("C", None, 7), ("D", None, 7)]
    ranked = rank_texts(papers, {}, [])
    assert ranked.trending
    assert _ids(ranked) == [2, 3, 1, 0]


_PHRASES = st.lists(
    st.tuples(st.text(max_size=30), st.floats(0.01, 100)).map(lambda pair: InterestText(*pair)),
    max_size=4,
)
_SOME = st.lists(st.integers(0, 11), max_size=8).map(tuple)


@settings(max_examples=60, deadline=None)
@given(_PHRASES, _SOME, _SOME)
def test_any_profile_gives_finite_scores(
    phrases: list[InterestText], liked: tuple[int, ...], disliked: tuple[int, ...]
) -> None:
    """Pitfall 14: whatever a reader said, the model is finite and ranks every paper."""
    (model,) = fit(SPACE, [Profile(tuple(phrases), liked, disliked)], PAPERS)
    again = ModelArrays.from_bytes(model.to_bytes())
    wish = Wish(again, tuple(each.text for each in phrases), portion=Portion(12))
    ranked = recommend(CANDIDATES, [wish], PAPERS)[0]
    assert len(ranked.recommendations) == 12
    assert np.isfinite([each.score for each in ranked.recommendations]).all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=40), st.none() | st.text(max_size=40)), max_size=6),
    st.lists(st.text(max_size=20), max_size=3),
    st.lists(st.text(max_size=20), max_size=3),
)
def test_any_texts_can_be_ranked(
    papers: list[tuple[str, str | None]], interests: list[str], mutes: list[str]
) -> None:
    """Pitfall 14."""
    ranked = rank_texts([(*paper, None) for paper in papers], dict.fromkeys(interests, 1.0), mutes)
    assert np.isfinite([each.score for each in ranked.recommendations]).all()


def test_a_work_told_twice_comes_once_and_not_again_after_it_was_sent() -> None:
    twice = [*TEXTS, f"{SLEEP[0]} {SLEEP[1]}", f"{SLEEP[0]}\u0020{SLEEP[1]}"]
    same = {len(TEXTS), len(TEXTS) + 1}
    features = stored(SPACE.features(twice))
    candidates = Candidates(SPACE, tuple(range(len(twice))), tuple(twice), features)
    (model,) = fit(SPACE, [Profile(_follows("sleep"))], PAPERS)
    wishes = [
        Wish(model, ("sleep",), portion=Portion(20)),
        Wish(model, ("sleep",), portion=Portion(20), left_out=frozenset({len(TEXTS)})),
    ]
    first, later = (_ids(each) for each in recommend(candidates, wishes, PAPERS))
    assert len(same & set(first)) == 1
    assert not same & set(later)
    assert len(first) == len(later) + 1 == len(TEXTS) + 1


def test_a_weight_of_one_changes_no_byte() -> None:
    whole = Profile(_follows("graphs"), _papers(GRAPHS[0], SLEEP[0]), _papers(PRICES[0]))
    weighed = replace(whole, weights=dict.fromkeys(whole.liked + whole.disliked, 1.0))
    first, second = fit(SPACE, [whole, weighed], PAPERS)
    assert first.to_bytes() == second.to_bytes()


@pytest.mark.parametrize("kind", ["liked", "disliked"])
def test_the_less_a_verdict_counts_the_less_it_moves_its_paper(kind: str) -> None:
    """Down to as good as nothing, and without a number that is none."""
    other = Profile(_follows("auction prices"))
    moved = []
    for weight in (1.0, 0.5, 0.1, 2.0**-20):
        papers = _papers(SLEEP[0])
        profile = replace(other, weights={papers[0]: weight}, **{kind: papers})
        without, model = fit(
            SPACE, [replace(profile, weights={papers[0]: 2.0**-20}), profile], PAPERS
        )
        scores = CANDIDATES.scores(CANDIDATES.weights([without, model]))[papers[0]]
        assert np.isfinite(scores).all()
        moved.append(abs(float(scores[1] - scores[0])))
    assert moved == sorted(moved, reverse=True)
    assert moved[0] > 0.1
    assert moved[-1] == 0
