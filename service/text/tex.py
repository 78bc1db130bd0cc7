"""What is left of TeX in titles and abstracts, made readable.

Sources send TeX, pages that were saved as text have lost half of its signs, and abstracts are cut
in the middle of a group: nothing here takes a text to be well formed, and whatever is unknown
stays as it is. Every sign is looked at a bounded number of times.
"""

import html
import re
import unicodedata

from service.text import symbols
from service.text.plain import collapse, plain

DEEPEST = 20

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HOLDS_TEX = re.compile(r"[\\${}^_~]|--|``")
_STOP = re.compile(r"https?://[^\s{}$\\]+|[\\${}^_~']")
_MARKS = re.compile(r"[\\${}^_]")
_DOLLAR = re.compile(r"\\.|\$\$?", re.DOTALL)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_NAME = re.compile(r"[A-Za-z]+\*?")
_EXPONENT = re.compile(r"[+\-−]?\d+|[^\W_]|[*′]")
_OPTION = re.compile(r"\s?\[[^\[\]{}]{0,200}\]")
_DASHES = re.compile(r"(?<=[^\s-])-{2,3}(?!-)|(?<=\s)-{2,3}(?=\s)")
_QUOTES = re.compile(r"``([^`]{1,300}?)''")
_GAP = "\0"  # where something unsaid stood; `plain` leaves none in the text itself
_GAP_BEFORE_MARK = re.compile(r"\s*\0+\s*(?=[.,;:!?)\]])")
_SHORT_BASE = re.compile(r"(?:^|[^\w])[^\W\d_]{1,2}$|[)\]|′⁰-⁾ᴬ-ᵪ]$")

_SILENT = frozenset("!/-@*()[]")
_BLANK = frozenset(" \n,;:>\\")
_WRAPPERS = ("text", "math", "emph", "bold", "bm", "operatorname", "underline", "ensuremath")


def readable(text: str) -> str:
    """The text with TeX turned into signs and words, entities unescaped once, on one line.

    `$\\mathcal{O}(n^2)$` becomes `O(n²)`, `Andr\\'e` becomes `André`; `x < y` stays as it is.
    """
    text = plain(_ENTITY.sub(lambda entity: html.unescape(entity[0]), plain(text)))
    if _HOLDS_TEX.search(text):
        text = _Tex(text).read(0, len(text))
        text = _GAP_BEFORE_MARK.sub("", text).replace(_GAP, "")
        text = _DASHES.sub(lambda dashes: "–" if len(dashes[0]) == 2 else "—", text)
        text = _QUOTES.sub(r"“\1”", text)
    return collapse(unicodedata.normalize("NFC", text))


class _Tex:
    """One text, with its pairs of braces and dollars found beforehand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.closing = _braces(text)
        self.maths = _maths(text)
        self.depth = 0

    def read(self, start: int, end: int, *, maths: bool = False) -> str:
        """The readable form of text[start:end]."""
        if self.depth > DEEPEST:
            return _MARKS.sub("", self.text[start:end])
        self.depth += 1
        said: list[str] = []
        at = start
        while stop := _STOP.search(self.text, at, end):
            said.append(self.text[at : stop.start()])
            word, at = self._sign(stop, end, maths, _tail(said))
            said.append(word)
        said.append(self.text[at:end])
        self.depth -= 1
        return "".join(said)

    def _sign(self, stop: re.Match[str], end: int, maths: bool, before: str) -> tuple[str, int]:
        """What the sign at a stop says, and where to go on."""
        at = stop.start()
        match stop[0]:
            case "\\":
                return self._command(at, end, maths, before)
            case "$":
                return self._dollar(at, end)
            case "{":
                return self._group(at, end, maths, before)
            case "}":
                return ("" if maths else "}"), at + 1
            case "^" | "_":
                return self._script(at, end, maths, before)
            case "~":
                tie = before[-1:].strip() not in ("", "(") and self.text[at + 1 : end][:1].strip()
                return (" " if tie or maths else "~"), at + 1
            case "'":
                return ("′" if maths else "'"), at + 1
        return stop[0], stop.end()  # an address of the web stays as it is

    def _dollar(self, at: int, end: int) -> tuple[str, int]:
        start, stop, after = self.maths.get(at, (0, end, end))
        if stop >= end and at not in self.maths:
            return "$", at + 1
        return self.read(start, min(stop, end), maths=True), min(after, end)

    def _group(self, at: int, end: int, maths: bool, before: str) -> tuple[str, int]:
        close = self.closing.get(at, end)
        if close >= end:
            return ("" if maths or self.text[at + 1 : at + 2] == "\\" else "{"), at + 1
        inside = self.text[at + 1 : close]
        said = self.read(at + 1, close, maths=maths)
        touches = before[-1:].isalpha() or self.text[close + 1 : close + 2].isalpha()
        drop = maths or inside.startswith(("\\", "{")) or (touches and inside.isalnum())
        return (said if drop or (inside.isalpha() and len(inside) > 1) else f"{{{said}}}"), close + 1

    # ── raised and lowered ──

    def _script(self, at: int, end: int, maths: bool, before: str) -> tuple[str, int]:
        mark = self.text[at]
        braced = self.text[at + 1 : at + 2] in ("{", "\\")
        said, after = self._argument(at + 1, end)
        follows = self.text[after : after + 1]
        word = not maths and not braced and (follows.isalnum() or follows == mark)
        if mark == "_" and not maths and not braced:
            word = word or not _SHORT_BASE.search(before)
        if not said or word or not before.strip():
            return mark, at + 1
        signs = symbols.RAISED if mark == "^" else symbols.LOWERED
        if all(sign in signs for sign in said):
            return "".join(signs[sign] for sign in said), after
        return (f"{mark}{said}" if len(said) == 1 else f"{mark}({said})"), after

    def _argument(self, at: int, end: int, *, maths: bool = True) -> tuple[str, int]:
        """What the group, the command or the sign at a place says, and where it ends."""
        sign = self.text[at:end][:1]
        if sign == "{" and self.closing.get(at, end) < end:
            close = self.closing[at]
            return self.read(at + 1, close, maths=maths).strip(), close + 1
        if sign == "\\":
            said, after = self._command(at, end, maths, "")
            return said.strip(), after
        found = _EXPONENT.match(self.text, at, end)
        return (found[0], found.end()) if found else ("", at)
