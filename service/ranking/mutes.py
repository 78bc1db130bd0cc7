"""Mutes: finding the texts that hold a phrase, without a regular expression from a reader's words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.ranking.words import folded


class PhraseFinder:
    """Texts in which phrases are looked up as whole words, whatever their case and dashes."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [folded(text) for text in texts]
        self._known: dict[str, NDArray[np.int64]] = {}
        self._holders: dict[str, list[int]] = {}
        for at, text in enumerate(self._texts):
            for word in set(_pieces(text)):
                self._holders.setdefault(word, []).append(at)

    def holders(self, phrase: str) -> NDArray[np.int64]:
        """The numbers of the texts that hold the phrase; a phrase without any sign is in none."""
        sought = folded(phrase)
        if (known := self._known.get(sought)) is None:
            known = np.array(
                [at for at in self._candidates(sought) if holds(self._texts[at], sought)], np.int64
            )
            if len(self._known) < 100_000:
                self._known[sought] = known
        return known

    def _candidates(self, sought: str) -> Sequence[int]:
        pieces = _pieces(sought)
        if not pieces:
            return range(len(self._texts)) if sought else ()
        return min((self._holders.get(piece, []) for piece in pieces), key=len)


def holds(text: str, phrase: str) -> bool:
    """Whether a folded text holds a folded phrase that neither begins nor ends within a word."""
    at = text.find(phrase) if phrase else -1
    while at >= 0:
        if _apart(text, at - 1, phrase[0]) and _apart(text, at + len(phrase), phrase[-1]):
            return True
        at = text.find(phrase, at + 1)
    return False


def _apart(text: str, at: int, edge: str) -> bool:
    return not (0 <= at < len(text) and edge.isalnum() and text[at].isalnum())


def _pieces(text: str) -> list[str]:
    """The runs of letters and digits in a folded text."""
    return "".join(sign if sign.isalnum() else " " for sign in text).split()
