"""Evaluation: measures are what they are called, and rankers are the product's own code."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from service.errors import WrongInput
from service.ranking import (
    Candidates,
    InterestText,
    Library,
    Portion,
    Profile,
    Wish,
    fit,
    recommend,
    stored,
)
from service.ranking.evaluate import (
    Measured,
    ProductRanker,
    bootstrap,
    calibrate,
    find_ranker,
    load,
    measure,
    paired,
)
from service.ranking.evaluate.metrics import of_day
from service.ranking.words import whole_text
from tests.tools import sets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sets.write(tmp_path / "made")


def _day(scores: list[float], relevant: list[int]) -> list[float]:
    wanted = np.array(relevant, np.float64)
    return of_day(scores, wanted, np.zeros(len(scores))).tolist()


def test_an_order_with_all_relevant_papers_first_is_perfect() -> None:
    assert _day([4, 3, 2, 1], [1, 1, 0, 0]) == [1, 1, 1, 1]


def test_ndcg_discounts_by_the_logarithm_of_the_place() -> None:
    ndcg, mrr, recall, auc = _day([4, 3, 2, 1], [0, 1, 0, 1])
    gained = 1 / np.log2(3) + 1 / np.log2(5)
    assert ndcg == pytest.approx(gained / (1 + 1 / np.log2(3)))
    assert (mrr, recall) == (0.5, 1)
    assert auc == pytest.approx(0.25)


def test_a_relevant_paper_on_the_eleventh_place_is_not_recalled() -> None:
    ndcg, mrr, recall, _ = _day([float(-at) for at in range(12)], [0] * 10 + [1, 0])
    assert (ndcg, mrr, recall) == (0, pytest.approx(1 / 11), 0)


def test_tied_papers_have_half_of_the_auc() -> None:
    assert _day([1, 1, 1, 1], [1, 0, 0, 1])[3] == 0.5


@pytest.mark.parametrize("scores", [[1.0], [1.0, float("nan")]])
def test_a_ranker_without_a_number_for_each_paper_is_refused(scores: list[float]) -> None:
    with pytest.raises(WrongInput, match="one finite number a paper"):
        _day(scores, [1, 0])


def test_the_interval_holds_the_mean_and_one_reader_has_none() -> None:
    sure = bootstrap([0.1, 0.4, 0.5, 0.9])
    assert sure.low < sure.mean < sure.high
    assert bootstrap([0.3]).low == bootstrap([0.3]).high == pytest.approx(0.3)


def test_a_constant_lead_is_sure_however_much_readers_differ() -> None:
    sure = paired([0.2, 0.9, 0.5], [0.1, 0.8, 0.4])
    assert (sure.low, sure.high) == (pytest.approx(0.1), pytest.approx(0.1))


def test_irrelevant_candidates_of_the_background_are_left_out_of_the_days(folder: Path) -> None:
    day = load(folder).readers[0].days[0]
    assert "sleep44" not in day.candidates
    assert "sleep45" in day.candidates
    assert day.relevant == {f"graphs{number}" for number in range(50, 55)}


def test_a_folder_without_a_set_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="holds no data set"):
        load(tmp_path)


def test_a_set_that_names_a_paper_it_does_not_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="'nobody' is missing"):
        load(sets.write(tmp_path / "made", likes=["nobody"]))


def test_a_torn_file_is_one_sentence(folder: Path) -> None:
    with gzip.open(folder / "users.jsonl.gz", "wt") as file:
        file.write('{"user": "a')
    with pytest.raises(WrongInput, match="can't be read as a data set"):
        load(folder)


def test_a_reader_with_fewer_likes_does_not_count(folder: Path) -> None:
    held: dict[int, Measured] = {}
    measure(sets.Worst([]), load(folder), (0, 1, 5), held)
    assert {k: each.readers for k, each in held.items()} == {
        0: ["ada", "bo"],
        1: ["ada", "bo"],
        5: ["ada"],
    }


def test_the_product_beats_the_worst_ranker_and_learns_from_likes(folder: Path) -> None:
    data = load(folder)
    ours: dict[int, Measured] = {}
    worst: dict[int, Measured] = {}
    measure(ProductRanker(data.background), data, (0, 5), ours)
    measure(sets.Worst([]), data, (0, 5), worst)
    assert worst[0].interval.mean == 0
    assert ours[0].interval.mean > 0.5
    assert ours[5].ndcg[0] == 1


def test_the_product_ranker_orders_papers_as_an_edition_would(folder: Path) -> None:
    data = load(folder)
    ranker = ProductRanker(data.background)
    reader, papers = data.readers[0], data.of(data.readers[0].days[0].candidates)
    model = ranker.fit(reader.interests, data.of(reader.likes), [])
    space = ranker.space
    texts = [whole_text(each["title"], each["abstract"]) for each in papers]
    likes = [whole_text(each["title"], each["abstract"]) for each in data.of(reader.likes)]
    library = Library(range(900, 905), stored(space.features(likes)))
    profile = Profile((InterestText("spectral graph"),), tuple(library.paper_ids))
    (learnt,) = fit(space, [profile], library)
    kept = type(learnt).from_bytes(learnt.to_bytes())
    candidates = Candidates(
        space, tuple(range(len(texts))), tuple(texts), stored(space.features(texts))
    )
    (edition,) = recommend(candidates, [Wish(kept, portion=Portion(len(texts)))], library)
    told = {each.paper_id: each.score for each in edition.recommendations}
    scores = model.score(papers).tolist()
    assert [scores[at] for at in told] == pytest.approx(list(told.values()))
    untold = set(range(len(papers))) - told.keys()
    assert all(candidates.twins[at] & told.keys() for at in untold)


def test_probabilities_that_come_true_are_calibrated() -> None:
    told = [(0.2, at % 5 == 0) for at in range(500)] + [(0.8, at % 5 > 0) for at in range(500)]
    found = calibrate(told)
    assert found is not None
    assert found.error < 1e-9
    assert found.gain > 0.2
    assert [each.papers for each in found.bins] == [100] * 10


def test_the_calibration_error_is_how_far_off_they_are() -> None:
    found = calibrate([(0.7, at % 2 == 0) for at in range(100)])
    assert found is not None
    assert found.error == pytest.approx(0.2)


def test_nothing_told_has_no_calibration() -> None:
    assert calibrate([]) is None


@pytest.mark.parametrize("spec", ["nowhere:Ranker", "tests.tools.sets:Nobody", "sets", ""])
def test_a_ranker_that_is_nowhere_is_one_sentence(spec: str) -> None:
    with pytest.raises(WrongInput, match="There is no ranker"):
        find_ranker(spec)
