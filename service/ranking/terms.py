"""Terms: the words and phrases of a paper that carried its score, as the paper writes them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.ranking.anatomy import Anatomy, dissect
from service.ranking.commonplace import tells
from service.ranking.features import Floats
from service.ranking.space import FeatureSpace
from service.ranking.stems import stem
from service.ranking.words import Token, folded, tokens, words

TERMS_NAMED = 3
_LONGEST = 3
_WEAKEST = 0.15  # of the strongest term: what adds less is not worth a reader's eye
_FAINTEST = 0.1  # of the loudest word: what is softer joins no phrase
_CONSIDERED = 8
_NOTHING = 1e-6
_TELLTALE = 5  # letters: two words seldom share so many by chance
_COMPOUND = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)+")
_HACKNEYED = "state-of-the-art"


@dataclass(frozen=True)
class Term:
    """A piece of the paper's text, and which of its words (rows of the anatomy) it is made of."""

    text: str
    words: tuple[int, ...]


class Wording:
    """One paper's text, ready to be explained: what each word adds, and how it is written there."""

    def __init__(self, space: FeatureSpace, text: str) -> None:
        self.text = text
        self.anatomy: Anatomy = dissect(space, text)
        self.columns: NDArray[np.int64] = np.unique(self.anatomy.sparse.indices).astype(np.int64)
        """The space's columns that the text has."""
        self.table: Any = self.anatomy.sparse[:, self.columns]
        self._phrases: dict[str, Term | None] = {}
        self._number = {word: at for at, word in enumerate(self.anatomy.types)}

    @cached_property
    def room(self) -> Floats:
        """Which part of the text each word is, as likeness counts: float32 (words), in sum 1."""
        return np.asarray(self.table @ np.asarray(self.table.sum(axis=0)).ravel(), np.float32)

    @cached_property
    def _tokens(self) -> list[Token]:
        return list(tokens(self.text))

    @cached_property
    def _runs(self) -> dict[tuple[int, ...], Term]:
        """How one, two and three neighbouring words are written: the plainest of their spellings."""
        runs: dict[tuple[int, ...], Term] = {}
        for first in range(len(self._tokens)):
            for run in self._from(first):
                key = tuple(self._number[token.word] for token in run)
                term = self._whole(run)
                if term and (key not in runs or _plainness(term) < _plainness(runs[key])):
                    runs[key] = term
        return runs

    @cached_property
    def _begun(self) -> dict[int, list[tuple[tuple[int, ...], Term]]]:
        """The runs that begin with each word."""
        begun: dict[int, list[tuple[tuple[int, ...], Term]]] = {}
        for key, term in self._runs.items():
            begun.setdefault(key[0], []).append((key, term))
        return begun

    def _from(self, first: int) -> Iterator[list[Token]]:
        run = [self._tokens[first]]
        yield run
        for token in self._tokens[first + 1 : first + _LONGEST]:
            if self.text[run[-1].end : token.start] not in (" ", "-"):
                return
            run = [*run, token]
            yield run

    @cached_property
    def _compounds(self) -> dict[int, tuple[int, int]]:
        """Where a word joined by dashes begins and ends, by each of its places."""
        spans = [found.span() for found in _COMPOUND.finditer(self.text)]
        return {at: span for span in spans for at in range(*span)}

    def _whole(self, run: Sequence[Token]) -> Term | None:
        """The run as a term, with the rest of a word that it would tear (`seq` of `RNA-seq`)."""
        start, _ = self._compounds.get(run[0].start, (run[0].start, 0))
        _, end = self._compounds.get(run[-1].start, (0, run[-1].end))
        text = self.text[start:end]
        if _HACKNEYED in text.casefold():
            return None
        known = [
            word for word in words(text) if word in self._number
        ]  # not the \\alpha of \\alpha-helix
        return Term(text, tuple(self._number[word] for word in known))

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where each stem stands among the words."""
        places: dict[str, list[int]] = {}
        for at, token in enumerate(self._tokens):
            places.setdefault(stem(token.word), []).append(at)
        return places

    def phrase(self, phrase: str) -> Term | None:
        """The reader's phrase as it stands here, in whatever form, or None if it doesn't."""
        if phrase not in self._phrases:
            self._phrases[phrase] = self._find(phrase)
        return self._phrases[phrase]

    def _find(self, phrase: str) -> Term | None:
        sought = _shape(phrase, list(tokens(phrase)))
        if not sought:
            return None
        for first in self._places.get(sought[0][0], ()):
            run = self._tokens[first : first + len(sought)]
            if _shape(self.text, run) == sought:
                written = " ".join(self.text[run[0].start : run[-1].end].split())
                return Term(written, tuple(self._number[token.word] for token in run))
        return None

    def terms(self, added: Floats, phrases: Sequence[Term]) -> list[Term]:
        """The terms that added most, strongest first; `added` says what each word added.

        Of the words that added much, neighbours are named together, and where the reader's own
        `phrases` stand among them, these are named as they are.
        """
        loudest = max(added.max(initial=0) * _FAINTEST, _NOTHING)
        order = np.argsort(-added, kind="stable")[:_CONSIDERED].tolist()
        strongest = [at for at in order if added[at] >= loudest]
        among = set(strongest)
        runs = [run for first in strongest for run in self._begun.get(first, [])]
        joined = self._telling([term for key, term in runs if among.issuperset(key)])
        chosen = self._choose([_by_weight(phrases, added), _by_weight(joined, added)])
        return sorted(chosen, key=lambda term: -weight(term, added))

    def _telling(self, runs: list[Term]) -> list[Term]:
        """Those that say something of a subject; where none does, what carried the score all the same."""
        types = self.anatomy.types
        return [run for run in runs if any(tells(types[at]) for at in run.words)] or runs

    def _choose(self, ranks: Sequence[list[tuple[float, Term]]]) -> list[Term]:
        """The strongest terms that share no word, in one form or two, those of the first rank first."""
        strongest = max((rank[0][0] for rank in ranks if rank), default=0.0)
        chosen: list[Term] = []
        covered: set[str] = set()
        for strength, term in (one for rank in ranks for one in rank):
            forms = {_form(self.anatomy.types[at]) for at in term.words}
            worthy = strength >= max(_WEAKEST * strongest, _NOTHING) and len(chosen) < TERMS_NAMED
            if worthy and not any(_alike(form, other) for form in forms for other in covered):
                chosen.append(term)
                covered |= forms
        return chosen


def _shape(text: str, run: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    """The stems of a run of words, each with what stands between it and the next but blanks and dashes."""
    ends = [token.start for token in run[1:]] + [run[-1].end for _ in run[:1]]
    gaps = [folded(text[token.end : end]) for token, end in zip(run, ends, strict=True)]
    return tuple((stem(token.word), gap) for token, gap in zip(run, gaps, strict=True))


def weight(term: Term, added: Floats) -> float:
    """What a term's words added to the score, each once."""
    return sum(float(added[at]) for at in set(term.words))


def _by_weight(terms: Sequence[Term], added: Floats) -> list[tuple[float, Term]]:
    return sorted(((weight(term, added), term) for term in terms), key=lambda one: -one[0])


def _form(word: str) -> str:
    return stem(word.removesuffix("s"))


def _alike(form: str, other: str) -> bool:
    """Whether two stems are of one word (`robot`, `robotic`), so that naming both would say it twice."""
    shortest = min(len(form), len(other))
    size = max(_TELLTALE, round(0.75 * shortest))
    return form == other or (shortest >= size and form[:size] == other[:size])


def _plainness(term: Term) -> tuple[int, int]:
    """Fewer words and fewer capitals are plainer."""
    return len(term.words), sum(sign.isupper() for sign in term.text)
