"""Which brace and which dollar of a TeX text belongs to which."""

import re
from typing import NamedTuple

_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_DOLLAR = re.compile(r"\\.|\$\$?", re.DOTALL)
_TEX = re.compile(r"[\\^_{}]")


class Maths(NamedTuple):
    """Where maths begins and stops, and where the text after its dollars goes on."""

    start: int
    stop: int
    after: int


def brace_pairs(text: str) -> dict[int, int]:
    """The place of the closing brace, by the place of its opening one."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            pairs[opened.pop()] = brace.start()
    return pairs


def maths_pairs(text: str) -> dict[int, Maths]:
    """The maths between dollars, by the place of the first; prices open none."""
    dollars = [found for found in _DOLLAR.finditer(text) if found[0][0] == "$"]
    pairs: dict[int, Maths] = {}
    opening: re.Match[str] | None = None
    for dollar in dollars:
        if opening and dollar[0] == opening[0] and _is_maths(text, opening.end(), dollar.start()):
            pairs[opening.start()] = Maths(opening.end(), dollar.start(), dollar.end())
            opening = None
        else:
            opening = dollar
    return pairs


def _is_maths(text: str, start: int, stop: int) -> bool:
    """Whether dollars here and there hold maths: something of TeX, or no blank inside them."""
    inside = text[start:stop]
    if not inside.strip():
        return False
    if _TEX.search(inside):
        return True
    number_after = text[stop + 1 : stop + 2].isdigit()
    return not (inside[0].isspace() or inside[-1].isspace() or number_after)
