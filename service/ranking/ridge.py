"""Kernel ridge regression against a background that all readers share.

With examples P and background B the dual system falls into two parts. B's half is the same for
everyone and was taken apart once; what is left to solve is as large as the reader's own examples.
See Saunders, Gammerman & Vovk, 1998, for the dual form.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.ranking.background import Background
from service.ranking.features import Features, Floats

_SAME = 0.95
"""From this likeness on a background paper is taken for the judged paper itself."""


@dataclass(frozen=True)
class Lesson:
    """One reader's examples: rows of the class, what each should score, how far it may be missed."""

    rows: NDArray[np.int64]
    targets: Floats
    noise: Floats
    liked: int
    """The first so many rows are liked papers: no background paper may speak against them."""
    background_target: float
    background_noise: float


@dataclass(frozen=True)
class Pulls:
    """The dual weights: how strongly each example, and each background paper, pulls."""

    examples: Floats
    background: Floats


class Class:
    """The examples of some readers, each once, with their likeness to the background."""

    def __init__(self, features: Features, background: Background) -> None:
        self.features = features
        self.background = background
        self.to_background = background.likeness(features)
        self.to_vectors = self.to_background @ background.vectors
        self.selves = features.selves()

    def solve(self, lesson: Lesson) -> Pulls:
        """The one answer to a lesson."""
        rows = lesson.rows
        inverse = _Inverse(self.background, lesson.background_noise, self._dropped(lesson))
        near = self.to_background[rows]
        own = self.features.take(rows)
        shared = inverse.between(near, self.to_vectors[rows])
        left = own.likeness(own) + np.diag(lesson.noise) - shared
        wish = np.full(len(self.background), lesson.background_target, np.float32)
        explained = near @ inverse.times(wish)
        examples = np.linalg.solve(left.astype(np.float64), lesson.targets - explained)
        pulls = np.asarray(examples, np.float32)
        return Pulls(pulls, inverse.times(wish - near.T @ pulls))

    def _dropped(self, lesson: Lesson) -> NDArray[np.int64]:
        """The background papers that are all but the same text as a liked one."""
        liked = lesson.rows[: lesson.liked]
        most = np.maximum(self.selves[liked][:, None], self.background.selves)
        needed = 1 + _SAME * (most - 1)
        return np.nonzero((self.to_background[liked] >= needed).any(axis=0))[0]


class _Inverse:
    """The inverse of (background's likeness + noise), without the rows of dropped papers."""

    def __init__(self, background: Background, noise: float, dropped: NDArray[np.int64]) -> None:
        self._vectors = background.vectors
        self._gains, self._rest = background.gains(noise)
        self._dropped = dropped
        columns = self._vectors @ (self._gains[:, None] * self._vectors[dropped].T)
        columns[dropped, np.arange(len(dropped))] += self._rest
        self._columns = columns

    def times(self, wish: Floats) -> Floats:
        """The inverse times a vector; what stands at dropped papers does not count."""
        wish = wish.copy()
        wish[self._dropped] = 0
        full = self._vectors @ (self._gains * (self._vectors.T @ wish)) + self._rest * wish
        if not len(self._dropped):
            return np.asarray(full, np.float32)
        fix = np.linalg.solve(self._columns[self._dropped], full[self._dropped])
        return np.asarray(full - self._columns @ fix, np.float32)

    def between(self, near: Floats, along: Floats) -> Floats:
        """near · inverse · nearᵀ, where `along` is near · vectors."""
        full = (along * self._gains) @ along.T + self._rest * (near @ near.T)
        if not len(self._dropped):
            return np.asarray(full, np.float32)
        side = near @ self._columns
        return np.asarray(
            full - side @ np.linalg.solve(self._columns[self._dropped], side.T), np.float32
        )
