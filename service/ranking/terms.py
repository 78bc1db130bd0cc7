"""Terms: the words and phrases of a paper that carried its score, as the paper writes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from service.ranking.anatomy import Anatomy, dissect
from service.ranking.features import Floats
from service.ranking.space import FeatureSpace
from service.ranking.words import Token, folded, tokens

TERMS_NAMED = 3
_LONGEST = 3
_WEAKEST = 0.15  # of the strongest: what adds less is not worth a reader's eye
_CONSIDERED = 8


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
        self._number = {word: at for at, word in enumerate(self.anatomy.types)}

    @cached_property
    def _tokens(self) -> list[Token]:
        return list(tokens(self.text))

    @cached_property
    def _runs(self) -> dict[tuple[int, ...], str]:
        """How one, two and three neighbouring words are written: the plainest of their spellings."""
        runs: dict[tuple[int, ...], str] = {}
        for first in range(len(self._tokens)):
            for run in self._from(first):
                key = tuple(self._number[token.word] for token in run)
                written = self.text[run[0].start : run[-1].end]
                if key not in runs or _capitals(written) < _capitals(runs[key]):
                    runs[key] = written
        return runs

    def _from(self, first: int) -> Iterator[list[Token]]:
        run = [self._tokens[first]]
        yield run
        for token in self._tokens[first + 1 : first + _LONGEST]:
            if self.text[run[-1].end : token.start] not in (" ", "-"):
                return
            run = [*run, token]
            yield run

    def phrase(self, phrase: str) -> Term | None:
        """The reader's phrase as it stands here, or None if it doesn't."""
        sought = [token.word for token in tokens(phrase)]
        if not sought or any(word not in self._number for word in sought):
            return None
        for first in range(len(self._tokens) - len(sought) + 1):
            run = self._tokens[first : first + len(sought)]
            if [token.word for token in run] == sought:
                written = self.text[run[0].start : run[-1].end]
                if folded(written) == folded(phrase):
                    return Term(
                        " ".join(written.split()), tuple(self._number[word] for word in sought)
                    )
        return None

    def terms(self, added: Floats, phrases: Sequence[Term]) -> list[Term]:
        """The terms that added most, strongest first; `added` says what each word added."""
        strongest = [
            int(at) for at in np.argsort(-added, kind="stable")[:_CONSIDERED] if added[at] > 0
        ]
        if not strongest:
            return []
        among = set(strongest)
        found = [
            *phrases,
            *(Term(text, key) for key, text in self._runs.items() if among.issuperset(key)),
        ]
        return _greedy(found, added)


def weight(term: Term, added: Floats) -> float:
    """What a term's words added to the score, each once."""
    return float(sum(added[at] for at in set(term.words)))


def _greedy(found: Sequence[Term], added: Floats) -> list[Term]:
    """The strongest of these terms that share no word; of equals, the one named first."""
    chosen: list[Term] = []
    covered: set[int] = set()
    for term in sorted(found, key=lambda one: -weight(one, added)):
        if covered.isdisjoint(term.words):
            if chosen and weight(term, added) < _WEAKEST * weight(chosen[0], added):
                break
            chosen.append(term)
            covered.update(term.words)
            if len(chosen) == TERMS_NAMED:
                break
    return chosen if chosen and weight(chosen[0], added) > 0 else []


def _capitals(text: str) -> int:
    return sum(sign.isupper() for sign in text)
