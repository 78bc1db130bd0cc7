"""Anatomy: what each word of a text adds to its features, so that a score can be traced to words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.features import Floats
from service.ranking.lexicon import Counts, count
from service.ranking.marks import Marks, count_marks, marks
from service.ranking.space import FeatureSpace


@dataclass(frozen=True)
class Anatomy:
    """What each word of one text adds to its features; row i belongs to `types[i]`.

    `sparse` is CSR (words × the space's columns); the dense part of word i is `scale[i]` times row
    `columns[i]` of the space's projection. Summed up they are the text's features, but for the
    constant part of its themes, which stems from no word.
    """

    types: list[str]
    sparse: Any
    columns: NDArray[np.int64]
    scale: Floats


def dissect(space: FeatureSpace, text: str) -> Anatomy:
    """Which word of a text adds what to its features."""
    counts = count([text])
    lexicon, terms = space.lexicon_, len(space.terms_)
    columns = np.array([lexicon.column(word) for word in counts.types], np.int64)
    weights = lexicon.word_weights(counts)
    own = _shared_out(_repeated(lexicon.word_table(counts.types), counts), weights)
    grams = _repeated(lexicon.gram_table(counts.types), counts)
    parts = [
        own * np.sqrt(space.words_share),
        _shared_out(grams, lexicon.gram_weights(counts)) * np.sqrt(space.grams_share),
        _marked(space.marks_, text, counts.types) * np.sqrt(space.marks_share),
    ]
    _, scale = space.themes_.place(weights[:, :terms])
    known = columns < terms
    values = np.asarray(own.sum(axis=1)).ravel()
    return Anatomy(
        counts.types,
        sp.hstack(parts, format="csr").astype(np.float32),
        np.where(known, columns, 0),
        np.where(known, values * scale[0] * np.sqrt(space.themes_share_), 0).astype(np.float32),
    )


def _repeated(table: Any, counts: Counts) -> Any:
    """Each word's columns as often as the word stands in the one text."""
    table.data = table.data * np.repeat(counts.table.toarray()[0], np.diff(table.indptr))
    return table


def _marked(known: Marks, text: str, types: Sequence[str]) -> Any:
    """What each word adds to the marks that it is part of: CSR (words × marks)."""
    row = {word: at for at, word in enumerate(types)}
    shares = [(row[word], known.column(mark)) for mark, made in marks(text) for word in made]
    rows, columns = np.array(shares, np.int64).reshape(-1, 2).T
    shape = (len(types), len(known.idf))
    table = sp.csr_array((np.ones(len(shares), np.float32), (rows, columns)), shape=shape)
    return _shared_out(table, known.weights(count_marks([text])))


def _shared_out(table: Any, weights: Any) -> Any:
    """Each column's weight in the text, shared out among the words that it stands for."""
    totals = np.asarray(table.sum(axis=0)).ravel()
    whole = weights.toarray()[0]
    share = np.divide(whole, totals, out=np.zeros_like(whole), where=totals > 0)
    table.data = (table.data * share[table.indices]).astype(np.float32)
    return table
