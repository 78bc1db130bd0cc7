"""Stems: words without their endings, so that `networks` finds `network`.

Light on purpose: a stem only has to be the same for forms of one word, and need not be a word.
"""

from functools import lru_cache

_ENDINGS = (  # what a word ends in, what is left of that, and how long the rest must be
    ("ies", "y", 3),
    ("sses", "ss", 3),
    ("ations", "at", 4),
    ("ation", "at", 4),
    ("ingly", "", 4),
    ("edly", "", 4),
    ("ings", "", 4),
    ("ing", "", 4),
    ("ness", "", 4),
    ("ments", "", 4),
    ("ment", "", 4),
    ("ically", "ic", 4),
    ("ally", "al", 4),
    ("ly", "", 4),
    ("ions", "", 5),
    ("ion", "", 5),
    ("ers", "", 4),
    ("ed", "", 4),
    ("er", "", 4),
    ("es", "", 4),
    ("s", "", 3),
    ("e", "", 4),
    ("al", "", 5),
    ("ive", "", 5),
    ("ic", "", 5),
)
_NO_PLURAL = ("ss", "us", "is")
_STAY_DOUBLED = "ls"
_SHORT = 4


@lru_cache(1 << 15)
def stem(word: str) -> str:
    """The word without the first of the known endings that it has."""
    for ending, left, least in _ENDINGS:
        rest = len(word) - len(ending)
        if rest < least or not word.endswith(ending):
            continue
        if ending == "s" and word.endswith(_NO_PLURAL):
            continue
        return word[:rest] + left if ending == "ies" else _plain(word[:rest] + left)
    return word


def _plain(rest: str) -> str:
    """Without the letter that an ending doubled (`planning`), or an e that it swallowed."""
    doubled = len(rest) > _SHORT and rest[-1] == rest[-2] and rest[-1] not in _STAY_DOUBLED
    return (rest[:-1] if doubled else rest).rstrip("e")
