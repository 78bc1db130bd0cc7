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
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.features import Floats

_SPARE, _ROUNDS = 20, 4
_FAINTEST = 1e-6
_PAST_NOISE, _PRESENT_NOISE = 0.5, 8.0


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
    def learn(cls, sparse: Any, dense: Floats, *, wanted: int, past: bool) -> Self:
        """The background of these papers: CSR (papers × known columns), and their dense part."""
        papers = int(sparse.shape[0])
        rows = sp.hstack(
            [sparse, sp.csr_array(dense), sp.csr_array(np.ones((papers, 1), np.float32))],
            format="csr",
        ).astype(np.float32)
        directions = _directions(rows, min(wanted, papers))
        placed = np.asarray(rows @ directions, np.float32)
        width = sparse.shape[1]
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

    def arrays(self) -> dict[str, Any]:
        """All of it as plain arrays, for `from_arrays`."""
        loudest = np.abs(self.columns).max(axis=0, initial=_FAINTEST)
        return {
            "background_columns": np.round(self.columns / loudest * 127).astype(np.int8),
            "background_loudest": loudest.astype(np.float32),
            "background_dense": self.dense.astype(np.float16),
            "background_moments": np.stack([self.constant, self.strengths, self.mean]),
            "background_papers": np.array([self.papers, self.past]),
        }

    @classmethod
    def from_arrays(cls, held: Mapping[str, Any]) -> Self:
        """The background that `arrays` took apart."""
        papers, past = held["background_papers"].tolist()
        constant, strengths, mean = held["background_moments"]
        columns = held["background_columns"].astype(np.float32)
        columns *= held["background_loudest"] / 127
        dense = held["background_dense"].astype(np.float32)
        return cls(columns, dense, constant, strengths, mean, papers, past=bool(past))


def _directions(rows: Any, size: int) -> Floats:
    """The strongest directions of these rows, found by subspace iteration (Halko et al., 2011)."""
    if not size:
        return np.zeros((rows.shape[1], 0), np.float32)
    turned = rows.T.tocsr()
    start = np.random.default_rng(0).standard_normal((rows.shape[0], size + _SPARE))
    basis: NDArray[Any] = np.linalg.qr(start.astype(np.float32))[0]
    for _ in range(_ROUNDS):
        basis = np.linalg.qr(rows @ (turned @ basis))[0]
    reached = turned @ basis
    squares, turns = np.linalg.eigh(reached.T @ reached)
    strong = [at for at in np.argsort(-squares)[:size] if squares[at] > _FAINTEST]
    found = reached @ (turns[:, strong] / np.sqrt(squares[strong]))
    return np.ascontiguousarray(found, np.float32)
