"""Candidates: the papers of a window with their features, ready to be ranked for anyone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.arrays import ModelArrays
from service.ranking.doubles import doubles
from service.ranking.features import Features, Floats
from service.ranking.mutes import PhraseFinder
from service.ranking.space import FeatureSpace
from service.ranking.terms import Wording


@dataclass(frozen=True)
class Candidates:
    """Papers in trending order, the most noticed first."""

    space: FeatureSpace
    paper_ids: tuple[int, ...]
    texts: tuple[str, ...]
    features: Features
    _wordings: dict[int, Wording] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def finder(self) -> PhraseFinder:
        """Where muted phrases are looked up."""
        return PhraseFinder(self.texts)

    @cached_property
    def places(self) -> dict[int, int]:
        """Each paper's place in trending order, from 0."""
        return {paper_id: at for at, paper_id in enumerate(self.paper_ids)}

    @cached_property
    def twins(self) -> Mapping[int, frozenset[int]]:
        """By row, the papers that tell the same work; whoever has none is missing."""
        first = {"first_gram": self.space.first_gram_, "first_mark": self.space.first_mark_}
        return doubles(self.texts, self.features, **first)

    @cached_property
    def _sorted_ids(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        ids = np.array(self.paper_ids, np.int64)
        order = np.argsort(ids)
        return ids[order], order

    def rows(self, paper_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these papers stand; -1 for those that are no candidates."""
        ids, order = self._sorted_ids
        if not len(ids):
            return np.full(len(paper_ids), -1, np.int64)
        at = np.minimum(np.searchsorted(ids, paper_ids), len(ids) - 1)
        return np.where(ids[at] == paper_ids, order[at], -1)

    @cached_property
    def columns(self) -> NDArray[np.int64]:
        """The space's sparse columns that any candidate has."""
        return np.unique(self.features.sparse.indices).astype(np.int64)

    @cached_property
    def table(self) -> Any:
        """The sparse features in these columns only: CSR (papers × `columns`)."""
        sparse = self.features.sparse
        shape = (len(self.paper_ids), len(self.columns))
        return sp.csr_array(
            (sparse.data, self.position(sparse.indices), sparse.indptr), shape=shape
        )

    @cached_property
    def _position(self) -> NDArray[np.int32]:
        position = np.full(self.space.columns_, -1, np.int32)  # small, so that tables stay small
        position[self.columns] = np.arange(len(self.columns))
        return position

    def position(self, columns: NDArray[Any]) -> NDArray[np.int32]:
        """Where columns of the space stand in `columns`; -1 for those that no candidate has."""
        return np.asarray(self._position[columns])

    def wording(self, at: int) -> Wording:
        """How one of the papers is written, worked out once."""
        if (known := self._wordings.get(at)) is None:
            known = self._wordings[at] = Wording(self.space, self.texts[at])
        return known

    def weights(self, models: Sequence[ModelArrays]) -> "Weights":
        """The models side by side, in the columns of these candidates."""
        sizes = [len(model.columns) for model in models]
        reader = np.repeat(np.arange(len(models)), sizes)
        at = self.position(_chained([model.columns for model in models], np.int32))
        # the last row takes what no candidate has: there -1 points
        sparse = np.zeros((len(self.columns) + 1, len(models)), np.float32)
        sparse.reshape(-1)[at * len(models) + reader] = _chained([each.weights for each in models])
        return Weights(
            sparse[:-1],
            _side_by_side([model.dense for model in models], self.space.dimensions_),
            _side_by_side([model.bearings for model in models], len(self.space.background_)),
            np.array([model.bias for model in models], np.float32),
            _side_by_side([model.second for model in models], self.space.dimensions_),
            np.array([model.strength for model in models], np.float32),
        )

    def scores(self, weights: "Weights") -> Floats:
        """What each reader's model thinks of each paper: float32 (papers × readers)."""
        features = self.features
        scores = self.table @ weights.sparse + features.dense @ weights.dense
        return np.asarray(scores + features.bearings @ weights.bearings + weights.bias, np.float32)

    def second(self, weights: "Weights") -> Floats:
        """What each reader's second taste adds to each score: float32 (papers × readers)."""
        return np.asarray(self.features.dense @ weights.second, np.float32)

    def carried(
        self, weights: "Weights", columns: NDArray[np.int64], readers: Sequence[int]
    ) -> tuple[Floats, Floats]:
        """All that these readers' models hold for sparse columns of the space, and for its themes.

        What they hold for bearings is shared out among the words and themes that these stem from:
        float32 (columns × readers) and (themes × readers).
        """
        bearings = weights.bearings[:, readers]
        own = weights.sparse[self.position(columns)[:, None], np.asarray(readers, np.int64)]
        own[self.position(columns) < 0] = 0
        themes = weights.dense[:, readers] + self.space.background_.dense @ bearings
        return own + self.space.along(columns) @ bearings, np.asarray(themes, np.float32)


@dataclass(frozen=True)
class Weights:
    """Many readers' weights, a column each: sparse (columns × readers), dense (themes × readers),
    bearings (directions × readers), `second` (themes × readers), which has the part of `dense` that stems
    from their second tastes; `strength` says by how much these are to be raised.
    """

    sparse: Floats
    dense: Floats
    bearings: Floats
    bias: Floats
    second: Floats
    strength: Floats


def _chained(parts: Sequence[NDArray[Any]], kind: Any = np.float32) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *parts])


def _side_by_side(rows: Sequence[Floats], size: int) -> Floats:
    """The rows as columns; an empty one counts as zeros."""
    table = np.zeros((len(rows), size), np.float32)
    for at, row in enumerate(rows):
        table[at, : len(row)] = row
    return np.ascontiguousarray(table.T)
