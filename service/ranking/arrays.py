"""A reader's model as it is stored: a few kilobytes of plain arrays."""

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.ranking.features import Floats
from service.ranking.subspace import pressed, unpressed

_HEAD = struct.Struct("<BB4fHH4H4f")
"""Format, positive, bias, usual, spread, strength; how many liked, bytes of columns, weights, dense,
bearings, second; the largest of these four."""
_FORMAT = 4
WEIGHTS_KEPT = 3000
_ESCAPE = 255
_NONE: Floats = np.zeros(0, np.float32)


@dataclass(frozen=True)
class ModelArrays:
    """Weights of one reader in one space: score = features · weights + bias.

    `dense` and `bearings` weigh the features of these names. `columns`, in order, and `weights` are
    the sparse part; `liked` and `pulls` say which liked papers pull the score, and how strongly.
    `second` is the part of `dense` that stems from a second taste, and `strength` says by how much that
    taste is to be raised; without one it is empty, and 0.
    """

    columns: NDArray[np.int32]
    weights: Floats
    dense: Floats
    bias: float
    liked: tuple[int, ...]
    pulls: Floats
    positive: bool
    """Whether the reader has said what they want; otherwise only what they don't."""
    bearings: Floats = field(default_factory=_NONE.copy)
    usual: float = 0.0
    spread: float = 1.0
    """What papers of the background score: mean and standard deviation."""
    second: Floats = field(default_factory=_NONE.copy)
    strength: float = 0.0

    @classmethod
    def empty(cls) -> "ModelArrays":
        """The model of a reader of whom nothing is known: every paper scores 0."""
        return cls(np.zeros(0, np.int32), _NONE, _NONE, 0.0, (), _NONE, positive=False)

    def to_bytes(self) -> bytes:
        """The model as bytes, one or two for each weight and its column."""
        gaps = _gaps(self.columns)
        parts = [self.weights, self.dense, self.bearings, self.second]
        small = [pressed(part[:, None]) for part in parts]
        counts = (len(self.liked), len(gaps), *map(len, parts))
        largest = [float(size[0]) for _, size in small]
        plain = (self.positive, self.bias, self.usual, self.spread, self.strength)
        head = _HEAD.pack(_FORMAT, *plain, *counts, *largest)
        tables = [table.tobytes() for table, _ in small]
        pulls, liked = self.pulls.astype("<f2"), np.array(self.liked, "<i8")
        return b"".join([head, gaps.tobytes(), *tables, pulls.tobytes(), liked.tobytes()])

    @classmethod
    def from_bytes(cls, data: bytes) -> "ModelArrays":
        """The model that `to_bytes` wrote; ValueError if the bytes are of another format."""
        if len(data) < _HEAD.size or data[0] != _FORMAT:
            raise ValueError("this model has a format that this program doesn't read")
        _, positive, bias, usual, spread, strength, liked, gaps, *rest = _HEAD.unpack_from(data)
        sizes, largest = rest[:4], np.array(rest[4:], np.float32)
        at = _HEAD.size + gaps
        columns = _columns(np.frombuffer(data, np.uint8, gaps, _HEAD.size))
        small = np.frombuffer(data, np.int8, sum(sizes), at)
        values = unpressed(small, np.repeat(largest, sizes))
        weights, dense, bearings, second = np.split(values, np.cumsum(sizes)[:-1])
        at += len(small)
        return cls(
            columns=columns,
            weights=weights,
            dense=dense,
            bias=bias,
            liked=tuple(np.frombuffer(data, "<i8", liked, at + 2 * liked).tolist()),
            pulls=np.frombuffer(data, "<f2", liked, at).astype(np.float32),
            positive=bool(positive),
            bearings=bearings,
            usual=usual,
            spread=spread,
            second=second,
            strength=strength,
        )


def loudest(weights: Floats, kept: int) -> NDArray[np.int64]:
    """Where the largest weights stand, in order."""
    if len(weights) <= kept:
        return np.arange(len(weights))
    sizes = np.abs(weights)
    return np.sort(np.argpartition(-sizes, kept)[:kept])


def _gaps(columns: NDArray[np.int32]) -> NDArray[np.uint8]:
    """How far each column is from the one before it, a byte each; 255 says that more follows."""
    steps, rest = np.divmod(np.diff(columns, prepend=0), _ESCAPE)
    ends = np.cumsum(steps + 1) - 1
    gaps = np.full(len(columns) + int(steps.sum()), _ESCAPE, np.uint8)
    gaps[ends] = rest
    return gaps


def _columns(gaps: NDArray[np.uint8]) -> NDArray[np.int32]:
    return np.cumsum(gaps, dtype=np.int32)[gaps < _ESCAPE]
