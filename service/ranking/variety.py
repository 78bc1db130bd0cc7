"""Variety: a reader's second taste, so that the one with fewer examples does not drown in the other.

The more examples say the same, the surer a model is of what they say, and the higher it scores it: ten
papers from the taste of fifteen likes come before the first from that of five. So a reader's likes and
phrases are cut in two where they hang together least, and if the two are far apart, papers are raised
by how good they are for the taste that they suit best, on one scale for both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.ranking.features import Floats

_FEWEST = 3
"""So many examples are a taste; fewer may be a stray click."""
_ONE, _TWO = 0.5, 0.3
"""From this cut on all is one taste, and up to that one there are two for sure."""
_STRENGTH = 1.0
_BEST = 10
_DECIMALS = 5  # as of scores
_TINY = 1e-6


@dataclass(frozen=True)
class SecondTaste:
    """Which examples belong to the smaller taste, and by how much its papers are to be raised."""

    examples: NDArray[np.bool_]
    strength: float


def second_taste(likeness: Floats) -> SecondTaste | None:
    """The smaller of two tastes; None where all examples go together.

    `likeness` is that of a reader's likes and phrases without the constant, float32 (examples ×
    examples). The cut is the normalised one (Shi & Malik, 2000): how much of what holds each side
    together leads to the other side, 0 where nothing does. Two tastes of equal size need no help.
    """
    if len(likeness) < 2 * _FEWEST:
        return None
    cut, smaller = _cut(likeness)
    size = int(smaller.sum())
    uneven = 1 - 2 * size / len(smaller)
    sure = min(1.0, (_ONE - cut) / (_ONE - _TWO))
    if size < _FEWEST or uneven <= 0 or sure <= 0:
        return None
    return SecondTaste(smaller, _STRENGTH * uneven * sure)


def _cut(likeness: Floats) -> tuple[float, NDArray[np.bool_]]:
    """The best normalised cut along the second eigenvector, and which examples its smaller side has."""
    ties = np.maximum(likeness, 0).astype(np.float64)
    np.fill_diagonal(ties, 0)
    degrees = ties.sum(axis=1) + _TINY
    roots = np.sqrt(degrees)
    _, vectors = np.linalg.eigh(ties / np.outer(roots, roots))
    order = np.argsort(vectors[:, -2] / roots, kind="stable")
    within = np.cumsum(np.cumsum(ties[np.ix_(order, order)], axis=0), axis=1).diagonal()[:-1]
    volume = np.cumsum(degrees[order])
    first, last = volume[:-1], volume[-1] - volume[:-1]
    cuts = (first - within) * (1 / first + 1 / last)
    at = int(cuts.argmin())
    smaller = np.zeros(len(order), bool)
    sides = (order[: at + 1], order[at + 1 :])
    smaller[min(sides, key=len)] = True
    return float(cuts[at]), smaller


def varied(scores: Floats, second: Floats, strength: Floats) -> Floats:
    """What to order papers by, so that both tastes have their best among the first: float32 (readers × papers).

    `second` is the part of each score that stems from the reader's second taste, float32 (readers ×
    papers), `strength` has one number a reader. Where it is 0 the scores stay as they are.
    """
    order = scores.copy()
    two = np.flatnonzero(strength > 0)
    if not len(two) or not scores.shape[1]:
        return order
    whole, part = scores[two], second[two]
    best = np.maximum(placed(whole - part), placed(part))
    raised = strength[two, None] * _reach(whole)[:, None] * best
    order[two] = np.round(whole + raised, _DECIMALS)
    return order


def placed(scores: Floats) -> Floats:
    """Each row on a scale where its mean is 0 and that of its ten best is 1."""
    return np.asarray((scores - scores.mean(axis=1)[:, None]) / _reach(scores)[:, None], np.float32)


def _reach(scores: Floats) -> Floats:
    """How far the mean of each row's ten best is above that of all."""
    best = min(_BEST, scores.shape[1])
    top = np.partition(scores, -best, axis=1)[:, -best:].mean(axis=1)
    return np.asarray(np.maximum(top - scores.mean(axis=1), _TINY), np.float32)
