"""The feature space: what the words of a text say, as numbers that all readers' models share."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.background import Background
from service.ranking.features import Features, Floats, pack, stored, unpack
from service.ranking.lexicon import Counts, Lexicon, count, learn_lexicon

_FORMAT = 1
_TINY = 1e-3


@dataclass(frozen=True)
class Anatomy:
    """What each word of one text adds to its features.

    Row i belongs to `types[i]`. `sparse` is CSR (words × columns); the dense part of word i is
    `scale[i]` times row `columns[i]` of the space's projection. Both add up to the text's features,
    but for the constant part that stems from no word.
    """

    types: list[str]
    sparse: Any
    columns: NDArray[np.int64]
    scale: Floats


class FeatureSpace:
    """Words by BM25, letter groups by TF-IDF, and the latent themes of the words (LSA).

    The shares say how much each of the three adds to the likeness of two texts.
    LSA: Deerwester et al., 1990. Learnt by `fit`: `lexicon_`, `projection_` (terms × themes),
    `centre_`, `background_` and `paper_count_`.
    """

    lexicon_: Lexicon
    projection_: Floats
    centre_: Floats
    background_: Background
    paper_count_: int

    def __init__(
        self,
        *,
        themes: int = 256,
        negatives: int = 2000,
        words_share: float = 0.64,
        grams_share: float = 0.36,
        themes_share: float = 0.36,
    ) -> None:
        self.themes = themes
        self.negatives = negatives
        self.words_share = words_share
        self.grams_share = grams_share
        self.themes_share = themes_share

    @property
    def terms_(self) -> list[str]:
        """The word of each of the first columns."""
        return self.lexicon_.terms

    @property
    def columns_(self) -> int:
        """How many sparse columns there are: words, then unseen words, then letter groups."""
        return len(self.lexicon_.idf) + len(self.lexicon_.grams)

    @property
    def dimensions_(self) -> int:
        """How many dense dimensions there are; 0 if the texts were too few for any."""
        return int(self.projection_.shape[1])

    def fit(self, texts: Iterable[str]) -> Self:
        """Learn the space of these texts, some of which stay as the background of every model."""
        counts = count(texts)
        self.paper_count_ = int(counts.table.shape[0])
        self.lexicon_ = learn_lexicon(counts)
        weights = self.lexicon_.word_weights(counts)[:, : len(self.terms_)]
        self.projection_ = _themes(weights, self.themes)
        self.centre_ = _unit(weights @ self.projection_).mean(axis=0, dtype=np.float32)
        if not self.paper_count_:
            self.centre_ = np.zeros(self.dimensions_, np.float32)
        chosen = _spread(self.paper_count_, self.negatives)
        rows = self._features(Counts(counts.types, counts.table[chosen]))
        self.background_ = Background.fit(stored(rows))
        return self

    def features(self, texts: Iterable[str]) -> Features:
        """The texts as rows of this space; nothing is learnt."""
        return self._features(count(texts))

    def _features(self, counts: Counts) -> Features:
        weights = self.lexicon_.word_weights(counts)
        grams = self.lexicon_.gram_weights(counts)
        themes, _ = self._place(weights)
        sparse = sp.hstack(
            [weights * np.sqrt(self.words_share), grams * np.sqrt(self.grams_share)], format="csr"
        )
        return Features(sparse.astype(np.float32), themes)

    def _place(self, weights: Any) -> tuple[Floats, Floats]:
        """Where the rows lie among the themes, and by what their words were scaled to get there."""
        raw = np.asarray(weights[:, : len(self.terms_)] @ self.projection_, np.float32)
        first = _lengths(raw)
        centred = raw / first[:, None] - self.centre_
        centred[(_norms(raw) < _TINY) | (_norms(centred) < _TINY)] = 0
        second = _lengths(centred)
        share = np.float32(np.sqrt(self.themes_share))
        return np.asarray(share * centred / second[:, None], np.float32), share / (first * second)

    def anatomy(self, text: str) -> Anatomy:
        """Which word of a text adds what to its features."""
        counts = count([text])
        lexicon = self.lexicon_
        weights = lexicon.word_weights(counts)
        columns = np.array([lexicon.column(word) for word in counts.types], np.int64)
        own = weights.toarray()[0][columns] if len(columns) else np.zeros(0, np.float32)
        known = columns < len(self.terms_)
        _, scale = self._place(weights)
        sparse = sp.hstack(
            [
                _scaled(lexicon.word_table(counts.types), own * np.float32(np.sqrt(self.words_share))),
                self._gram_parts(counts),
            ],
            format="csr",
        )
        return Anatomy(
            counts.types,
            sparse,
            np.where(known, columns, 0),
            np.asarray(np.where(known, own * scale[0], 0), np.float32),
        )

    def _gram_parts(self, counts: Counts) -> Any:
        """Each letter group's weight, shared out among the words that hold it."""
        table = _scaled(self.lexicon_.gram_table(counts.types), counts.table.toarray()[0])
        weights = self.lexicon_.gram_weights(counts).toarray()[0]
        totals = np.asarray(table.sum(axis=0)).ravel()
        per_count = np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)
        table.data *= per_count[table.indices] * np.float32(np.sqrt(self.grams_share))
        return table

    def to_bytes(self) -> bytes:
        """The space as an npz archive of plain arrays, without pickles."""
        lexicon = self.lexicon_
        arrays: dict[str, Any] = {
            "format": np.array([_FORMAT, self.paper_count_, self.themes, self.negatives]),
            "shares": np.array([self.words_share, self.grams_share, self.themes_share]),
            "terms": _text_array(lexicon.terms),
            "grams": _text_array(lexicon.grams),
            "idf": lexicon.idf,
            "gram_idf": lexicon.gram_idf,
            "mean_length": np.array([lexicon.mean_length]),
            "projection": self.projection_.astype(np.float16),
            "centre": self.centre_,
            **self.background_.arrays(),
        }
        held = io.BytesIO()
        np.savez(held, allow_pickle=False, **arrays)
        return held.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The space that `to_bytes` wrote; ValueError if the bytes are of another format."""
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            version, papers, themes, negatives = held["format"].tolist()
            if version != _FORMAT:
                raise ValueError(f"this space has format {version}; this program reads {_FORMAT}")
            words_share, grams_share, themes_share = held["shares"].tolist()
            space = cls(
                themes=themes,
                negatives=negatives,
                words_share=words_share,
                grams_share=grams_share,
                themes_share=themes_share,
            )
            space.paper_count_ = papers
            space.lexicon_ = Lexicon(
                _texts(held["terms"]),
                _texts(held["grams"]),
                held["idf"],
                held["gram_idf"],
                float(held["mean_length"][0]),
            )
            space.projection_ = held["projection"].astype(np.float32)
            space.centre_ = held["centre"]
            space.background_ = Background.from_arrays(held, columns=space.columns_)
        return space

    @property
    def first_gram_(self) -> int:
        """The first column of letter groups."""
        return len(self.lexicon_.idf)

    def unpack(self, blobs: Sequence[bytes]) -> Features:
        """Stored rows of this space; ValueError if one is of another."""
        return unpack(blobs, columns=self.columns_, dimensions=self.dimensions_)

    def packed(self, texts: Iterable[str]) -> list[bytes]:
        """The texts' features as they are stored."""
        return pack(self.features(texts))


def _themes(weights: Any, wanted: int) -> Floats:
    """The strongest directions among the texts: terms × themes, rounded as they are stored."""
    papers, terms = weights.shape
    size = min(wanted, papers // 3, terms - 1)
    if size < 2:
        return np.zeros((terms, 0), np.float32)
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415  (costs seconds and 130 MB)

    _, strengths, directions = randomized_svd(weights, size, n_iter=4, random_state=0)
    strong = strengths > 1e-3 * strengths[0]
    return np.asarray(directions[strong].T.astype(np.float16).astype(np.float32))


def _spread(size: int, wanted: int) -> NDArray[np.int64]:
    """Up to `wanted` row numbers, evenly spread over all."""
    return np.unique(np.linspace(0, size - 1, min(size, wanted)).round().astype(np.int64))


def _norms(rows: Floats) -> Floats:
    return np.asarray(np.linalg.norm(rows, axis=1), np.float32)


def _lengths(rows: Floats) -> Floats:
    """The rows' lengths to divide by: 1 where there is nothing to divide."""
    norms = _norms(rows)
    return np.where(norms < _TINY, np.float32(1), norms)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / _lengths(rows)[:, None], np.float32)


def _scaled(table: Any, per_row: Floats) -> Any:
    table.data = (table.data * np.repeat(per_row, np.diff(table.indptr))).astype(np.float32)
    return table


def _text_array(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Texts without line breaks as one array of UTF-8."""
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _texts(array: NDArray[np.uint8]) -> list[str]:
    text = array.tobytes().decode()
    return text.split("\n") if text else []
