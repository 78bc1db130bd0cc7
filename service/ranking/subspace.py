"""Subspace: the strongest directions among many sparse rows, without their table of likenesses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.ranking.features import Floats

_SPARE, _ROUNDS = 20, 5
_FAINTEST = 1e-6
_STEPS = 127
_COLUMNS_AT_ONCE = 1 << 13


def strongest(rows: Any, size: int) -> Floats:
    """At most so many directions of the rows, CSR (texts × columns), the strongest first.

    float32 (columns × directions), of unit length; found by subspace iteration (Halko, Martinsson &
    Tropp, 2011), the same each time.
    """
    texts, columns = rows.shape
    spare = min(size + _SPARE, texts, columns)
    if size < 1 or not rows.nnz:
        return np.zeros((columns, 0), np.float32)
    turned = rows.T.tocsr()
    basis = _orthogonal(np.random.default_rng(0).standard_normal((texts, spare), np.float32))
    for _ in range(_ROUNDS):
        basis = _orthogonal(_alike(turned, basis))
    squares, turns = np.linalg.eigh(basis.T @ _alike(turned, basis))
    order = np.argsort(-squares)[:size]
    kept = order[squares[order] > _FAINTEST * squares[order[0]]]
    return np.asarray(turned @ (basis @ (turns[:, kept] / np.sqrt(squares[kept]))), np.float32)


def _alike(turned: Any, basis: Floats) -> Floats:
    """The rows' table of likenesses times the basis, a part of the columns at a time."""
    total = np.zeros_like(basis)
    for first in range(0, turned.shape[0], _COLUMNS_AT_ONCE):
        part = turned[first : first + _COLUMNS_AT_ONCE]
        total += part.T @ (part @ basis)
    return total


def pressed(directions: Floats) -> tuple[NDArray[np.int8], Floats]:
    """The directions with a byte per number, the finer the smaller, and the largest of each."""
    loudest = np.abs(directions).max(axis=0, initial=_FAINTEST).astype(np.float32)
    roots = np.sqrt(np.abs(directions) / loudest)
    np.rint(roots * np.float32(_STEPS), out=roots)
    return np.copysign(roots, directions, out=roots).astype(np.int8), loudest


def unpressed(table: NDArray[np.int8], loudest: Floats) -> Floats:
    """The directions that `pressed` made so small."""
    directions = table.astype(np.float32)
    directions *= np.abs(directions)
    directions *= loudest / np.float32(_STEPS**2)
    return directions


def rounded(directions: Floats) -> Floats:
    """The directions as they come back from storage."""
    return unpressed(*pressed(directions))


def _orthogonal(rows: NDArray[Any]) -> Floats:
    return np.ascontiguousarray(np.linalg.qr(rows)[0], np.float32)
