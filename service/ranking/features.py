"""Features: papers as rows of numbers, and the bytes in which they are stored."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_HEAD = struct.Struct("<III")


@dataclass(frozen=True)
class Features:
    """Rows of one space, a row per text.

    `sparse` is CSR float32 (texts × columns), `dense` float32 (texts × dimensions); the likeness of
    two texts is the inner product of both parts, 1 more for the constant that all texts share.
    `bearings`, float32 (texts × directions), says where they lie in the space's background; it
    follows from the other two.
    """

    sparse: Any
    dense: Floats
    bearings: Floats

    def __len__(self) -> int:
        return int(self.dense.shape[0])

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> "Features":
        """These rows, in this order."""
        index = np.asarray(rows, np.int64)
        return Features(self.sparse[index], self.dense[index], self.bearings[index])

    def likeness(self, other: "Features") -> Floats:
        """How alike the rows are: float32 (rows here × rows there)."""
        words = (self.sparse @ other.sparse.T).toarray()
        return np.asarray(words + self.dense @ other.dense.T + 1, np.float32)

    @classmethod
    def nothing(cls, columns: int, dimensions: int, directions: int) -> "Features":
        """No rows, of this width."""
        return cls(
            sp.csr_array((0, columns), dtype=np.float32),
            np.zeros((0, dimensions), np.float32),
            np.zeros((0, directions), np.float32),
        )


def joined(parts: Sequence[Features]) -> Features:
    """The rows of all parts, one under the other; at least one part."""
    if len(parts) == 1:
        return parts[0]
    return Features(
        sp.vstack([part.sparse for part in parts], format="csr"),
        np.vstack([part.dense for part in parts]),
        np.vstack([part.bearings for part in parts]),
    )


def pack(features: Features) -> list[bytes]:
    """Each row in about five kilobytes: columns as uint32, all values as float16."""
    sparse = features.sparse
    columns = sparse.indices.astype("<u4")
    values = sparse.data.astype("<f2")
    dense = features.dense.astype("<f2")
    bearings = features.bearings.astype("<f2")
    packed = []
    for row, (start, end) in enumerate(zip(sparse.indptr[:-1], sparse.indptr[1:], strict=True)):
        head = _HEAD.pack(end - start, dense.shape[1], bearings.shape[1])
        parts = (columns[start:end], values[start:end], dense[row], bearings[row])
        packed.append(head + b"".join(part.tobytes() for part in parts))
    return packed


def unpack(blobs: Sequence[bytes], *, columns: int, dimensions: int, directions: int) -> Features:
    """The rows that `pack` stored, read at once; ValueError if one is of another width."""
    if not blobs:
        return Features.nothing(columns, dimensions, directions)
    tail = dimensions + directions
    counts, indices, values, tails = [], [], [], []
    for blob in blobs:
        count, *width = _HEAD.unpack_from(blob)
        if width != [dimensions, directions] or len(blob) != _HEAD.size + 6 * count + 2 * tail:
            raise ValueError("these features belong to another space")
        counts.append(count)
        indices.append(np.frombuffer(blob, "<u4", count, _HEAD.size))
        values.append(np.frombuffer(blob, "<f2", count, _HEAD.size + 4 * count))
        tails.append(np.frombuffer(blob, "<f2", tail, _HEAD.size + 6 * count))
    pointers = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    data = np.concatenate(values).astype(np.float32)
    shape = (len(blobs), columns)
    sparse = sp.csr_array((data, np.concatenate(indices).astype(np.int32), pointers), shape=shape)
    both = np.vstack(tails).astype(np.float32)
    return Features(
        sparse,
        np.ascontiguousarray(both[:, :dimensions]),
        np.ascontiguousarray(both[:, dimensions:]),
    )


def stored(features: Features) -> Features:
    """The features as they come back from storage, so that fresh and stored ones score alike."""
    return unpack(
        pack(features),
        columns=features.sparse.shape[1],
        dimensions=features.dense.shape[1],
        directions=features.bearings.shape[1],
    )
