"""The background: papers that stand for everything that a reader did not ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from service.ranking.features import Features, Floats

DIRECTIONS = 256
"""How many directions of the background's likeness are kept; the rest count as one round cloud."""


@dataclass(frozen=True)
class Background:
    """The negatives of every model, with their likeness taken apart once for all readers.

    likeness ~ vectors · diag(values) · vectorsᵀ + rest · (1 - vectors · vectorsᵀ). So the inverse
    of (likeness + noise) is known for any noise, and costs nothing more.
    """

    rows: Features
    vectors: Floats
    values: Floats
    rest: float
    past: bool
    """Whether none of these papers can be a candidate; otherwise they must speak more softly."""

    @classmethod
    def fit(cls, rows: Features, *, past: bool) -> Self:
        """Take the likeness of these rows apart."""
        size = len(rows)
        kept = min(size, DIRECTIONS)
        if not size:
            return cls(rows, np.zeros((0, 0), np.float32), np.zeros(0, np.float32), 0.0, past)
        from scipy.linalg import eigh  # noqa: PLC0415  (only where something is fitted)

        likeness = rows.likeness(rows)
        values, vectors = eigh(likeness, subset_by_index=[size - kept, size - 1])
        left = float(np.trace(likeness)) - float(values.sum())
        rest = max(left / (size - kept), 0.0) if size > kept else 0.0
        return cls(rows, _stored(vectors), np.maximum(values, 0).astype(np.float32), rest, past)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def selves(self) -> Floats:
        """How alike each paper is to itself."""
        return self.rows.selves()

    @cached_property
    def _by_column(self) -> Any:
        """The sparse rows turned over, so that multiplying with them need not do it each time."""
        return self.rows.sparse.T.tocsr()

    def likeness(self, features: Features) -> Floats:
        """How alike texts are to the background: float32 (texts × background)."""
        words = (features.sparse @ self._by_column).toarray()
        return np.asarray(words + features.dense @ self.rows.dense.T + 1, np.float32)

    def gains(self, noise: float) -> tuple[Floats, float]:
        """The inverse of (likeness + noise): per direction beyond the rest's gain, and that gain."""
        rest = 1 / (self.rest + noise)
        return np.asarray(1 / (self.values + noise) - rest, np.float32), rest

    def arrays(self) -> dict[str, Any]:
        """All of it as plain arrays, for `from_arrays`."""
        return {
            "background_values": self.values,
            "background_vectors": self.vectors.astype(np.float16),
            "background_rest": np.array([self.rest, self.past]),
            "background_pointers": self.rows.sparse.indptr.astype(np.int32),
            "background_columns": self.rows.sparse.indices.astype(np.int32),
            "background_weights": self.rows.sparse.data.astype(np.float16),
            "background_dense": self.rows.dense.astype(np.float16),
        }

    @classmethod
    def from_arrays(cls, held: Mapping[str, Any], *, columns: int) -> Self:
        """The background that `arrays` took apart."""
        pointers = held["background_pointers"]
        sparse = sp.csr_array(
            (held["background_weights"].astype(np.float32), held["background_columns"], pointers),
            shape=(len(pointers) - 1, columns),
        )
        return cls(
            Features(sparse, held["background_dense"].astype(np.float32)),
            held["background_vectors"].astype(np.float32),
            held["background_values"],
            rest=float(held["background_rest"][0]),
            past=bool(held["background_rest"][1]),
        )


def _stored(vectors: Any) -> Floats:
    return np.asarray(vectors.astype(np.float16).astype(np.float32))
