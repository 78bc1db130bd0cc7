"""A reader's model as it is stored: a few kilobytes of plain arrays."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.ranking.features import Floats

_HEAD = struct.Struct("<BBHHHHff")  # format, positive, words, grams, dense, liked, bias, loudest
_FORMAT = 1
WORDS_KEPT, GRAMS_KEPT = 600, 700


@dataclass(frozen=True)
class ModelArrays:
    """Weights of one reader in one space: score = features · weights + bias.

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

    @classmethod
    def empty(cls, dimensions: int) -> "ModelArrays":
        """The model of a reader of whom nothing is known: every paper scores 0."""
        nothing = np.zeros(0, np.float32)
        dense = np.zeros(dimensions, np.float32)
        return cls(np.zeros(0, np.int32), nothing, 0, dense, 0.0, (), nothing, positive=False)

    def to_bytes(self, *, first_gram: int) -> bytes:
        """The model as bytes; `first_gram` is the space's first column of letter groups."""
        values = np.concatenate([self.weights, self.dense, self.pulls])
        loudest = float(np.abs(values).max(initial=0)) or 1.0
        columns = self.columns.astype(np.int64)
        columns[self.words :] -= first_gram
        counts = (self.words, len(columns) - self.words, len(self.dense), len(self.liked))
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
        _, positive, words, grams, dense, liked, bias, loudest = _HEAD.unpack_from(data)
        sparse, at = words + grams, _HEAD.size
        columns = np.frombuffer(data, "<u2", sparse, at).astype(np.int32)
        columns[words:] += first_gram
        values = np.frombuffer(data, "<f2", sparse + dense + liked, at + 2 * sparse)
        values = values.astype(np.float32) * np.float32(loudest)
        names = np.frombuffer(data, "<i8", liked, at + 4 * sparse + 2 * (dense + liked))
        return cls(
            columns=columns,
            weights=values[:sparse],
            words=words,
            dense=values[sparse : sparse + dense],
            bias=bias,
            liked=tuple(names.tolist()),
            pulls=values[sparse + dense :],
            positive=bool(positive),
        )


def loudest_columns(weights: Floats, first_gram: int) -> tuple[NDArray[np.int32], int]:
    """The columns of the largest weights, words before letter groups, and how many are words."""
    words = _loudest(weights[:first_gram], WORDS_KEPT)
    grams = _loudest(weights[first_gram:], GRAMS_KEPT) + first_gram
    return np.concatenate([words, grams]).astype(np.int32), len(words)


def _loudest(weights: Floats, kept: int) -> NDArray[np.int64]:
    loud = np.abs(weights)
    columns = np.nonzero(loud)[0]
    if len(columns) > kept:
        columns = columns[np.argpartition(-loud[columns], kept)[:kept]]
    return np.sort(columns)
