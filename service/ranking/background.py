"""The background: what papers are like that nobody asked for, as statistics of many of them.

A paper of the background says that a reader's score of it should be -1. All of them together say
so through their second moments alone, so those are kept and the papers are not: the strongest
directions among them, how much of the papers lies along each, and their mean. The inverse that
a ridge regression needs is then known for any firmness, and costs nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from service.ranking.features import Floats
from service.ranking.subspace import pressed, rounded, strongest, unpressed

_LEAST_SPREAD = 1e-3
_PAST_NOISE, _PRESENT_NOISE = 0.5, 8.0
_AT_ONCE = 32  # directions


@dataclass(frozen=True)
class Background:
    """Directions of unit length in the space's known columns, dense dimensions and its constant.

    `strengths` is the mean square of the papers' coordinates along each direction, `mean` their
    mean; `past` says that none of the papers can be a candidate: otherwise they must speak more
    softly, as a paper must not be marked down for having been learnt from.
    """

    columns: Floats
    dense: Floats
    constant: Floats
    strengths: Floats
    mean: Floats
    papers: int
    past: bool

    @classmethod
    def learn(cls, rows: Any, *, themes: int, wanted: int, past: bool) -> Self:
        """The background of papers: CSR (papers × known columns, themes and the constant)."""
        papers, width = rows.shape[0], rows.shape[1] - themes - 1
        directions = strongest(rows, wanted)
        for first in range(0, directions.shape[1], _AT_ONCE):
            some = directions[:width, first : first + _AT_ONCE]
            some[:] = rounded(some)
        directions[width:] = directions[width:].astype(np.float16)
        placed = np.asarray(rows @ directions, np.float32)
        return cls(
            columns=directions[:width],
            dense=directions[width:-1],
            constant=directions[-1],
            strengths=np.asarray((placed**2).sum(axis=0) / max(papers, 1), np.float32),
            mean=np.asarray(placed.sum(axis=0) / max(papers, 1), np.float32),
            papers=papers,
            past=past,
        )

    def __len__(self) -> int:
        return len(self.strengths)

    @property
    def firmest(self) -> float:
        """The most firmness that so many papers can speak with."""
        return self.papers / (_PAST_NOISE if self.past else _PRESENT_NOISE)

    def bearings(self, sparse: Any, dense: Floats) -> Floats:
        """Where texts lie along the directions: float32 (texts × directions)."""
        return np.asarray(sparse @ self.columns + dense @ self.dense + self.constant, np.float32)

    def scored(self, along: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation of what its papers score, float32 (readers), both.

        `along` is what readers' weights come to along each direction: float32 (readers × directions).
        """
        mean = along @ self.mean
        spread = np.sqrt(np.maximum(along**2 @ self.strengths - mean**2, _LEAST_SPREAD**2))
        return np.asarray(mean, np.float32), np.asarray(spread, np.float32)

    def arrays(self) -> dict[str, Any]:
        """All of it as plain arrays, for `from_arrays`."""
        table, loudest = pressed(self.columns)
        return {
            "background_table": table,
            "background_loudest": loudest,
            "background_dense": np.vstack([self.dense, self.constant]).astype(np.float16),
            "background_moments": np.stack([self.strengths, self.mean]),
            "background_papers": np.array([self.papers, self.past]),
        }

    @classmethod
    def from_arrays(cls, held: Mapping[str, Any]) -> Self:
        """The background that `arrays` took apart."""
        papers, past = held["background_papers"].tolist()
        strengths, mean = held["background_moments"]
        dense = held["background_dense"].astype(np.float32)
        return cls(
            columns=unpressed(held["background_table"], held["background_loudest"]),
            dense=dense[:-1],
            constant=dense[-1],
            strengths=strengths,
            mean=mean,
            papers=papers,
            past=bool(past),
        )
