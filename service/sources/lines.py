"""The lines of a page saved as text: what each one is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from service.sources.dates import WrittenDate, written_date
from service.sources.draft import tidy
from service.sources.furniture import FRAME, MARK, MENU, RUN_IN


class Kind(Enum):
    """What a line of a page can be."""

    TEXT = auto()
    MENU = auto()
    """A word of the site's menus; a paper may be called so too."""
    FRAME = auto()
    """Furniture that is never a title."""
    MARK = auto()
    """Furniture that only a Papers page has."""
    BLANK = auto()
    NUMBER = auto()
    AUTHORS = auto()
    DATE = auto()
    DOT = auto()
    SUBMITTED = auto()
    UPVOTE = auto()


@dataclass(slots=True)
class Line:
    """One line, or one paragraph of lines: its kind, its text, and what could be read from it."""

    kind: Kind
    text: str
    value: int | None = None
    date: WrittenDate | None = None
    glued: bool = False
    """No blank line stands before it."""


_LINK_NUMBER = re.compile(r"\[\d+\]")
_BEFORE = re.compile(  # what a text browser puts before a text: buttons, stand-ins, bullets
    r"(?:(?:\((?:BUTTON|IMAGE|LINK)\)|\[(?: *|x|-|\d+|(?i:img|image|button|link))\]|!\[\]\(\S*\)) *"
    r"|[•‣◦∙·] *|[*+-] +|#{1,6} +)+"
)
_BARE = re.compile(r"[\s·•∙‧*+|–—_\[\](){}<>-]*")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]+)\](?:\(\S*\)|\[\d+\])")
_REFERENCE = re.compile(r" ?\[ *(\d+)\](?:\[\d+\]|\(\S*\))?$")
_NUMBER = re.compile(r"\d{1,9}|\d{1,3}(?:,\d{3}){1,2}", re.ASCII)
_THOUSANDS = re.compile(r"(\d{1,5})(?:\.(\d)\d*)?k", re.ASCII | re.IGNORECASE)
_AUTHORS = re.compile(r"(\d{1,6}) authors?(?: ?[·•] ?(.+))?", re.ASCII | re.IGNORECASE)
_SUBMITTED = re.compile(
    r"submitted by:?(?: (?:\[[^\]]*\] ?)?(.{1,60}?))?(?: on (\S.{3,29}))?", re.IGNORECASE
)
_PUBLISHED = re.compile(r"published(?: on)? (.{4,30})", re.IGNORECASE)
_UPVOTE = re.compile(r"upvotes?:?(?: (\S{1,9}))?", re.IGNORECASE)
_LOGIN = re.compile(r"[\w.-]{2,42}", re.ASCII)
_SHORT = 120  # a longer line is text, whatever it begins with


def read_lines(text: str) -> list[Line]:
    """Every line of a page with its kind; only line feeds and carriage returns end a line."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines: list[Line] = []
    for each in raw:
        line = _line(tidy(each))
        line.glued = bool(lines) and lines[-1].kind is not Kind.BLANK
        lines.append(line)
    _part_the_button(lines)
    _name_submitters(lines)
    return lines


def number(text: str) -> int | None:
    """The count that this text is, `1,204` and `1.2k` too; None for anything else."""
    if _NUMBER.fullmatch(text):
        return int(text.replace(",", ""))
    if found := _THOUSANDS.fullmatch(text):
        return int(found[1]) * 1000 + int(found[2] or 0) * 100
    return None


def _part_the_button(lines: list[Line]) -> None:
    """Take the newsletter's button off the first title, where it ran into it."""
    for index, line in enumerate(lines):
        found = RUN_IN.fullmatch(line.text) if line.kind is Kind.TEXT else None
        if found:
            lines[index] = replace(_line(found[1]), glued=line.glued)
        if found or len(line.text) > _SHORT or line.text.lower() == "subscribe":
            return


def _name_submitters(lines: Sequence[Line]) -> None:
    """Read the name that stands on a line of its own below `Submitted by`."""
    told = [line for line in lines if line.kind not in (Kind.BLANK, Kind.FRAME)]
    for line, name, following in zip(told, told[1:], told[2:], strict=False):
        nameless = line.kind is Kind.SUBMITTED and not line.text and _LOGIN.fullmatch(name.text)
        if nameless and following.kind not in (Kind.AUTHORS, Kind.DOT):
            line.text, name.kind = name.text, Kind.FRAME


def _line(text: str) -> Line:
    if not text:
        return Line(Kind.BLANK, "")
    bare = _without_marks(text)
    if _BARE.fullmatch(bare):
        return _bare(text)
    if len(bare) > _SHORT:
        return Line(Kind.FRAME if FRAME.fullmatch(bare) else Kind.TEXT, bare)
    return _counted(bare) or _furniture(bare) or Line(Kind.TEXT, bare)


def _without_marks(text: str) -> str:
    """The text alone: no bullets, buttons or stand-ins before it, no marks of a link around it."""
    if found := _BEFORE.match(text, 0, _SHORT):
        text = text[found.end() :]
    if text.startswith(("[", "![")) and (link := _LINK.fullmatch(text)):
        return _without_marks(link["text"].strip())
    return text


def _bare(text: str) -> Line:
    if text in ("-", "[-]", "–", "—", "[-] -"):  # where a count would stand: none is shown
        return Line(Kind.NUMBER, "")
    return Line(Kind.DOT if any(dot in text for dot in "·•*∙") else Kind.FRAME, "")


def _counted(text: str) -> Line | None:
    """The line if it is one of those that hold a count, a date or a name."""
    if (value := number(text)) is not None:
        return Line(Kind.NUMBER, text, value)
    if found := _AUTHORS.fullmatch(text):
        return Line(Kind.AUTHORS, text, int(found[1]), _day(found[2] or "")[0])
    if found := _SUBMITTED.fullmatch(text):
        return Line(Kind.SUBMITTED, found[1] or "", None, _day(found[2] or "")[0])
    if found := _UPVOTE.fullmatch(text):
        return Line(Kind.UPVOTE, text, number(found[1] or ""))
    day, count = _day(text.rpartition(" · ")[2])  # a laboratory's name may stand before the date
    return Line(Kind.DATE, text, count, day) if day else None


def _day(text: str) -> tuple[WrittenDate | None, int | None]:
    published = _PUBLISHED.fullmatch(text)
    return written_date(_REFERENCE.sub(r" \1", published[1] if published else text)) or (None, None)


def _furniture(text: str) -> Line | None:
    if MARK.fullmatch(text):
        return Line(Kind.MARK, text)
    if FRAME.fullmatch(text):
        return Line(Kind.FRAME, text)
    return Line(Kind.MENU, text) if MENU.fullmatch(_LINK_NUMBER.sub("", text)) else None
