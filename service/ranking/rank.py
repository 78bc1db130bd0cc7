"""Ranking: many readers' models against the window's papers, in one product, best first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.ranking.arrays import ModelArrays
from service.ranking.features import Features, Floats
from service.ranking.mutes import PhraseFinder
from service.ranking.profile import Library
from service.ranking.reasons import Reason
from service.ranking.space import FeatureSpace
from service.ranking.terms import Wording


@dataclass(frozen=True)
class Recommendation:
    """A paper for one reader, its score, and what carried it."""

    paper_id: int
    score: float
    reason: Reason


@dataclass(frozen=True)
class Ranked:
    """One reader's papers, best first; `trending` if the order is the digest's own."""

    recommendations: list[Recommendation]
    trending: bool


@dataclass(frozen=True)
class Candidates:
    """The papers of a window in trending order, ready to be ranked for anyone."""

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
    def narrow(self) -> tuple[Any, NDArray[np.int64]]:
        """The sparse features without the columns that no candidate has, and the columns left."""
        columns, inverse = np.unique(self.features.sparse.indices, return_inverse=True)
        table = self.features.sparse.copy()
        table.indices = inverse.astype(table.indices.dtype)
        return type(table)((table.data, table.indices, table.indptr), shape=(len(self.paper_ids), len(columns))), columns

    def wording(self, space: FeatureSpace, at: int) -> Wording:
        """How one of the papers is written, worked out once."""
        if (known := self._wordings.get(at)) is None:
            known = self._wordings[at] = Wording(space, self.texts[at])
        return known


@dataclass(frozen=True)
class Wish:
    """What one reader is to get: at most `limit` papers, none left out, none that is muted.

    A model of None stands for a reader of whom nothing is known.
    """

    model: ModelArrays | None = None
    interests: tuple[str, ...] = ()
    mutes: tuple[str, ...] = ()
    left_out: frozenset[int] = frozenset()
    limit: int = 10
