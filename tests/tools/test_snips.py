"""SNIPS: the worth of a ranker that was never asked, from the log of one that drew by chance."""

from collections.abc import Iterator

import numpy as np
import pytest

from service.ranking.evaluate import Draw, SlotEstimate, estimate
from service.ranking.evaluate.snips import MATCHES, OF_A_KIND, READERS

SHARES = np.array([0.5, 0.25, 0.15, 0.1])
"""With what probability chance draws each paper of a pool of four."""
LIKED = np.array([[0.05, 0.20, 0.50, 0.20], [0.10, 0.20, 0.20, 0.90]])
"""How probable it is that readers of two kinds say "more" to each of the four."""
WANTED = np.array([1, 3])
"""Which one the ranker would have chosen for each kind."""
TRUTH = float(LIKED[[0, 1], WANTED].mean())
LOGGED = float((LIKED @ SHARES).mean())


def _log(chance: np.random.Generator, readers: int = 150, draws: int = 3) -> Iterator[Draw]:
    for reader in range(readers):
        kind = int(chance.integers(2))
        for drawn in chance.choice(4, draws, p=SHARES).tolist():
            said_more = float(chance.random() < LIKED[kind, drawn])
            yield Draw(reader, float(SHARES[drawn]), drawn == WANTED[kind], said_more)


@pytest.fixture(scope="module")
def estimates() -> list[SlotEstimate]:
    """What a hundred logs of the same world tell."""
    chance = np.random.default_rng(20260302)
    made = [estimate(list(_log(chance))) for _ in range(100)]
    return [each for each in made if each and each.chosen and each.difference]


def test_the_estimate_finds_the_truth_that_the_logged_mean_misses(
    estimates: list[SlotEstimate],
) -> None:
    assert len(estimates) == 100
    told = np.mean([each.chosen.mean for each in estimates if each.chosen])
    assert told == pytest.approx(TRUTH, abs=0.02)
    assert np.mean([each.logged.mean for each in estimates if each.logged]) == pytest.approx(
        LOGGED, abs=0.02
    )
    assert TRUTH - LOGGED > 0.3


def test_unweighted_matches_would_have_told_something_else() -> None:
    """The papers that chance likes to draw are not those that readers want."""
    draws = list(_log(np.random.default_rng(1), readers=3_000))
    matched = [each.reward for each in draws if each.matched]
    told = estimate(draws)
    assert told
    assert told.chosen
    assert told.chosen.mean == pytest.approx(TRUTH, abs=0.03)
    assert abs(np.mean(matched) - TRUTH) > 0.1


def test_nearly_all_intervals_hold_the_truth(estimates: list[SlotEstimate]) -> None:
    chosen = [each.chosen for each in estimates if each.chosen]
    better = [each.difference for each in estimates if each.difference]
    assert 89 <= sum(each.low <= TRUTH <= each.high for each in chosen) < 100
    assert 89 <= sum(each.low <= TRUTH - LOGGED <= each.high for each in better) < 100


def test_weights_normalise_themselves() -> None:
    """Two matches, of 1/4 and 1/2: the rarer one counts twice as much."""
    many = [Draw(at, (0.25, 0.5)[at % 2], True, (1.0, 0.0)[at % 2]) for at in range(MATCHES)]
    told = estimate(many)
    assert told
    assert told.chosen
    assert told.logged
    assert told.chosen.mean == pytest.approx(2 / 3)
    assert told.logged.mean == 0.5
    assert told.effective == pytest.approx((15 * 4 + 15 * 2) ** 2 / (15 * 16 + 15 * 4))


def test_a_ranker_that_always_agrees_with_chance_earns_what_chance_did() -> None:
    draws = [Draw(at, 0.5, True, float(at % 3 == 0)) for at in range(60)]
    told = estimate(draws)
    assert told
    assert told.difference
    assert (told.difference.mean, told.difference.low, told.difference.high) == (0, 0, 0)
    assert told.effective == pytest.approx(60)


def test_one_reader_who_says_much_makes_the_interval_wide() -> None:
    """What one reader says is not many independent words."""
    alone = [Draw(at, 0.5, True, float(at % 2)) for at in range(80)]
    friends = [Draw(at // 4, 0.5, True, float(at // 4 % 2)) for at in range(80)]
    apart, together = estimate(alone), estimate(friends)
    assert apart
    assert together
    assert apart.chosen
    assert together.chosen
    assert apart.chosen.mean == together.chosen.mean == 0.5
    width = apart.chosen.high - apart.chosen.low
    assert together.chosen.high - together.chosen.low > 1.5 * width


def test_too_few_matches_are_words_and_no_number() -> None:
    few = [Draw(at, 0.5, at < 3, 1.0) for at in range(100)]
    told = estimate(few)
    assert told
    assert (told.chosen, told.difference) == (None, None)
    assert told.why_not
    assert f"it takes {MATCHES} matches from {READERS} readers" in told.why_not
    assert told.why_not.endswith("there are 3 from 3")
    assert (told.logged, told.wanted, told.draws) == (None, 100, 100)


def test_many_matches_of_few_readers_are_too_few() -> None:
    told = estimate([Draw(at % 4, 0.5, True, float(at < 50)) for at in range(100)])
    assert told
    assert told.chosen is None
    assert (told.matches, told.matched_readers) == (100, 4)


def test_matches_that_all_ended_alike_are_words_and_no_interval_of_no_width() -> None:
    told = estimate([Draw(at, 0.5, True, 0.0) for at in range(100)])
    assert told
    assert told.chosen is None
    assert told.why_not
    assert 'of 100 matches 0 earned a "more"' in told.why_not
    assert told.logged is None
    enough = estimate([Draw(at, 0.5, True, float(at < OF_A_KIND)) for at in range(100)])
    assert enough
    assert enough.chosen


def test_without_a_match_nothing_is_divided_by_zero() -> None:
    told = estimate([Draw(at, 0.5, False, 1.0) for at in range(5)])
    assert told
    assert (told.matches, told.effective, told.chosen) == (0, 0.0, None)


def test_no_draw_is_no_estimate() -> None:
    assert estimate([]) is None


@pytest.mark.parametrize("propensity", [0.0, -0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(propensity: float) -> None:
    with pytest.raises(ValueError, match="propensity"):
        estimate([Draw(1, propensity, True, 1.0)])
