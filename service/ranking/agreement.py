"""Agreement: how alike two rankings of the same papers are."""

from collections.abc import Sequence

import numpy as np


def agreement(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> float | None:
    """The mean rank correlation of pairs of rankings (Spearman, 1904): 1 is the same order.

    A ranking is ids, best first; what only one of a pair names is left out. None where no pair has
    two papers in common.
    """
    told = [_spearman(old, new) for old, new in zip(before, after, strict=True)]
    known = [each for each in told if each is not None]
    return float(np.mean(known)) if known else None


def _spearman(before: Sequence[int], after: Sequence[int]) -> float | None:
    common = set(before) & set(after)
    places = {paper: place for place, paper in enumerate(each for each in after if each in common)}
    if len(common) < 2:
        return None
    moved = np.array([places[paper] for paper in before if paper in common]) - np.arange(
        len(common)
    )
    return float(1 - 6 * (moved**2).sum() / (len(common) * (len(common) ** 2 - 1)))
