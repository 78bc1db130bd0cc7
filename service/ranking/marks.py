"""Marks: what a text says beyond its single words, which two stand side by side and which in its title.

The title is the first line. A mark is written as the stems of two neighbours, or as one stem of the
title after a caret.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp

from service.ranking.features import Floats
from service.ranking.lexicon import Counts, bm25_idf, most_frequent, unit_rows
from service.ranking.stems import stem
from service.ranking.words import tokens

KEPT = 10_000
KNOWN_FROM = 10
"""In so many papers a mark must stand to be learnt; of rarer ones there are too many."""
UNSEEN = 1 << 15
"""Columns shared by marks that were too rare to learn."""
_SATURATION = 1.2
_BETWEEN = ("", " ", "-", "/")
_TITLE = 2.0
"""What a word of the title weighs beside two neighbours as rare as it."""


def marks(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each mark of a text as often as it stands there, and the words that it is made of."""
    found = list(tokens(text))
    title = text.find("\n") if "\n" in text else len(text)
    for token in found:
        if token.start < title:
            yield f"^{stem(token.word)}", (token.word,)
    for one, other in pairwise(found):
        if text[one.end : other.start] in _BETWEEN:
            yield f"{stem(one.word)} {stem(other.word)}", (one.word, other.word)


def count_marks(texts: Iterable[str]) -> Counts:
    """The marks of some texts, counted."""
    return Counts.of(Counter(mark for mark, _ in marks(text)) for text in texts)


@dataclass(frozen=True)
class Marks:
    """The marks that a space knows, with their columns and weights; those of unseen marks follow."""

    known: list[str]
    idf: Floats
    """Per column, the shared ones of unseen marks included."""

    @classmethod
    def learn(cls, counts: Counts, *, known_from: int) -> "Marks":
        """The marks that stand in at least so many of some texts."""
        papers = max(counts.table.shape[0], 1)
        frequency = np.bincount(counts.table.indices, minlength=len(counts.types))
        kept = most_frequent(frequency, at_least=known_from, at_most=KEPT).tolist()
        kept.sort(key=counts.types.__getitem__)
        seen = np.concatenate([frequency[kept], np.ones(UNSEEN)]).astype(np.float32)
        return cls([counts.types[at] for at in kept], bm25_idf(seen, papers))

    @cached_property
    def _index(self) -> dict[str, int]:
        return {mark: at for at, mark in enumerate(self.known)}

    def column(self, mark: str) -> int:
        """The column of a mark."""
        known = self._index.get(mark)
        return len(self.known) + zlib.crc32(mark.encode()) % UNSEEN if known is None else known

    def weights(self, counts: Counts) -> Any:
        """What the marks of texts weigh, rows of unit length: CSR (texts × columns)."""
        title = np.array([mark[0] == "^" for mark in counts.types], bool)
        columns = np.array([self.column(mark) for mark in counts.types], np.int32)
        at, often = counts.table.indices, counts.table.data
        damped = (_SATURATION + 1) * often / (often + _SATURATION)
        data = np.where(title[at], np.float32(_TITLE), damped) * self.idf[columns[at]]
        shape = (counts.table.shape[0], len(self.idf))
        table = sp.csr_array((data, columns[at], counts.table.indptr), shape=shape)
        table.sum_duplicates()
        return unit_rows(table)
