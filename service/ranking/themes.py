"""Themes: the strongest directions among the words of many texts, found by latent semantics.

LSA as in Deerwester et al., 1990, centred, so that what all texts share likens none to another.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from service.ranking.features import Floats
from service.ranking.subspace import strongest

FEWEST, PLENTY = 300, 5000
"""From so many papers themes are learnt at all, and from so many they have their full share.

Themes of few papers fit these so closely that any other paper looks like any other: measured, they
cost a tenth of the quality where half of the candidates were learnt from and half were not.
"""

_TINY = 1e-3
_FADING = 180.0
"""From about so many on, each further theme counts for less: the faint ones are mostly noise."""


@dataclass(frozen=True)
class Themes:
    """Where the words point: `projection` is float32 (terms × themes), `centre` the texts' mean."""

    projection: Floats
    centre: Floats

    @classmethod
    def learn(cls, weights: Any, wanted: int) -> Self:
        """At most so many themes of these texts: CSR (texts × terms). Few texts have none."""
        papers, terms = weights.shape
        size = min(wanted, papers // 4, terms - 1) if papers >= FEWEST else 0
        projection = _directions(weights, size)
        raw = np.asarray(weights @ projection, np.float32)
        placed = raw / _lengths(raw)[:, None]
        return cls(projection, np.asarray(placed.sum(axis=0) / max(len(raw), 1), np.float32))

    def __len__(self) -> int:
        return int(self.projection.shape[1])

    def place(self, weights: Any) -> tuple[Floats, Floats]:
        """Where texts lie, as rows of unit length, and by what their words were scaled to get there.

        A text without known words, and one that lies in the centre, is a row of zeros.
        """
        raw = np.asarray(weights @ self.projection, np.float32)
        first = _lengths(raw)
        centred = raw / first[:, None] - self.centre
        lost = (_norms(raw) < _TINY) | (_norms(centred) < _TINY)
        scale = np.where(lost, np.float32(0), 1 / (first * _lengths(centred)))
        centred[lost] = 0
        return np.asarray(centred / _lengths(centred)[:, None], np.float32), scale.astype(
            np.float32
        )


def _directions(weights: Any, size: int) -> Floats:
    """The strongest directions, the faint ones shortened, rounded as they are stored."""
    directions = strongest(weights, size)
    directions /= np.sqrt(1 + (np.arange(directions.shape[1]) / _FADING) ** 4)
    return directions.astype(np.float16).astype(np.float32)


def _norms(rows: Floats) -> Floats:
    return np.asarray(np.linalg.norm(rows, axis=1), np.float32)


def _lengths(rows: Floats) -> Floats:
    """The rows' lengths to divide by: 1 where there is nothing to divide."""
    norms = _norms(rows)
    return np.where(norms < _TINY, np.float32(1), norms)
