"""Lifts: what raises a paper beyond what its text says, such as an author whom the reader follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service.ranking.features import Floats

_BEYOND = 1.02
_LEAST = 0.1  # where all papers are alike


@dataclass(frozen=True)
class Lift:
    """An author whom the reader follows, as the paper writes the name, and how much that counts."""

    author: str
    weight: float = 1.0


def lifted(
    scores: Floats, lifts: Sequence[Mapping[int, Lift]], places: Mapping[int, int]
) -> Floats:
    """By how much each score is raised: float32 (readers × papers).

    Scores have another spread for every reader. So a weight of 1 is the way from the last of their
    papers to just beyond the best of them: whatever an author's paper says, it comes first.
    """
    raised = np.zeros_like(scores)
    for reader, wanted in enumerate(lifts):
        if here := [(places[paper], lift) for paper, lift in wanted.items() if paper in places]:
            way = max(float(np.ptp(scores[reader])) * _BEYOND, _LEAST)
            for place, lift in here:
                raised[reader, place] = lift.weight * way
    return raised
