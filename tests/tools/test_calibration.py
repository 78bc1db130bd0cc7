"""Calibration: probabilities follow scores, and are learnt of other readers than they are tested on."""

from pathlib import Path

import numpy as np
import pytest

from service.ranking import Portion, Wish, recommend
from service.ranking.calibration import Learnt, day_of, probabilities
from service.ranking.evaluate import ProductRanker, calibrate, load
from tests.bench.calibration import Told, gain, gathered, learn, out_of_fold, report
from tests.tools import sets

CHANCE = np.random.default_rng(0)


def _told(readers: int = 20, papers: int = 200, shift: float = 0.0) -> Told:
    """Papers that come true the more often the higher they stand; every second reader's more often."""
    size = readers * papers
    features = day_of(
        CHANCE.standard_normal((readers, 60)).astype(np.float32), 5 * np.ones(readers)
    )
    placed = CHANCE.uniform(0, 3, size)
    names = np.repeat([f"reader{at}" for at in range(readers)], papers)
    likely = 1 / (1 + np.exp(3 - 2 * placed - shift * (np.repeat(np.arange(readers) % 2, papers))))
    true = (CHANCE.random(size) < likely).astype(float)
    sets_of = np.where(np.repeat(np.arange(readers) < readers // 2, papers), "one", "other")
    return Told(np.repeat(features.features, papers, axis=0), placed, true, names, sets_of)


@pytest.mark.parametrize("papers", [1, 2, 5, 60, 300])
def test_a_better_score_is_never_less_probable(papers: int) -> None:
    for scale in (0, 0.01, 1, 1000):
        scores = np.sort(CHANCE.standard_cauchy((4, papers)) * scale, axis=1).astype(np.float32)
        likely = probabilities(scores, np.array([0, 1, 20, 5000]))
        assert ((likely >= 0) & (likely <= 1)).all()
        assert (np.diff(likely, axis=1) >= 0).all()


def test_what_was_learnt_comes_back_from_its_text() -> None:
    learnt = learn(_told())
    assert Learnt.from_json(learnt.to_json()) == learnt


def test_what_is_learnt_comes_true_for_readers_it_was_not_learnt_of() -> None:
    told = _told()
    found = calibrate(list(zip(out_of_fold(told), told.true > 0, strict=True)))
    assert found
    assert found.error < 0.05
    assert found.gain > 0.15


def test_nobody_is_tested_on_what_was_learnt_of_them() -> None:
    """Of two readers one says yes to nearly all, one to nearly none: each is taken for the other."""
    told = _told(readers=2)
    true = (CHANCE.random(400) < np.repeat([0.95, 0.05], 200)).astype(float)
    likely = out_of_fold(Told(told.features, told.placed, true, told.readers, told.sets))
    assert likely[:200].mean() < 0.2
    assert likely[200:].mean() > 0.8


def test_each_set_counts_as_much_as_any_other() -> None:
    told = _told()
    small = told.only((told.sets == "one") | (np.arange(len(told.sets)) % 10 == 0))
    for name in ("one", "other"):
        assert small.weights[small.sets == name].sum() == pytest.approx(len(small.sets) / 2)
    assert 0 < gain(small, small.likely(learn(small))) < 1


def test_a_feature_that_never_changed_says_nothing_of_other_values() -> None:
    learnt = learn(_told())  # all have five likes
    day = day_of(np.linspace(0, 1, 60, dtype=np.float32)[None], np.array([5]))
    other = day_of(np.linspace(0, 1, 60, dtype=np.float32)[None], np.array([50]))
    assert learnt.probabilities(other) == pytest.approx(learnt.probabilities(day))


def test_the_evaluated_model_tells_the_probabilities_of_editions(tmp_path: Path) -> None:
    data = load(sets.write(tmp_path / "made"))
    reader = data.readers[0]
    ranker = ProductRanker(data.background)
    model = ranker.fit(list(reader.interests), data.of(reader.likes), [])
    papers = data.of(reader.days[0].candidates)
    candidates = ranker.candidates(papers)
    wish = Wish(model.arrays, reader.interests, portion=Portion(len(papers)))
    (ranked,) = recommend(candidates, [wish], ranker.library(data.of(reader.likes)))
    told = model.probability(model.score(papers))
    assert len(ranked.recommendations) > 5
    for each in ranked.recommendations:
        at = candidates.places[each.paper_id]
        assert each.probability == pytest.approx(told[at], abs=0.001)


def test_the_days_of_all_sets_are_gathered_and_reported(tmp_path: Path) -> None:
    data = [load(sets.write(tmp_path / name)) for name in ("one set", "other")]
    told = gathered(data)
    assert set(told.sets) == {"one set", "other"}
    assert len(set(told.readers)) == 4
    text, pictures = report(told, np.full(len(told.true), told.true.mean()))
    assert set(pictures) == {f"calibration-{name}.svg" for name in ("one-set", "other", "all-sets")}
    assert all(name in text for name in pictures)
