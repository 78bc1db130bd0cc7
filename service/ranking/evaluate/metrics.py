"""Measures of an order of papers, and how sure their means are."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from service.errors import WrongInput

TOP = 10
_DISCOUNT = 1 / np.log2(np.arange(2, TOP + 2))
_RESAMPLES = 2_000

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean over readers, and where it lies with 95 % confidence, by bootstrap over readers."""

    mean: float
    low: float
    high: float


def of_day(scores: Sequence[float], relevant: Values, tiebreak: Values) -> Values:
    """nDCG@10, reciprocal rank, recall@10 and AUC of one day; ties are broken by `tiebreak`.

    AUC gives tied papers their mean rank instead. Raises WrongInput where a score is no number.
    """
    given = np.asarray(scores, np.float64)
    if given.shape != relevant.shape or not np.isfinite(given).all():
        raise WrongInput("The ranker's score() has to give one finite number a paper.")
    ranked = relevant[np.lexsort((tiebreak, -given))]
    wanted = int(relevant.sum())
    top = ranked[:TOP]
    ndcg = (top * _DISCOUNT[: len(top)]).sum() / _DISCOUNT[: min(wanted, TOP)].sum()
    ranks = rankdata(given)[relevant > 0]
    beaten = ranks.sum() - wanted * (wanted + 1) / 2
    auc = beaten / (wanted * (len(given) - wanted))
    return np.array([ndcg, 1 / (1 + int(ranked.argmax())), top.sum() / wanted, auc])


def fair_ties(name: str, size: int) -> Values:
    """Random numbers that are the same for every ranker, so that luck with ties favours none."""
    return np.random.default_rng(zlib.crc32(name.encode())).random(size)


def bootstrap(values: Sequence[float]) -> Interval:
    """The mean of one value a reader, with its interval."""
    held = np.asarray(values, np.float64)
    if len(held) < 2:
        return Interval(*[float(held.mean())] * 3)
    drawn = np.random.default_rng(0).integers(0, len(held), (_RESAMPLES, len(held)))
    low, high = np.percentile(held[drawn].mean(axis=1), [2.5, 97.5])
    return Interval(float(held.mean()), float(low), float(high))


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """By how much we are better with the same readers."""
    return bootstrap((np.asarray(ours) - np.asarray(theirs)).tolist())
