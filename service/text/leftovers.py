"""Titles and abstracts as sources have them, with their leftovers of TeX and HTML, made readable."""

import html
import re
import unicodedata

from service.text.plain import collapse, plain
from service.text.symbols import GREEK
from service.text.tex import GAP, Tex

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HOLDS_TEX = re.compile(r"[\\${}^_~]|--|``")
_GAPS = re.compile(r"[\s\0]+")
_DASHES = re.compile(r"(?<=[^\s-])-{2,3}(?!-)|(?<=\s)-{2,3}(?=\s)")
_QUOTES = re.compile(r"``([^`]{1,300}?)''")

# Commands whose backslash a page has lost, and that are no words: `mathcal{O}`, `varepsilon`.
_LOST = re.compile(
    r"(?<!\\)(?:math(?:cal|bb|bf|rm|it|sf|frak|scr)|operatorname)(?=\{)"
    r"|(?<![A-Za-z\\])(?:(?:text(?:bf|it|tt|rm|sc|sf)?|emph|[dt]?frac|sqrt|hat|tilde|overline)(?=\{)"
    r"|(?:varepsilon|vartheta|varphi|varrho|infty|leq|geq|neq|propto|simeq|lesssim|gtrsim|cdot|[lc]dots"
    r"|rightarrow|leftarrow|leftrightarrow|Rightarrow)(?![A-Za-z]))"
)
_LOW_OR_HIGH = re.compile(r"[\^_]\{[^{}\\]{1,40}\}")
_GREEK = re.compile(r"(?<![A-Za-z])(?:" + "|".join(GREEK) + r")(?![A-Za-z])")


def readable(text: str) -> str:
    """The text with TeX turned into signs and words, entities unescaped once, on one line.

    `$\\mathcal{O}(n^2)$` becomes `O(n²)`, `Andr\\'e` becomes `André`; `x < y` stays as it is.
    """
    text = plain(_ENTITY.sub(lambda entity: html.unescape(entity[0]), plain(text)))
    text = _with_backslashes(text)
    if _HOLDS_TEX.search(text):
        text = _GAPS.sub(_closed, Tex(text).read(0, len(text), maths=False))
        text = _DASHES.sub(lambda dashes: "–" if len(dashes[0]) == 2 else "—", text)
        text = _QUOTES.sub(r"“\1”", text)
    return collapse(unicodedata.normalize("NFC", text))


def _with_backslashes(text: str) -> str:
    """The text with the backslashes put back that a page has lost beyond doubt."""
    text = _LOST.sub(r"\\\g<0>", text)
    return _LOW_OR_HIGH.sub(lambda script: _GREEK.sub(r"\\\g<0>", script[0]), text)


def _closed(gap: re.Match[str]) -> str:
    """What stays of a run of blanks and gaps: nothing before `.` if something was left out."""
    unsaid = GAP in gap[0]
    follows = gap.string[gap.end() : gap.end() + 1]
    return "" if unsaid and (follows in ".,;:!?)]" or gap[0].strip(GAP) == "") else " "
