"""The feature space: what the words of a text say, as numbers that all readers' models share."""

import io
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.background import Background
from service.ranking.features import Features, Floats, pack, unpack
from service.ranking.lexicon import GRAMS_KEPT, Counts, Lexicon, count, learn_lexicon
from service.ranking.marks import KNOWN_FROM, Marks, count_marks
from service.ranking.themes import PLENTY, Themes

_FORMAT = 3
STARTER = "starter.npz"
_AT_ONCE = 1000  # texts; what is made on the way to their rows is larger than these


class FeatureSpace:
    """Stems by BM25, letter groups by TF-IDF, marks, and themes by LSA, each with its share.

    The shares say how much each of the four adds to the likeness of two texts; `themes`,
    `directions`, `negatives` and `grams` are upper limits; what stands in fewer than `known_from` texts is
    not learnt (None: as the number of texts suggests). Learnt by `fit`: `lexicon_`, `marks_`, `themes_`,
    `background_` (what papers are like that nobody asked for) and `paper_count_`. These are
    statistics: no text can be read from a space.
    """

    words_share = 0.64
    grams_share = 0.36
    marks_share = 0.35
    themes_share = 0.36

    lexicon_: Lexicon
    marks_: Marks
    themes_: Themes
    background_: Background
    paper_count_: int

    def __init__(
        self,
        *,
        themes: int = 256,
        directions: int = 192,
        negatives: int = 5000,
        grams: int = GRAMS_KEPT,
        known_from: int | None = None,
    ) -> None:
        self.themes = themes
        self.directions = directions
        self.negatives = negatives
        self.grams = grams
        self.known_from = known_from

    @property
    def themes_share_(self) -> float:
        """What the themes add to likeness here: the fewer papers they stem from, the less."""
        return self.themes_share * min(1.0, self.paper_count_ / PLENTY)

    @property
    def terms_(self) -> list[str]:
        """The stem of each of the first columns."""
        return self.lexicon_.terms

    @property
    def first_gram_(self) -> int:
        """The first column of letter groups; before it are words, then unseen words."""
        return len(self.lexicon_.idf)

    @property
    def first_mark_(self) -> int:
        """The first column of marks, of which the unseen ones come last."""
        return self.first_gram_ + len(self.lexicon_.grams)

    @property
    def columns_(self) -> int:
        """How many sparse columns there are."""
        return self.first_mark_ + len(self.marks_.idf)

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
        held = list(texts)
        self.paper_count_ = len(held)
        marks = self._learn_marks(count_marks(held))
        counts = count(held)
        self.lexicon_ = learn_lexicon(counts, known_from=self.known_from, grams=self.grams)
        known = self.lexicon_.word_weights(counts)[:, : len(self.terms_)]
        self.themes_ = Themes.learn(known, self.themes)
        del known  # large, as is what follows
        may = np.arange(self.paper_count_) if background is None else np.asarray(background, int)
        chosen = may[_spread(len(may), self.negatives)]
        rows = self._rows(counts.take(chosen), marks[chosen])
        self.background_ = Background.learn(
            rows, themes=self.dimensions_, wanted=self.directions, past=background is not None
        )
        return self

    def _learn_marks(self, counts: Counts) -> Any:
        self.marks_ = Marks.learn(counts, known_from=max(self.known_from or 0, KNOWN_FROM))
        return self.marks_.weights(counts)

    def features(self, texts: Iterable[str]) -> Features:
        """The texts as rows of this space; nothing is learnt."""
        held = list(texts)
        sparse, dense = self._parts(count(held), self.marks_.weights(count_marks(held)))
        return Features(sparse, dense, self.background_.bearings(self._known(sparse), dense))

    def along(self, columns: NDArray[Any]) -> Floats:
        """The background's directions in these sparse columns: float32 (columns × directions)."""
        known, first = self.background_.columns, self.first_gram_
        unseen = (columns >= len(self.terms_)) & (columns < first) | (columns >= self._first_unseen)
        rows = np.where(columns < first, columns, columns - first + len(self.terms_))
        rows[unseen] = 0
        found = known[rows] if len(known) else np.zeros((len(rows), known.shape[1]), np.float32)
        found[unseen] = 0
        return found

    def pointing(self, sparse: Any) -> Floats:
        """Where sparse rows alone point in the background: float32 (rows × directions)."""
        return np.asarray(self._known(sparse) @ self.background_.columns, np.float32)

    @property
    def _first_unseen(self) -> int:
        return self.first_mark_ + len(self.marks_.known)

    def _known(self, sparse: Any) -> Any:
        """The columns without those of the unseen, of which the background says nothing."""
        parts = [sparse[:, : len(self.terms_)], sparse[:, self.first_gram_ : self._first_unseen]]
        return sp.hstack(parts, format="csr")

    def _rows(self, counts: Counts, marks: Any) -> Any:
        """All that the background knows of texts: CSR (texts × known columns, themes and a 1)."""
        firsts = range(0, max(marks.shape[0], 1), _AT_ONCE)
        parts = [slice(first, first + _AT_ONCE) for first in firsts]
        return sp.vstack([self._some_rows(counts.take(part), marks[part]) for part in parts], "csr")

    def _some_rows(self, counts: Counts, marks: Any) -> Any:
        sparse, dense = self._parts(counts, marks)
        one = np.ones((len(dense), 1), np.float32)
        parts = [self._known(sparse), sp.csr_array(dense), sp.csr_array(one)]
        return sp.hstack(parts, format="csr")

    def _parts(self, counts: Counts, marks: Any) -> tuple[Any, Floats]:
        words = self.lexicon_.word_weights(counts)
        places, _ = self.themes_.place(words[:, : len(self.terms_)])
        parts = [
            words * np.float32(np.sqrt(self.words_share)),
            self.lexicon_.gram_weights(counts) * np.float32(np.sqrt(self.grams_share)),
            marks * np.float32(np.sqrt(self.marks_share)),
        ]
        sparse = sp.hstack(parts, format="csr")
        return sparse, (places * np.sqrt(self.themes_share_)).astype(np.float32)

    def packed(self, texts: Iterable[str]) -> list[bytes]:
        """The texts' features as they are stored."""
        return pack(self.features(texts))

    def unpack(self, blobs: Sequence[bytes]) -> Features:
        """Stored rows of this space; ValueError if one is of another."""
        return unpack(
            blobs,
            columns=self.columns_,
            dimensions=self.dimensions_,
            directions=len(self.background_),
        )

    def to_bytes(self) -> bytes:
        """The space as an npz archive of plain arrays, without pickles."""
        lexicon = self.lexicon_
        arrays: dict[str, Any] = {
            "format": np.array([_FORMAT, self.paper_count_, self.themes, self.negatives]),
            "terms": _as_array(lexicon.terms),
            "grams": _as_array(lexicon.grams),
            "idf": lexicon.idf,
            "gram_idf": lexicon.gram_idf,
            "marks": _as_array(self.marks_.known),
            "mark_idf": self.marks_.idf,
            "mean_length": np.array([lexicon.mean_length]),
            "projection": self.themes_.projection.astype(np.float16),
            "centre": self.themes_.centre,
            **self.background_.arrays(),
        }
        archive = io.BytesIO()
        np.savez_compressed(archive, allow_pickle=False, **arrays)
        return archive.getvalue()

    @classmethod
    def starter(cls) -> Self:
        """The space that comes with the program, for an installation without papers of its own."""
        return cls.from_bytes(files(__package__).joinpath(STARTER).read_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The space that `to_bytes` wrote; ValueError if the bytes are of another format."""
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            version, papers, themes, negatives = held["format"].tolist()
            if version != _FORMAT:
                raise ValueError(f"this space has format {version}; this program reads {_FORMAT}")
            space = cls(themes=themes, negatives=negatives)
            space.paper_count_ = papers
            space.lexicon_ = Lexicon(
                terms=_as_texts(held["terms"]),
                grams=_as_texts(held["grams"]),
                idf=held["idf"],
                gram_idf=held["gram_idf"],
                mean_length=float(held["mean_length"][0]),
            )
            space.marks_ = Marks(_as_texts(held["marks"]), held["mark_idf"])
            space.themes_ = Themes(held["projection"].astype(np.float32), held["centre"])
            space.background_ = Background.from_arrays(held)
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
