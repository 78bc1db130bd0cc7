"""A lesson: one reader's examples, what each should score, and how far it may miss."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.features import Features, Floats

_ROOM = 4_000_000
"""A table of so many numbers is small enough to be written out, which makes its products quick."""


@dataclass(frozen=True)
class Lesson:
    """One reader's examples, in this order: `liked` papers, `said` phrases, disliked papers."""

    own: Features
    targets: Floats
    noise: Floats
    liked: int
    said: int

    def __len__(self) -> int:
        return len(self.own)

    @cached_property
    def columns(self) -> NDArray[np.int32]:
        """The sparse columns that any of the examples has, in order."""
        held = np.zeros(self.own.sparse.shape[1], bool)
        held[self.own.sparse.indices] = True
        return np.flatnonzero(held).astype(np.int32)

    @cached_property
    def _table(self) -> Any:
        """The sparse features in these columns only: CSR (examples × `columns`)."""
        sparse = self.own.sparse
        place = np.empty(sparse.shape[1], np.int32)
        place[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        shape = (len(self), len(self.columns))
        return sp.csr_array((sparse.data, place[sparse.indices], sparse.indptr), shape=shape)

    @cached_property
    def likeness(self) -> Floats:
        """How alike the examples are: float32 (examples × examples)."""
        table, dense = self._table, self.own.dense
        if table.shape[0] * table.shape[1] <= _ROOM:
            table = table.toarray()
        words = table @ table.T
        words = words.toarray() if sp.issparse(words) else words
        return np.asarray(words + dense @ dense.T + 1, np.float32)

    def weights(self, pulls: Floats) -> Floats:
        """What the examples weigh together in each of `columns`, pulled so strongly: float32."""
        return np.asarray(self._table.T @ pulls, np.float32)
