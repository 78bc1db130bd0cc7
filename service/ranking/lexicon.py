"""The lexicon: which stems and letter groups a space knows, and how much each of them tells."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.features import Floats
from service.ranking.stems import stem
from service.ranking.words import words

WORDS_KEPT = 30_000
GRAMS_KEPT = 40_000
UNSEEN = 1 << 15
"""Columns shared by words that were too rare to learn, or that no paper had yet."""
_SATURATION, _LENGTH = 1.2, 0.75  # k1 and b of BM25 (Robertson & Zaragoza, 2009)
_SHARPNESS = 1.5
"""The power of a stem's idf: rare words tell more of a taste than of a text."""


@dataclass(frozen=True)
class Counts:
    """How often each text has each of `types`: CSR float32 (texts × types)."""

    types: list[str]
    table: Any

    @classmethod
    def of(cls, counted: Iterable[Mapping[str, int]]) -> "Counts":
        """The counts of each text in one table."""
        index: dict[str, int] = {}
        pointers, columns = [0], list[int]()
        values: list[int] = []
        for text in counted:
            columns += [index.setdefault(each, len(index)) for each in text]
            values += text.values()
            pointers.append(len(columns))
        shape = (len(pointers) - 1, len(index))
        table = sp.csr_array(
            (np.array(values, np.float32), columns, pointers), shape=shape, dtype=np.float32
        )
        return cls(list(index), table)

    def take(self, rows: Any) -> "Counts":
        """These rows only."""
        return Counts(self.types, self.table[rows])


def count(texts: Iterable[str]) -> Counts:
    """The words of some texts, counted."""
    return Counts.of(Counter(words(text)) for text in texts)


def letter_groups(word: str) -> list[str]:
    """All runs of four and five signs of a word with a blank on either side."""
    padded = f" {word} "
    if len(padded) <= 4:
        return [padded]
    return [padded[at : at + size] for size in (4, 5) for at in range(len(padded) - size + 1)]


@dataclass(frozen=True)
class Lexicon:
    """Stems with their columns and weights; the columns of unseen stems follow those of `terms`."""

    terms: list[str]
    grams: list[str]
    idf: Floats
    """Per word column, the shared ones of unseen stems included."""
    gram_idf: Floats
    mean_length: float
    _groups: dict[str, NDArray[np.int32]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _term_index(self) -> dict[str, int]:
        return {term: at for at, term in enumerate(self.terms)}

    @cached_property
    def _gram_index(self) -> dict[str, int]:
        return {gram: at for at, gram in enumerate(self.grams)}

    def column(self, word: str) -> int:
        """The column of a word, as `words` gives it: that of its stem."""
        root = stem(word)
        known = self._term_index.get(root)
        return len(self.terms) + zlib.crc32(root.encode()) % UNSEEN if known is None else known

    def groups(self, word: str) -> NDArray[np.int32]:
        """The known letter groups in a word, repeated as they repeat."""
        if (known := self._groups.get(word)) is None:
            found = [self._gram_index.get(gram, -1) for gram in letter_groups(word)]
            known = np.array([at for at in found if at >= 0], np.int32)
            if len(self._groups) < 200_000:  # a process may live for months
                self._groups[word] = known
        return known

    def word_table(self, types: Sequence[str]) -> Any:
        """One row per word, a 1 in its column: CSR (types × word columns)."""
        columns = [self.column(word) for word in types]
        ones = np.ones(len(columns), np.float32)
        shape = (len(columns), len(self.idf))
        return sp.csr_array((ones, columns, np.arange(len(columns) + 1)), shape=shape)

    def gram_table(self, types: Sequence[str]) -> Any:
        """How often each word has each letter group: CSR (types × groups)."""
        return _group_table([self.groups(word) for word in types], len(self.grams))

    def word_weights(self, counts: Counts) -> Any:
        """BM25 weights of the words, rows of unit length: CSR (texts × word columns)."""
        table = (counts.table @ self.word_table(counts.types)).tocsr()
        lengths = np.asarray(table.sum(axis=1)).ravel()
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / self.mean_length)
        table.data *= (_SATURATION + 1) / (table.data + np.repeat(norm, np.diff(table.indptr)))
        table.data *= self.idf[table.indices]
        return unit_rows(table)

    def gram_weights(self, counts: Counts) -> Any:
        """TF-IDF of the letter groups, damped, rows of unit length: CSR (texts × groups)."""
        table = (counts.table @ self.gram_table(counts.types)).tocsr()
        table.data = (1 + np.log(table.data)) * self.gram_idf[table.indices]
        return unit_rows(table)


def learn_lexicon(
    counts: Counts, *, known_from: int | None = None, grams: int = GRAMS_KEPT
) -> Lexicon:
    """The lexicon of some texts: stems in fewer than `known_from` of them share columns."""
    papers = max(counts.table.shape[0], 1)
    least = _known_from(papers) if known_from is None else known_from
    terms, known = _learnt(counts, lambda word: [stem(word)], least, WORDS_KEPT)
    groups, frequency = _learnt(counts, letter_groups, least, grams)
    idf = bm25_idf(np.concatenate([known, np.ones(UNSEEN, np.float32)]), papers)
    gram_idf = np.log((1 + papers) / (1 + frequency)) + 1
    mean_length = max(float(counts.table.sum()) / papers, 1.0)
    return Lexicon(terms, groups, idf, np.asarray(gram_idf, np.float32), mean_length)


def _learnt(
    counts: Counts, parts: Callable[[str], list[str]], at_least: int, at_most: int
) -> tuple[list[str], Floats]:
    """The parts of words that stand in enough texts, in order, and in how many each does."""
    index: dict[str, int] = {}
    rows = [
        np.array([index.setdefault(part, len(index)) for part in parts(word)], np.int32)
        for word in counts.types
    ]
    table = (counts.table @ _group_table(rows, len(index))).tocsr()
    frequency = np.bincount(table.indices, minlength=len(index)).astype(np.float32)
    kept = most_frequent(frequency, at_least=at_least, at_most=at_most)
    names = list(index)
    order = sorted(kept.tolist(), key=names.__getitem__)
    return [names[at] for at in order], frequency[order]


def _known_from(papers: int) -> int:
    """In how many papers a word must stand to be learnt: where there are few, in one."""
    return 2 if papers >= 500 else 1


def _group_table(rows: Sequence[NDArray[np.int32]], width: int) -> Any:
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    columns = np.concatenate([*rows, np.zeros(0, np.int32)])
    table = sp.csr_array(
        (np.ones(len(columns), np.float32), columns, pointers), shape=(len(rows), width)
    )
    table.sum_duplicates()
    return table


def most_frequent(frequency: NDArray[Any], *, at_least: int, at_most: int) -> NDArray[np.int64]:
    """Which are the most frequent, by number."""
    order = np.argsort(-frequency, kind="stable")[:at_most]
    return np.asarray(order[frequency[order] >= at_least], np.int64)


def bm25_idf(frequency: Floats, papers: int) -> Floats:
    """How much it tells that a text has what so many of the papers have: float32, sharpened."""
    idf = np.log(1 + (papers - frequency + 0.5) / (frequency + 0.5))
    return np.asarray(idf**_SHARPNESS, np.float32)


def unit_rows(table: Any) -> Any:
    """The same CSR table with rows of length 1; empty rows stay empty."""
    squares = np.bincount(
        np.repeat(np.arange(table.shape[0]), np.diff(table.indptr)), table.data**2, table.shape[0]
    )
    lengths = np.sqrt(squares)
    lengths[lengths == 0] = 1
    table.data = (table.data / np.repeat(lengths, np.diff(table.indptr))).astype(np.float32)
    return table
