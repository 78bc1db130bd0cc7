"""SNIPS: what a ranker would have earned in a slot that was filled by chance, from the log of it.

The log tells with which probability each paper was drawn. A draw on which the ranker agrees stands
for as many others as it was improbable (self-normalised inverse propensity scoring: Swaminathan &
Joachims, 2015). It speaks for that slot only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from service.ranking.evaluate.metrics import Interval, Values

MATCHES, READERS, OF_A_KIND = 30, 20, 5
"""With fewer matches, from fewer readers, or fewer of them that ended either way, nothing is told."""
_RESAMPLES = 2_000


@dataclass(frozen=True)
class Draw:
    """One paper that chance chose for a reader, and what came of it.

    `matched` says that the ranker would have chosen it too; `reward` is 1 if the reader said "more".
    """

    reader: int
    propensity: float
    matched: bool
    reward: float


@dataclass(frozen=True)
class SlotEstimate:
    """What the slot earned, what a ranker would have earned there, and the difference.

    The draws on which the ranker agrees tell as much as `effective` draws of its own would. Where
    these are too few, or all ended alike, `chosen` and `difference` are None and `why_not` says so;
    `logged` is None where all draws are.
    """

    draws: int
    wanted: int
    readers: int
    matches: int
    matched_readers: int
    effective: float
    logged: Interval | None = None
    chosen: Interval | None = None
    difference: Interval | None = None
    why_not: str | None = None


def estimate(draws: Sequence[Draw]) -> SlotEstimate | None:
    """The estimate, with 95 % intervals by bootstrap over readers; None without any draw.

    Raises ValueError where a propensity is not above 0 and at most 1.
    """
    if not draws:
        return None
    if any(not 0 < each.propensity <= 1 for each in draws):
        raise ValueError("a propensity has to be above 0 and at most 1")
    sums = _sums(draws)
    resampled = np.array([_means(each) for each in _resamples(sums)])
    weights = np.array([each.matched / each.propensity for each in draws])
    matched = [each for each in draws if each.matched]
    why_not = _why_not(matched)
    chosen, logged, difference = (
        _interval(mean, column)
        for mean, column in zip(_means(sums.sum(0)), resampled.T, strict=True)
    )
    return SlotEstimate(
        draws=len(draws),
        wanted=sum(each.reward > 0 for each in draws),
        readers=len(sums),
        matches=len(matched),
        matched_readers=len({each.reader for each in matched}),
        effective=float(weights.sum() ** 2 / (weights**2).sum()) if matched else 0.0,
        logged=None if _why_not(draws) else logged,
        chosen=None if why_not else chosen,
        difference=None if why_not else difference,
        why_not=why_not,
    )


def _sums(draws: Sequence[Draw]) -> Values:
    """Per reader: weighted reward, weight, reward and number of draws; float64 (readers × 4)."""
    _, rows = np.unique([each.reader for each in draws], return_inverse=True)
    weights = np.array([each.matched / each.propensity for each in draws])
    rewards = np.array([each.reward for each in draws])
    columns = (weights * rewards, weights, rewards, np.ones(len(draws)))
    return np.stack([np.bincount(rows, weights=column) for column in columns], axis=1)


def _resamples(sums: Values) -> Iterator[Values]:
    """The sums over as many readers, drawn anew."""
    chance = np.random.default_rng(0)
    for _ in range(_RESAMPLES):
        yield sums[chance.integers(0, len(sums), len(sums))].sum(axis=0)


def _means(sums: Values) -> tuple[float, float, float]:
    """What the ranker earns a draw (NaN without a match), what chance did, and the difference."""
    earned, weight, reward, draws = sums.tolist()
    chosen = earned / weight if weight else float("nan")
    return chosen, reward / draws, chosen - reward / draws


def _interval(mean: float, resampled: Values) -> Interval:
    known = resampled[~np.isnan(resampled)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (mean, mean)
    return Interval(mean, float(low), float(high))


def _why_not(matched: Sequence[Draw]) -> str | None:
    """Why these draws tell nothing; None if they do."""
    readers = len({each.reader for each in matched})
    if len(matched) < MATCHES or readers < READERS:
        return (
            f"it takes {MATCHES} matches from {READERS} readers to tell anything; "
            f"there are {len(matched)} from {readers}"
        )
    wanted = sum(each.reward > 0 for each in matched)
    if min(wanted, len(matched) - wanted) < OF_A_KIND:
        return (
            f'of {len(matched)} matches {wanted} earned a "more"; '
            f"it takes {OF_A_KIND} that did and {OF_A_KIND} that did not to say how sure a mean is"
        )
    return None
