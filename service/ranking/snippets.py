"""Snippets: the one or two sentences of an abstract that speak most to one reader."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.ranking.features import Floats
from service.ranking.words import words
from service.text import sentences

LONGEST = 600
_SECOND = 0.5
"""A second sentence is shown if it says at least so much of what the first one does."""


@dataclass(frozen=True)
class Abstract:
    """An abstract's sentences, and which of the paper's words each of them has."""

    lengths: tuple[int, ...]
    words: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, text: str, types: Sequence[str]) -> "Abstract":
        """The abstract of a text as `whole_text` gives it; `types` are the paper's words."""
        _, _, abstract = text.partition("\n")
        number = {word: at for at, word in enumerate(types)}
        told = sentences(abstract)
        rows = [sorted({number[word] for word in words(each)}) for each in told]
        return cls(
            tuple(len(each) for each in told), tuple(np.array(row, np.int64) for row in rows)
        )

    def snippet(self, added: Floats) -> tuple[int, ...]:
        """The numbers, from 0, of one or two sentences, in their order; `added` says what each word adds.

        Each word counts once, so that the second sentence is one that says something else. Nothing
        if no sentence speaks for the paper.
        """
        first = self._best(added, ())
        if first is None:
            return ()
        rest = added.copy()
        rest[self.words[first]] = np.minimum(rest[self.words[first]], 0)
        second = self._best(rest, (first,))
        if second is None or self._value(rest, second) < _SECOND * self._value(added, first):
            return (first,)
        return (first, second) if first < second else (second, first)

    def _best(self, added: Floats, taken: tuple[int, ...]) -> int | None:
        used = sum(self.lengths[each] + 1 for each in taken)
        free = [
            at
            for at, length in enumerate(self.lengths)
            if at not in taken and (not taken or used + length <= LONGEST)
        ]
        best = max(free, key=lambda at: self._value(added, at), default=None)
        return best if best is not None and self._value(added, best) > 0 else None

    def _value(self, added: Floats, at: int) -> float:
        return float(added[self.words[at]].sum())
