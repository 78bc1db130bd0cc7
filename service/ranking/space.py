"""The feature space: what the words of a text say, as numbers that all readers' models share."""

import io
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.background import Background
from service.ranking.features import Features, pack, stored, unpack
from service.ranking.lexicon import Counts, Lexicon, count, learn_lexicon
from service.ranking.themes import PLENTY, Themes

_FORMAT = 1


class FeatureSpace:
    """Words by BM25, letter groups by TF-IDF, and themes by LSA, each with its share.

    The shares say how much each of the three adds to the likeness of two texts; `themes` and
    `negatives` are upper limits. Learnt by `fit`: `lexicon_`, `themes_`, `background_` (the papers
    that stand for what nobody asked for) and `paper_count_`.
    """

    lexicon_: Lexicon
    themes_: Themes
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
    def themes_share_(self) -> float:
        """What the themes add to likeness here: the fewer papers they stem from, the less."""
        return self.themes_share * min(1.0, self.paper_count_ / PLENTY)

    @property
    def terms_(self) -> list[str]:
        """The word of each of the first columns."""
        return self.lexicon_.terms

    @property
    def first_gram_(self) -> int:
        """The first column of letter groups; before it are words, then unseen words."""
        return len(self.lexicon_.idf)

    @property
    def columns_(self) -> int:
        """How many sparse columns there are."""
        return self.first_gram_ + len(self.lexicon_.grams)

    @property
    def dimensions_(self) -> int:
        """How many dense dimensions there are; 0 if the texts were too few for any."""
        return len(self.themes_)

    def fit(self, texts: Iterable[str], *, background: Sequence[int] | None = None) -> Self:
        """Learn the space of these texts; some of them become the background of every model.

        `background` numbers those that may, since they will never be candidates. Without it all
        may, and what they say counts for less: a paper must not be marked down for having been
        learnt from.
        """
        counts = count(texts)
        self.paper_count_ = int(counts.table.shape[0])
        self.lexicon_ = learn_lexicon(counts)
        weights = self.lexicon_.word_weights(counts)
        self.themes_ = Themes.learn(weights[:, : len(self.terms_)], self.themes)
        may = np.arange(self.paper_count_) if background is None else np.asarray(background, int)
        chosen = may[_spread(len(may), self.negatives)]
        rows = self._features(Counts(counts.types, counts.table[chosen]))
        self.background_ = Background.fit(stored(rows), past=background is not None)
        return self

    @classmethod
    def starter(cls) -> Self:
        """PLACEHOLDER until the starter space is merged."""
        import json
        from pathlib import Path

        folder = Path(__file__).parents[1] / "samples"
        texts = []
        for name in ("first.json", "second.json"):
            for each in json.loads((folder / name).read_text()):
                texts.append(each["paper"]["title"] + "\n" + each["paper"]["summary"])
        return cls().fit(texts)

    def features(self, texts: Iterable[str]) -> Features:
        """The texts as rows of this space; nothing is learnt."""
        return self._features(count(texts))

    def _features(self, counts: Counts) -> Features:
        weights = self.lexicon_.word_weights(counts)
        grams = self.lexicon_.gram_weights(counts)
        places, _ = self.themes_.place(weights[:, : len(self.terms_)])
        parts = [weights * np.sqrt(self.words_share), grams * np.sqrt(self.grams_share)]
        sparse = sp.hstack(parts, format="csr").astype(np.float32)
        return Features(sparse, (places * np.sqrt(self.themes_share_)).astype(np.float32))

    def packed(self, texts: Iterable[str]) -> list[bytes]:
        """The texts' features as they are stored."""
        return pack(self.features(texts))

    def unpack(self, blobs: Sequence[bytes]) -> Features:
        """Stored rows of this space; ValueError if one is of another."""
        return unpack(blobs, columns=self.columns_, dimensions=self.dimensions_)

    def to_bytes(self) -> bytes:
        """The space as an npz archive of plain arrays, without pickles."""
        lexicon = self.lexicon_
        arrays: dict[str, Any] = {
            "format": np.array([_FORMAT, self.paper_count_, self.themes, self.negatives]),
            "shares": np.array([self.words_share, self.grams_share, self.themes_share]),
            "terms": _as_array(lexicon.terms),
            "grams": _as_array(lexicon.grams),
            "idf": lexicon.idf,
            "gram_idf": lexicon.gram_idf,
            "mean_length": np.array([lexicon.mean_length]),
            "projection": self.themes_.projection.astype(np.float16),
            "centre": self.themes_.centre,
            **self.background_.arrays(),
        }
        archive = io.BytesIO()
        np.savez(archive, allow_pickle=False, **arrays)
        return archive.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The space that `to_bytes` wrote; ValueError if the bytes are of another format."""
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            version, papers, themes, negatives = held["format"].tolist()
            if version != _FORMAT:
                raise ValueError(f"this space has format {version}; this program reads {_FORMAT}")
            names = ("words_share", "grams_share", "themes_share")
            shares = dict(zip(names, held["shares"].tolist(), strict=True))
            space = cls(themes=themes, negatives=negatives, **shares)
            space.paper_count_ = papers
            space.lexicon_ = Lexicon(
                terms=_as_texts(held["terms"]),
                grams=_as_texts(held["grams"]),
                idf=held["idf"],
                gram_idf=held["gram_idf"],
                mean_length=float(held["mean_length"][0]),
            )
            space.themes_ = Themes(held["projection"].astype(np.float32), held["centre"])
            space.background_ = Background.from_arrays(held, columns=space.columns_)
        return space


def _spread(size: int, wanted: int) -> NDArray[np.int64]:
    """Up to `wanted` row numbers, evenly spread over all."""
    return np.unique(np.linspace(0, size - 1, min(size, wanted)).round().astype(np.int64))


def _as_array(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Texts without line breaks, as one array of UTF-8."""
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _as_texts(array: NDArray[np.uint8]) -> list[str]:
    text = array.tobytes().decode()
    return text.split("\n") if text else []
