"""Reading TeX: commands, groups and maths become the signs and words that they stand for.

No text is taken to be well formed: pages lose half of its signs, and abstracts are cut in the
middle of a group. Whatever is unknown stays as it is, and no place is read twice.
"""

import re

from service.text import symbols
from service.text.pairs import brace_pairs, maths_pairs

DEEPEST = 20
GAP = "\0"  # said where something stood that says nothing, such as a citation

_STOP = re.compile(r"https?://[^\s{}$\\]+|[\\${}^_~']")
_MARKS = re.compile(r"[\\${}^_]")
_NAME = re.compile(r"[A-Za-z]+")
_SCRIPT = re.compile(r"[+\-−]?\d+|[^\W_]|[*′]")
_OPTION = re.compile(r"\s?\[[^\[\]{}]{0,200}\]")
_SHORT_BASE = re.compile(r"(?:^|\W)[^\W\d_]{1,2}$|[)\]|′⁰-⁾ᴬ-ᵪ]$")
_SILENT = frozenset("!/-@*()[]")
_BLANK = frozenset(" \n,;:>\\")
_WRAPPERS = ("text", "math", "emph", "bold", "bm", "operatorname", "underline", "ensuremath")


class Tex:
    """One text, with its pairs of braces and dollars found beforehand.

    Methods that read a piece return what it says and where it ends; `before` is what was said just
    before it.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.braces = brace_pairs(text)
        self.dollars = maths_pairs(text)
        self.depth = 0

    def read(self, start: int, end: int, *, maths: bool) -> str:
        """The readable form of text[start:end]."""
        if self.depth > DEEPEST:
            return _MARKS.sub("", self.text[start:end])
        self.depth += 1
        said: list[str] = []
        at = start
        while stop := _STOP.search(self.text, at, end):
            said.append(self.text[at : stop.start()])
            word, at = self._sign(stop, end, "".join(said[-4:])[-4:], maths=maths)
            said.append(word)
        said.append(self.text[at:end])
        self.depth -= 1
        return "".join(said)

    def _sign(self, stop: re.Match[str], end: int, before: str, *, maths: bool) -> tuple[str, int]:
        at = stop.start()
        match stop[0]:
            case "\\":
                return self._command(at, end, before, maths=maths)
            case "$" if at in self.dollars:
                pair = self.dollars[at]
                return self.read(pair.start, min(pair.stop, end), maths=True), min(pair.after, end)
            case "{":
                return self._group(at, end, before, maths=maths)
            case "^" | "_":
                return self._script(at, end, before, maths=maths)
            case "~":
                tie = before[-1:] not in ("", "(") and not before[-1:].isspace()
                said = " " if maths or (tie and self._sign_at(at + 1, end).strip()) else "~"
            case "'" | "}" if maths:
                said = "′" if stop[0] == "'" else ""
            case _:
                said = stop[0]
        return said, stop.end()

    def _sign_at(self, at: int, end: int) -> str:
        return self.text[at] if at < end else ""

    def _skip(self, blanks: str, at: int, end: int) -> int:
        while at < end and self.text[at] in blanks:
            at += 1
        return at

    # ── groups, raised and lowered signs ──

    def _group(self, at: int, end: int, before: str, *, maths: bool) -> tuple[str, int]:
        close = self.braces.get(at, end)
        if close >= end:
            return ("" if maths or self._sign_at(at + 1, end) == "\\" else "{"), at + 1
        inside = self.text[at + 1 : close]
        said = self.read(at + 1, close, maths=maths)
        touches = before[-1:].isalpha() or self._sign_at(close + 1, end).isalpha()
        word = inside.isalnum() and (touches or len(inside) > 1)
        if maths or word or not inside or inside.startswith(("\\", "{")):
            return said, close + 1
        return f"{{{said}}}", close + 1

    def _script(self, at: int, end: int, before: str, *, maths: bool) -> tuple[str, int]:
        mark = self.text[at]
        # asked before the argument is read: nothing may be read twice, or nesting doubles the work
        said, after = "", at
        if maths or self._is_script(at, end, before):
            said, after = self._argument(at + 1, end)
        if not said:
            return mark, at + 1
        signs = symbols.RAISED if mark == "^" else symbols.LOWERED
        if all(sign in signs for sign in said):
            return "".join(signs[sign] for sign in said), after
        return (f"{mark}{said}" if len(said) == 1 else f"{mark}({said})"), after

    def _is_script(self, at: int, end: int, before: str) -> bool:
        """Whether a mark outside maths raises or lowers; `snake_case` and `file_1` are words."""
        if self._sign_at(at + 1, end) == "{":
            return True
        if not before[-1:].strip():
            return False
        if self._sign_at(at + 1, end) == "\\":
            return True
        found = _SCRIPT.match(self.text, at + 1, end)
        follows = self._sign_at(found.end(), end) if found else ""
        if not found or follows.isalnum() or follows == self.text[at]:
            return False
        return self.text[at] == "^" or bool(_SHORT_BASE.search(before))

    def _argument(self, at: int, end: int) -> tuple[str, int]:
        """What the group, the command or the sign at a place says; nothing if there is none."""
        if words := self._words(at, end, maths=True):
            return words[0].strip(), words[1]
        if self._sign_at(at, end) == "\\" and self.depth <= DEEPEST:
            self.depth += 1
            said, after = self._command(at, end, "", maths=True)
            self.depth -= 1
            return said.strip(), after
        found = _SCRIPT.match(self.text, at, end)
        return (found[0], found.end()) if found else ("", at)

    def _words(self, at: int, end: int, *, maths: bool) -> tuple[str, int] | None:
        """What the braces at a place say, blanks and all; None if there are none."""
        close = self.braces.get(at, end) if self._sign_at(at, end) == "{" else end
        if close >= end:
            return None
        return self.read(at + 1, close, maths=maths), close + 1

    # ── commands ──

    def _command(self, at: int, end: int, before: str, *, maths: bool) -> tuple[str, int]:
        found = _NAME.match(self.text, at + 1, end)
        if not found:
            return self._short_command(at + 1, end)
        name, after = found[0], found.end()
        if self._sign_at(after, end) == "*":
            after += 1
        if name in symbols.ACCENTS:
            return self._accent(name, self._skip(" ", after, end), end)
        if name in symbols.SIGNS:
            return self._named_sign(name, after, end, before)
        if name in symbols.FUNCTIONS:
            gap = " " if before[-1:].isalnum() else ""
            said = gap + name + (" " if self._sign_at(after, end) == "\\" else "")
        elif name in symbols.LOOKS:
            said, after = "", self._skip(" \n", after, end)
            after += name in ("left", "right") and self._sign_at(after, end) == "."
        elif name in symbols.UNSAID:
            said, after = GAP, self._past_arguments(after, end)
        else:
            said, after = self._wrapped(name, after, end, maths=maths)
        return said, after

    def _short_command(self, at: int, end: int) -> tuple[str, int]:
        """A backslash before something that is no letter."""
        sign = self._sign_at(at, end)
        if sign in symbols.ACCENTS and sign:
            return self._accent(sign, at + 1, end)
        if sign in _BLANK:
            return " ", at + 1
        return ("" if sign in _SILENT else sign), min(at + 1, end)

    def _accent(self, name: str, at: int, end: int) -> tuple[str, int]:
        said, after = self._argument(at, end)
        if not said[:1].isalpha():
            return (name if name in "~^" else "") + said, after
        if len(said) > 1 and len(name) > 1:
            return said, after  # a hat over a whole expression
        bare = {"ı": "i", "ȷ": "j"}.get(said[0], said[0])
        return bare + symbols.ACCENTS[name] + said[1:], after

    def _named_sign(self, name: str, at: int, end: int, before: str) -> tuple[str, int]:
        said = symbols.SIGNS[name]
        if self.text.startswith("{}", at, end):
            return said, at + 2
        alone = name in symbols.OPERATORS and not before[-1:].isspace()
        if name in symbols.LETTERS or alone:
            at = self._skip(" ", at, end)
        return said, at

    def _past_arguments(self, at: int, end: int) -> int:
        for _ in range(2):
            if option := _OPTION.match(self.text, at, end):
                at = option.end()
        return self.braces[at] + 1 if self.braces.get(at, end) < end else at

    def _wrapped(self, name: str, at: int, end: int, *, maths: bool) -> tuple[str, int]:
        """A command that stands around words, or one that nobody knows."""
        words = self._words(at, end, maths=maths and not name.startswith("text"))
        if words is None and name == "sqrt" and (option := _OPTION.match(self.text, at, end)):
            words = self._words(option.end(), end, maths=True)
        if words is None:
            known = name.startswith(_WRAPPERS)
            return ("", self._skip(" ", at, end)) if known else (name, at)
        said, after = words
        if name == "sqrt":
            return "√" + _in_brackets(said), after
        if name == "mathbb" and len(said) == 1:
            return said.translate(symbols.DOUBLE_STRUCK), after
        if name in symbols.SECOND_SAYS or name.endswith("frac"):
            return self._second(name, said, after, end, maths=maths)
        return said or (name if not name.startswith(_WRAPPERS) else ""), after

    def _second(self, name: str, first: str, at: int, end: int, *, maths: bool) -> tuple[str, int]:
        words = self._words(at, end, maths=maths)
        if words is None:
            return first, at
        if name.endswith("frac"):
            return f"{_in_brackets(first)}/{_in_brackets(words[0])}", words[1]
        return words


def _in_brackets(said: str) -> str:
    """A term that can stand beside a fraction stroke or a root without being misread."""
    said = said.strip()
    return said if said.isalnum() or len(said) <= 1 else f"({said})"
