"""Snippets: the one or two sentences of an abstract that speak most to one reader."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.ranking.features import Floats
from service.ranking.words import words
from service.text import sentences

LONGEST = 600
_ENDED = re.compile(r"""[.!?…。！？]["'”’」』）)\]]*$""")
_SMALL_PRINT = re.compile(
    r"https?:|www\.|doi\.org|©|\(c\) \d{4}|copyright|all rights reserved|please cite", re.IGNORECASE
)
_SECOND = 0.5
"""A second sentence is shown if it says at least so much of what the first one does."""


@dataclass(frozen=True)
class Abstract:
    """An abstract's sentences, which of the paper's words each has, and which part of their uses."""

    lengths: tuple[int, ...]
    words: tuple[NDArray[np.int64], ...]
    parts: tuple[Floats, ...]

    @classmethod
    def of(cls, text: str, types: Sequence[str]) -> "Abstract":
        """The abstract of a text as `whole_text` gives it; `types` are the paper's words."""
        _, _, abstract = text.partition("\n")
        number = {word: at for at, word in enumerate(types)}
        told = sentences(abstract)
        uses = Counter(words(text))
        shown = [each if _shows(each, whole=len(told) > 1) else "" for each in told]
        rows = [Counter(words(each)) for each in shown]
        return cls(
            tuple(len(each) for each in told),
            tuple(np.array([number[word] for word in row], np.int64) for row in rows),
            tuple(
                np.array([times / uses[word] for word, times in row.items()], np.float32)
                for row in rows
            ),
        )

    def snippet(self, added: Floats) -> tuple[int, ...]:
        """The numbers, from 0, of one or two sentences, in their order; `added` says what each word adds.

        A word that stands in many places adds a part in each. The second sentence is chosen without
        the words of the first, so that it says something else. Nothing if no sentence speaks for
        the paper.
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
        return float(added[self.words[at]] @ self.parts[at])


def _shows(sentence: str, *, whole: bool) -> bool:
    """Whether a sentence may stand in a letter: no small print, no address, and `whole` no half one."""
    ended = not whole or (_ENDED.search(sentence) and not sentence.endswith(("...", "…")))
    return bool(ended) and not _SMALL_PRINT.search(sentence)
