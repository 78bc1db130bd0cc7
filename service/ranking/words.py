"""Words of a text: where they stand, which count, how they are compared."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from service.text import readable

# The second branch eats TeX's commands, so that `\\mathbf` never becomes a word.
_TOKEN = re.compile(r"[^\W_]+|\\[A-Za-z]+")
_DASHES = re.compile(r"[-\u00ad\u2010-\u2015\u2212_/]+")

_STOP_WORDS = """
    about above after again all almost along already also although always am among an and another any
    are aren around as at away be became because been before being below between both but by can cannot
    could did do does doing done down due during each either else enough especially etc even ever every
    few first for from further furthermore had has have having he hence her here hers him his how
    however if in indeed instead into is isn it its itself just largely least less like likely made
    mainly make makes many may me might more moreover most mostly much must my namely near nearly
    neither never nevertheless no nor not now of off often on once one only onto or other others
    otherwise our ours out over own per perhaps quite rather really same second several she should
    show showed shown shows since so some still such than that the their theirs them themselves then
    there thereby therefore these they third this those though three through throughout thus to
    together too toward towards two under unless until up upon us use used uses using usually various
    very via was we well were what when where whereas whether which while who whom whose why will with
    within without would yet you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True)
class Token:
    """A word that counts: its form for comparing, and where it stands in the text."""

    word: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words that count, in order: two signs or more, no stop words, no TeX commands."""
    for found in _TOKEN.finditer(text):
        if found.end() - found.start() > 1 and text[found.start()] != "\\":
            word = found.group().casefold()
            if word not in STOP_WORDS:
                yield Token(word, found.start(), found.end())


def words(text: str) -> list[str]:
    """The words that count, as they are compared."""
    return [token.word for token in tokens(text)]


def folded(text: str) -> str:
    """The text as phrases are looked for in it: no case, dashes as blanks, single blanks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_DASHES.sub(" ", plain).split())


def whole_text(title: str, abstract: str | None) -> str:
    """What is learnt of a paper: its title and, if it is known, its abstract, as people read them."""
    return f"{readable(title)}\n{readable(abstract)}" if abstract else readable(title)
