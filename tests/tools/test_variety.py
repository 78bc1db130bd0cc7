"""Variety: the taste of few likes is heard beside that of many, and one taste is left as it is."""

from itertools import pairwise

import numpy as np
import pytest

from service.ranking import Candidates, FeatureSpace, Library, ModelArrays, Profile, fit, stored
from service.ranking.features import Floats
from service.ranking.variety import placed, second_taste, varied

NEAR, FAR = 0.4, 0.02


def _likeness(*sizes: int, far: float = FAR) -> Floats:
    """Examples of some tastes, one after another."""
    taste = np.repeat(np.arange(len(sizes)), sizes)
    likeness = np.where(taste[:, None] == taste, NEAR, far).astype(np.float32)
    np.fill_diagonal(likeness, 1.36)
    return likeness


def _mixed(likeness: Floats, seed: int) -> tuple[Floats, np.ndarray]:
    order = np.random.default_rng(seed).permutation(len(likeness))
    return likeness[np.ix_(order, order)], order


@pytest.mark.parametrize("sizes", [(15, 5), (10, 3), (40, 12), (5, 15)])
def test_the_smaller_taste_is_found_whatever_the_order_of_examples(sizes: tuple[int, int]) -> None:
    likeness, order = _mixed(_likeness(*sizes), seed=sum(sizes))
    found = second_taste(likeness)
    assert found
    smaller = order >= sizes[0] if sizes[0] > sizes[1] else order < sizes[0]
    assert found.examples.tolist() == smaller.tolist()
    assert found.strength > 0


@pytest.mark.parametrize(
    "likeness",
    [
        _likeness(20),
        _likeness(15, 5, far=NEAR),
        _likeness(15, 5, far=0.3),
        _likeness(18, 2),
        _likeness(4, 1),
        _likeness(10, 10),
        np.zeros((0, 0), np.float32),
        np.ones((1, 1), np.float32),
    ],
    ids=["one", "all alike", "near ones", "two strays", "few", "equal ones", "none", "one example"],
)
def test_no_second_taste_is_seen_in(likeness: Floats) -> None:
    assert second_taste(likeness) is None


def test_examples_that_are_like_nothing_are_no_error() -> None:
    assert second_taste(np.zeros((12, 12), np.float32)) is None
    assert second_taste(np.full((12, 12), -0.1, np.float32)) is None


def test_the_farther_and_the_smaller_a_taste_the_more_it_is_raised() -> None:
    def strength(*sizes: int, far: float = FAR) -> float:
        found = second_taste(_likeness(*sizes, far=far))
        return found.strength if found else 0.0

    farther = [strength(15, 5, far=far) for far in (0.1, 0.07, 0.05, 0.0)]
    smaller = [strength(*sizes) for sizes in ((10, 10), (12, 8), (15, 5), (17, 3))]
    for strengths in (farther, smaller):
        assert all(less < more for less, more in pairwise(strengths)), strengths


def _day() -> tuple[Floats, Floats]:
    """Sixty papers: ten of a loud taste, five of a soft one, and the rest; scores and the soft part."""
    second = np.zeros((1, 60), np.float32)
    second[0, 10:15] = [0.3, 0.28, 0.26, 0.24, 0.22]
    first = np.zeros((1, 60), np.float32)
    first[0, :10] = np.linspace(0.9, 0.6, 10)
    noise = np.random.default_rng(0).normal(0, 0.02, (2, 1, 60)).astype(np.float32)
    second += noise[0]
    return first + second + noise[1], second


def _ten(order: Floats) -> list[int]:
    return np.argsort(-order[0], kind="stable")[:10].tolist()


def test_the_best_of_a_drowned_taste_come_among_the_ten() -> None:
    scores, second = _day()
    assert all(paper < 10 for paper in _ten(scores))
    ten = _ten(varied(scores, second, np.array([1.5], np.float32)))
    assert {10, 11} <= set(ten)
    assert sum(paper < 10 for paper in ten) >= 5


def test_papers_of_one_taste_keep_their_order() -> None:
    scores, second = _day()
    order = varied(scores, second, np.array([1.5], np.float32))[0]
    loud = np.argsort(-scores[0, :10], kind="stable")
    assert np.argsort(-order[:10], kind="stable").tolist() == loud.tolist()


def test_readers_of_one_taste_keep_their_scores_to_the_last_bit() -> None:
    scores, second = _day()
    both, parts = np.vstack([scores, scores[:, ::-1]]), np.vstack([second, second])
    order = varied(both, parts, np.array([0, 1], np.float32))
    assert np.array_equal(order[0], both[0])
    assert not np.array_equal(order[1], both[1])


def test_a_reader_among_many_gets_what_they_would_get_alone() -> None:
    drawn = np.random.default_rng(1).normal(size=(2, 200, 80)).astype(np.float32)
    strength = np.linspace(0, 2, 200, dtype=np.float32)
    many = varied(*drawn, strength)
    alone = [varied(drawn[0, [at]], drawn[1, [at]], strength[[at]])[0] for at in range(200)]
    assert np.array_equal(many, np.stack(alone))


@pytest.mark.parametrize("papers", [0, 1, 3])
def test_few_papers_are_ordered_all_the_same(papers: int) -> None:
    scores = np.arange(papers, dtype=np.float32)[None]
    order = varied(scores, np.zeros_like(scores), np.ones(1, np.float32))
    assert order.shape == (1, papers)
    assert np.argsort(order[0]).tolist() == list(range(papers))


def test_equal_scores_stay_equal() -> None:
    scores = np.full((1, 30), 0.5, np.float32)
    assert len(np.unique(varied(scores, scores * 0, np.ones(1, np.float32)))) == 1


def test_the_scale_has_its_zero_at_the_mean_and_its_one_at_the_ten_best() -> None:
    scores = np.random.default_rng(2).normal(size=(3, 50)).astype(np.float32)
    scale = placed(scores)
    assert np.allclose(scale.mean(axis=1), 0, atol=1e-5)
    assert np.allclose(np.sort(scale, axis=1)[:, -10:].mean(axis=1), 1, atol=1e-5)


GRAPHS = [
    f"{kind} neural networks on graphs: messages along {what} edges"
    for kind in ("Convolutional", "Recurrent", "Attentive", "Deep")
    for what in ("molecular", "social", "traffic")
]
SLEEP = [
    f"Memory and {what} during sleep in the hippocampus of {animal}"
    for what in ("replay", "spindles")
    for animal in ("mice", "rats")
]
OTHERS = [f"Wages and prices in {place}" for place in ("towns", "ports", "villages", "states")]
SPACE = FeatureSpace.starter()
TEXTS = [*GRAPHS, *SLEEP, *OTHERS]
FEATURES = stored(SPACE.features(TEXTS))
PAPERS = Library(tuple(range(len(TEXTS))), FEATURES)
LIKED = (*range(9), 12, 13, 14)


def _fitted(*liked: int) -> ModelArrays:
    (model,) = fit(SPACE, [Profile(liked=liked)], PAPERS)
    return ModelArrays.from_bytes(model.to_bytes())


def test_a_model_keeps_its_readers_second_taste() -> None:
    model = _fitted(*LIKED)
    assert model.strength > 0
    candidates = Candidates(SPACE, tuple(PAPERS.paper_ids), tuple(TEXTS), FEATURES)
    second = candidates.second(candidates.weights([model]))[:, 0]
    assert int(second.argmax()) in range(12, 16)
    assert second[12:16].min() > second[:12].max()


def test_a_model_of_one_taste_keeps_no_second_one() -> None:
    model = _fitted(*range(12))
    assert (model.strength, len(model.second)) == (0, 0)


def test_a_paper_of_the_second_taste_rises() -> None:
    candidates = Candidates(SPACE, tuple(PAPERS.paper_ids), tuple(TEXTS), FEATURES)
    weights = candidates.weights([_fitted(*LIKED)])
    scores = candidates.scores(weights).T
    order = varied(scores, candidates.second(weights).T, weights.strength)
    unseen = [*range(9, 12), 15]
    place = [int((each[0, unseen] > each[0, 15]).sum()) for each in (scores, order)]
    assert place[1] < place[0]
