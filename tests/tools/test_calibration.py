"""Calibration: probabilities follow scores, and are learnt of other readers than they are tested on."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from service.ranking import Portion, Wish, recommend
from service.ranking.calibration import Known, Learnt, day_of, probabilities
from service.ranking.evaluate import ProductRanker, calibrate, load
from tests.bench.calibration import Told, gain, gathered, learn, out_of_fold, report
from tests.tools import sets

CHANCE = np.random.default_rng(0)


def _known(likes: NDArray[np.float64]) -> Known:
    """Readers who have liked so many papers, and are alike in all else."""
    one = np.ones(len(likes))
    return Known(likes, 3 * one, 0 * one, one)


def _told(readers: int = 20, papers: int = 200, shift: float = 0.0) -> Told:
    """Papers that come true the more often the higher they stand; every second reader's more often."""
    size = readers * papers
    features = day_of(
        CHANCE.standard_normal((readers, 60)).astype(np.float32), _known(5 * np.ones(readers))
    )
    placed = CHANCE.uniform(0, 3, size)
    names = np.repeat([f"reader{at}" for at in range(readers)], papers)
    likely = 1 / (1 + np.exp(3 - 2 * placed - shift * (np.repeat(np.arange(readers) % 2, papers))))
    true = (CHANCE.random(size) < likely).astype(float)
    sets_of = np.where(np.repeat(np.arange(readers) < readers // 2, papers), "one", "other")
    whole = np.ones(size, bool)
    rows = np.repeat(features.features, papers, axis=0)
    return Told(rows, placed, true, names, sets_of, whole)


@pytest.mark.parametrize("papers", [1, 2, 5, 60, 300])
def test_a_better_score_is_never_less_probable(papers: int) -> None:
    for scale in (0, 0.01, 1, 1000):
        scores = np.sort(CHANCE.standard_cauchy((4, papers)) * scale, axis=1).astype(np.float32)
        likely = probabilities(scores, _known(np.array([0.0, 1, 20, 5000])))
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
    likely = out_of_fold(replace(told, true=true))
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
    day = day_of(np.linspace(0, 1, 60, dtype=np.float32)[None], _known(np.array([5.0])))
    other = day_of(np.linspace(0, 1, 60, dtype=np.float32)[None], _known(np.array([50.0])))
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


def test_thinned_days_have_a_say_and_are_not_reported() -> None:
    told = _told()
    thinned = replace(told, true=1 - told.true, whole=np.zeros(len(told.true), bool))
    both = Told(*(np.concatenate(pair) for pair in zip(_parts(told), _parts(thinned), strict=True)))
    assert both.weights[: len(told.true)] == pytest.approx(10 * both.weights[len(told.true) :])
    likely, alone = (each.likely(learn(each)) for each in (both, told))
    assert both.only(both.whole).true == pytest.approx(told.true)
    assert np.corrcoef(likely[: len(told.true)], alone)[0, 1] > 0.9


def _parts(told: Told) -> list[NDArray[Any]]:
    return [getattr(told, field.name) for field in fields(told)]
