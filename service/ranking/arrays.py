"""A reader's model as it is stored: a few kilobytes of plain arrays."""

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.ranking.features import Floats

_HEAD = struct.Struct("<BBHHHHHff")
"""Format, positive; how many words, grams, dense, bearings, liked; bias, loudest."""
_FORMAT = 2
WORDS_KEPT, GRAMS_KEPT = 600, 700
_NONE: Floats = np.zeros(0, np.float32)


@dataclass(frozen=True)
class ModelArrays:
    """Weights of one reader in one space: score = features · weights + bias.

    `dense` and `bearings` weigh the features of these names.

    `columns` and `weights` are the sparse part, words before letter groups, of which `words` are
    words; `liked` and `pulls` say which liked papers pull the score, and how strongly.
    """

    columns: NDArray[np.int32]
    weights: Floats
    words: int
    dense: Floats
    bias: float
    liked: tuple[int, ...]
    pulls: Floats
    positive: bool
    """Whether the reader has said what they want; otherwise only what they don't."""
    bearings: Floats = field(default_factory=_NONE.copy)

    @classmethod
    def empty(cls) -> "ModelArrays":
        """The model of a reader of whom nothing is known: every paper scores 0."""
        return cls(np.zeros(0, np.int32), _NONE, 0, _NONE, 0.0, (), _NONE, positive=False)

    def to_bytes(self, *, first_gram: int) -> bytes:
        """The model as bytes; `first_gram` is the space's first column of letter groups."""
        values = np.concatenate([self.weights, self.dense, self.bearings, self.pulls])
        loudest = float(np.abs(values).max(initial=0)) or 1.0
        columns = self.columns.astype(np.int64)
        columns[self.words :] -= first_gram
        sparse = (self.words, len(columns) - self.words)
        counts = (*sparse, len(self.dense), len(self.bearings), len(self.liked))
        head = _HEAD.pack(_FORMAT, self.positive, *counts, self.bias, loudest)
        liked = np.array(self.liked, "<i8")
        return (
            head
            + columns.astype("<u2").tobytes()
            + (values / loudest).astype("<f2").tobytes()
            + liked.tobytes()
        )

    @classmethod
    def from_bytes(cls, data: bytes, *, first_gram: int) -> "ModelArrays":
        """The model that `to_bytes` wrote; ValueError if the bytes are of another format."""
        if len(data) < _HEAD.size or data[0] != _FORMAT:
            raise ValueError("this model has a format that this program doesn't read")
        _, positive, words, grams, *counts, bias, loudest = _HEAD.unpack_from(data)
        sparse, at = words + grams, _HEAD.size
        liked = counts[-1]
        columns = np.frombuffer(data, "<u2", sparse, at).astype(np.int32)
        columns[words:] += first_gram
        sizes = [sparse, *counts]
        values = np.frombuffer(data, "<f2", sum(sizes), at + 2 * sparse)
        values = values.astype(np.float32) * np.float32(loudest)
        weights, dense, bearings, pulls = np.split(values, np.cumsum(sizes)[:-1])
        names = np.frombuffer(data, "<i8", liked, at + 2 * sparse + 2 * len(values))
        return cls(
            columns=columns,
            weights=weights,
            words=words,
            dense=dense,
            bias=bias,
            liked=tuple(names.tolist()),
            pulls=pulls,
            positive=bool(positive),
            bearings=bearings,
        )


def loudest(columns: NDArray[np.int32], weights: Floats, kept: int) -> NDArray[np.int64]:
    """Where the largest weights stand, in the order of their columns."""
    if len(columns) <= kept:
        return np.argsort(columns)
    strongest = np.argpartition(-np.abs(weights), kept)[:kept]
    return np.asarray(strongest[np.argsort(columns[strongest])], np.int64)
