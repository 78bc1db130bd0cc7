"""Which paragraph of a page is a title, which an abstract: the cheapest reading of them all.

Pages differ in their furniture and may lack any of it, so nothing is counted off from the top.
Every reading of the paragraphs costs something where it is odd (a title of 400 letters, an abstract
of five, a title without abstract where the others have one), and the cheapest one wins. It is
found in one pass (Viterbi's algorithm).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from math import inf

from service.sources.lines import Kind, Line


class Role(IntEnum):
    """What a paragraph is read as."""

    SKIP = 0
    TITLE = 1
    ABSTRACT = 2
    MORE = 3
    """The abstract goes on."""
    ORPHAN = 4
    """An abstract whose title is missing."""


@dataclass(slots=True)
class Piece:
    """A paragraph, and the lines with counts, dates and names around it."""

    line: Line
    before: list[Line] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """The role of each paragraph, and how odd the whole is: 0 is a page as in the book."""

    pieces: Sequence[Piece]
    roles: Sequence[Role]
    cost: float


# Where one can be between two paragraphs; an open title waits for its abstract.
_START, _OUT, _TITLE, _ABSTRACT, _END = range(5)
# What a step costs, in the order that `_prices` gives
_EDGE, _STRAY, _INSIDE, _HEAD, _BODY, _MORE, _LOST, _LOST_FIRST = range(8)
_MOVES = (
    (_START, _START, _EDGE, Role.SKIP),
    (_START, _TITLE, _HEAD, Role.TITLE),
    (_START, _OUT, _LOST_FIRST, Role.ORPHAN),
    (_OUT, _TITLE, _HEAD, Role.TITLE),
    (_OUT, _OUT, _STRAY, Role.SKIP),
    (_OUT, _OUT, _LOST, Role.ORPHAN),
    (_OUT, _END, _EDGE, Role.SKIP),
    (_TITLE, _ABSTRACT, _BODY, Role.ABSTRACT),
    (_TITLE, _TITLE, _INSIDE, Role.SKIP),
    (_ABSTRACT, _ABSTRACT, _MORE, Role.MORE),
    (_ABSTRACT, _ABSTRACT, _INSIDE, Role.SKIP),
    (_END, _END, _EDGE, Role.SKIP),
)
_NAME_LENGTH = 60
_PROSE_LENGTH = 250
_WIDEST = 250


def cut_into_pieces(lines: Sequence[Line], *, joined: bool) -> list[Piece]:
    """The paragraphs of a page: lines that no blank line parts (joined), or each line by itself."""
    pieces: list[Piece] = []
    between: list[Line] = []
    for line in _paragraphs(lines) if joined else lines:
        if line.kind in (Kind.TEXT, Kind.MENU):
            pieces.append(Piece(line, before=between))
            between = []
        elif line.kind not in (Kind.BLANK, Kind.FRAME):
            between.append(line)
    for one, following in pairwise(pieces):
        one.after = following.before
    if pieces:
        pieces[-1].after = between
    return pieces


def cheapest_reading(pieces: Sequence[Piece]) -> Reading:
    """The roles that fit these paragraphs best, in time that grows with their number."""
    costs, lone = [0.0, inf, inf, inf, inf], 0.0
    steps: list[list[tuple[int, Role]]] = []
    for index, piece in enumerate(pieces):
        closing = _close(costs, lone, parted=bool(piece.before))
        costs, step = _step(costs, _prices(pieces, index))
        if step[_TITLE][1] is Role.TITLE:
            lone = _lone_price(pieces, index)
        steps.append([(closing if origin == _OUT else origin, role) for origin, role in step])
    costs[_TITLE] += lone
    last = min(range(len(costs)), key=costs.__getitem__)
    return Reading(pieces, _trace(steps, last), costs[last])


def _paragraphs(lines: Sequence[Line]) -> list[Line]:
    """The lines with each wrapped paragraph in one; its last line may look like a menu's word."""
    width = _width(lines)
    groups: list[list[Line]] = []
    for line in lines:
        begun = groups and groups[-1][0].kind is Kind.TEXT
        if begun and _could_follow(groups[-1][-1], line) and _full(groups[-1][-1], line, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [
        group[0] if len(group) == 1 else Line(Kind.TEXT, " ".join(line.text for line in group))
        for group in groups
    ]


def _width(lines: Sequence[Line]) -> float:
    """How wide the page's lines are where they are wrapped, but for the few that stick out.

    A page of long lines is not wrapped, even if two short ones meet where an abstract is missing.
    """
    lengths = sorted(len(one.text) for one, two in pairwise(lines) if _could_follow(one, two))
    long = sum(line.kind is Kind.TEXT and len(line.text) > _WIDEST for line in lines)
    return lengths[len(lengths) * 19 // 20] if 4 * len(lengths) > long else inf


def _could_follow(line: Line, following: Line) -> bool:
    """Whether the second line could be wrapped from the first: a long one is a paragraph by itself."""
    like_text = following.kind in (Kind.TEXT, Kind.MENU) or following.text.startswith("http")
    short = len(line.text) <= _WIDEST and len(following.text) <= _WIDEST
    return following.glued and like_text and short


def _full(line: Line, following: Line, width: float) -> bool:
    """Whether the next word had no place on the line."""
    word = following.text.partition(" ")[0]
    return len(line.text) + 1 + len(word) > width


def _close(costs: list[float], lone: float, *, parted: bool) -> int:
    """End the open entry where that is cheapest (in place); gives the place that this came from."""
    ways = {_OUT: costs[_OUT], _ABSTRACT: costs[_ABSTRACT], _TITLE: costs[_TITLE] + lone}
    origin = min(ways, key=ways.__getitem__)
    costs[_OUT] = ways[origin]
    if parted:  # counts and dates stand between a paper and the next, never inside one
        costs[_TITLE] = costs[_ABSTRACT] = inf
    return origin


def _step(
    costs: Sequence[float], prices: Sequence[float]
) -> tuple[list[float], list[tuple[int, Role]]]:
    reached = [inf] * len(costs)
    step = [(_START, Role.SKIP)] * len(costs)
    for origin, target, price, role in _MOVES:
        cost = costs[origin] + prices[price]
        if cost < reached[target]:
            reached[target] = cost
            step[target] = (origin, role)
    return reached, step


def _trace(steps: Sequence[Sequence[tuple[int, Role]]], last: int) -> list[Role]:
    roles: list[Role] = []
    for step in reversed(steps):
        last, role = step[last]
        roles.append(role)
    return roles[::-1]


def _prices(pieces: Sequence[Piece], index: int) -> tuple[float, ...]:
    """What each role costs here; the numbers weigh one oddity against another."""
    piece = pieces[index]
    text = piece.line.text
    length = len(text)
    menu = piece.line.kind is Kind.MENU and not (_is_led(piece) and _has(piece, Kind.AUTHORS))
    stray = 0.0 if menu else 4 + length / 60
    lost = 4.0 if length >= _PROSE_LENGTH else inf
    return (
        0.0 if menu else 1 + length / 80,
        stray,
        0.2 if _is_name(piece) and not menu else stray,
        _title_price(text) + 2 * menu,
        _abstract_price(text),
        _more_price(text, pieces[index - 1].line),
        lost,
        lost + 3.5,
    )


def _is_led(piece: Piece) -> bool:
    """Whether a submitter or upvotes stand before it, as they do before a title of the daily list."""
    return any(line.kind in (Kind.SUBMITTED, Kind.NUMBER) for line in piece.before)


def _is_name(piece: Piece) -> bool:
    """Whether this could be a laboratory's name, which stands where authors are counted."""
    short = len(piece.line.text) <= _NAME_LENGTH and not piece.line.text.endswith((".", "!", "?"))
    return short and not piece.before and _has(piece, Kind.DOT, Kind.AUTHORS, Kind.DATE)


def _title_price(text: str) -> float:
    length = len(text)
    ended = length > 60 and text.endswith(".")
    prose = length > 120 and text.count(". ") + ended >= 2
    return 0.5 * ended + 2.5 * prose + min(6.0, max(0, length - 200) / 50)


def _abstract_price(text: str) -> float:
    sentence = text.endswith((".", "!", "?")) or ". " in text
    return (1.2 if sentence else 3.0) * max(0.0, 1 - len(text) / _PROSE_LENGTH)


def _more_price(text: str, before: Line) -> float:
    ended = before.kind is Kind.MENU or before.text.endswith((".", "!", "?", ":"))
    signs = (not ended) + text[:1].islower()
    return (6.0, 3.2 if len(text) <= _WIDEST else 5.0, 0.5)[signs]


def _lone_price(pieces: Sequence[Piece], index: int) -> float:
    """What a title without an abstract costs: little on a list that shows none."""
    piece = pieces[index]
    counted = _has(piece, Kind.AUTHORS)
    if not piece.after and index + 1 < len(pieces):  # a laboratory's name may stand between
        following = pieces[index + 1]
        counted = _is_name(following) and _has(following, Kind.AUTHORS)
    return 0.3 if _is_led(piece) or counted else 3.0


def _has(piece: Piece, *kinds: Kind) -> bool:
    return any(line.kind in kinds for line in piece.after)
