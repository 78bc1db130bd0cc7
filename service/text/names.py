"""Names of people, as bibliographies and sources write them, and whether two are one person's."""

import re
import unicodedata

from service.text.plain import collapse

_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHES = re.compile("['’ʼ`]")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})

Key = tuple[str, str]
"""The first and the last word of a name, as they are compared."""


def given_first(name: str) -> str:
    """The name as it is spoken: `Surname, Given` and `Surname, Jr, Given` become `Given Surname`."""
    parts = [collapse(part) for part in name.split(",")]
    spoken = [part for part in parts[1:] if not _is_suffix(part)]
    return collapse(" ".join([*spoken, parts[0]]))


def name_key(name: str) -> Key | None:
    """What all ways to write one name have in common; None for what holds no letters."""
    words = _words(name)
    return (words[0], words[-1]) if words else None


def same_person(one: str, other: str) -> bool:
    """Whether two names may be one person's, whatever their case, accents and order.

    An initial stands for an initial only: `J. Smith` is nobody's full name. A middle initial may be
    missing, a middle name may not.
    """
    ours, theirs = _words(one), _words(other)
    if not ours or not theirs or (ours[0], ours[-1]) != (theirs[0], theirs[-1]):
        return False
    middle, others = ours[1:-1], theirs[1:-1]
    if _full(middle) != _full(others):
        return False
    initials, their_initials = _initials(middle), _initials(others)
    return not initials or not their_initials or initials == their_initials


def _words(name: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", given_first(name)).casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign)).translate(_LETTERS)
    words = _WORD.findall(bare)
    return words[:-1] if len(words) > 2 and words[-1] in _SUFFIXES else words


def _full(words: list[str]) -> list[str]:
    return [word for word in words if len(word) > 1]


def _initials(words: list[str]) -> list[str]:
    return [word for word in words if len(word) == 1]


def _is_suffix(part: str) -> bool:
    return part.strip(". ").casefold() in _SUFFIXES
