"""A Daily Papers page saved as text, in whichever layout the text browser left it.

A page **with abstracts** is title and abstract in turn, perhaps with a block of authors and date
behind each; the **daily list** has upvotes, title, number of authors and comments, and no abstract.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.sources.dates import page_day
from service.sources.decoding import NoDigest
from service.sources.draft import BadRecord, DigestDraft, PaperDraft, Refused, excerpt
from service.sources.lines import Kind, Line, read_lines
from service.sources.pairing import Reading, Role, cheapest_reading, cut_into_pieces
from service.sources.paper_page import is_paper_page, read_paper_page

SOURCE = "saved_page"

_SCIENCE = re.compile(
    r"\b(?:in this (?:paper|work|article|letter|study|survey|report)"
    r"|this (?:paper|work|article|survey)|we (?:\w+ly |also |then |further |first |here )?"
    r"(?:propose|present|introduce|show|study|prove|find|develop|investigate|demonstrate|describe"
    r"|analy[sz]e|consider|explore|examine|derive|establish|construct|evaluate|obtain|formulate)"
    r"|our (?:results?|method|approach|model|findings|analysis|experiments?|framework|algorithm)"
    r"|state[- ]of[- ]the[- ]art|(?:is|are) (?:proposed|introduced|studied|investigated|shown))\b",
    re.IGNORECASE,
)
_NEVER_IN_TITLES = re.compile(
    r"[=;{}<>|]|^[\w.-]+:$|^(?:from|to|cc|date|subject|re|fwd?): ", re.IGNORECASE
)
_REPEATED = 4
_ODD_PAGE, _ODD_PAPER = 15, 1.5
_MENU_LINES, _LONG = 200, 250
_MOST_LINES = 400_000


@dataclass(slots=True)
class _Entry:
    """One paper as the page shows it, before anything of it is believed."""

    title: str = ""
    abstract: list[str] = field(default_factory=list)
    lead: list[Line] = field(default_factory=list)
    """The lines before it that are its own: who submitted it, its upvotes."""
    block: list[Line] = field(default_factory=list)
    """The lines behind it: authors, date, comments."""


def read_saved_page(text: str, *, sha256: str, today: date) -> DigestDraft:
    """The papers of a saved page; raises `NoDigest` for a text that is none.

    `today` is the day by which a date without a year is understood.
    """
    if text.count("\n") + text.count("\r") > _MOST_LINES:
        raise NoDigest(f"a text of more than {_MOST_LINES:,} lines")
    lines = read_lines(text)
    if is_paper_page(lines):
        return read_paper_page(lines, source=SOURCE, sha256=sha256, today=today)
    reading = _best_reading(_below_menu(lines))
    header, entries = _entries(reading)
    first = next((line.text for line in lines if line.text), "")
    if not entries:
        raise NoDigest(f"a text in which no paper stands, beginning {first[:60]!r}")
    even = reading.cost <= _ODD_PAGE + _ODD_PAPER * len(entries)
    if not (even and (_looks_like_page(header, entries) or _reads_like_papers(reading))):
        raise NoDigest(f"a text that does not read like papers, beginning {first[:60]!r}")
    _share_out(header, entries)
    return _drafts(header, entries, sha256, today)


def _below_menu(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines from the page's own heading on, where it has one: menus stand above it."""
    heading = 0
    for index, line in enumerate(lines[:_MENU_LINES]):
        if line.kind in (Kind.AUTHORS, Kind.SUBMITTED) or len(line.text) > _LONG:
            break
        heading = index if line.kind is Kind.MARK else heading
    return lines[heading:]


def _best_reading(lines: Sequence[Line]) -> Reading:
    repeated = Counter(
        line.text for line in lines if line.kind is Kind.TEXT and len(line.text) <= 60
    )
    for line in lines:  # no page names a paper so often: it is furniture that we do not know
        if line.kind is Kind.TEXT and repeated[line.text] >= _REPEATED:
            line.kind = Kind.MENU
    by_line = cut_into_pieces(lines, joined=False)
    joined = cut_into_pieces(lines, joined=True)
    ways = [by_line] if len(joined) == len(by_line) else [by_line, joined]
    return min(map(cheapest_reading, ways), key=lambda reading: reading.cost)


def _looks_like_page(header: Sequence[Line], entries: Sequence[_Entry]) -> bool:
    """Whether the furniture of a Papers page stands before or around the papers."""
    counted = [entry for entry in entries if _has(entry.block, Kind.AUTHORS)]
    dated = [entry for entry in entries if _has(entry.block, Kind.DOT, Kind.DATE)]
    listed = bool(counted) and len(counted) + len(dated) >= len(entries)
    return _has(header, Kind.MARK) or listed


def _reads_like_papers(reading: Reading) -> bool:
    """Whether a page without any furniture is titles and abstracts of science, and nothing else."""
    texts = [piece.line.text for piece in reading.pieces]
    abstracts = [
        text for text, role in zip(texts, reading.roles, strict=True) if role is Role.ABSTRACT
    ]
    titles = [text for text, role in zip(texts, reading.roles, strict=True) if role is Role.TITLE]
    if len(abstracts) < 2 or len(abstracts) < 0.9 * len(titles):
        return False
    scientific = sum(bool(_SCIENCE.search(text)) for text in abstracts)
    titled = sum(not _NEVER_IN_TITLES.search(text) for text in titles)
    even = reading.cost <= 0.5 * len(abstracts) + 4
    return even and scientific >= 0.6 * len(abstracts) and titled >= 0.8 * len(titles)


def _entries(reading: Reading) -> tuple[list[Line], list[_Entry]]:
    """The lines before the first paper, and the papers in order, each with its own lines."""
    header: list[Line] = []
    entries: list[_Entry] = []
    for piece, role in zip(reading.pieces, reading.roles, strict=True):
        (entries[-1].block if entries else header).extend(piece.before)
        if role is Role.TITLE:
            entries.append(_Entry(piece.line.text))
        elif role is Role.ORPHAN:
            entries.append(_Entry(abstract=[piece.line.text]))
        elif role is not Role.SKIP:
            entries[-1].abstract.append(piece.line.text)
    if entries:
        entries[-1].block.extend(reading.pieces[-1].after)
    return header, entries


def _has(lines: Sequence[Line], *kinds: Kind) -> bool:
    return any(line.kind in kinds for line in lines)


def _share_out(header: list[Line], entries: Sequence[_Entry]) -> None:
    """Give the lines between two papers to the one that they belong to.

    Upvotes stand before a title and comments behind the authors, so of two numbers each gets one,
    and a single one is what the page shows before its first title.
    """
    dated = max((i for i, line in enumerate(header) if line.kind is Kind.DATE), default=-1)
    lead = header[dated + 1 :]
    upvotes_lead = any(line.kind is Kind.NUMBER for line in lead)
    for entry in entries:
        entry.lead = lead
        own = _own_length(entry.block, upvotes_lead=upvotes_lead)
        entry.block, lead = entry.block[:own], entry.block[own:]
    entries[-1].block += lead


def _own_length(block: Sequence[Line], *, upvotes_lead: bool) -> int:
    """How many of the lines behind a paper are its own; the others lead the next one."""
    for index, line in enumerate(block):
        if line.kind is Kind.SUBMITTED:
            return index
    last = max(
        (i for i, line in enumerate(block) if line.kind in (Kind.AUTHORS, Kind.DATE)), default=-1
    )
    numbers = [i for i in range(last + 1, len(block)) if _is_bare_number(block, i)]
    if len(numbers) > 1 or (numbers and upvotes_lead):
        return numbers[-1]
    return len(block)


def _is_bare_number(block: Sequence[Line], index: int) -> bool:
    labelled = index > 0 and block[index - 1].kind is Kind.UPVOTE and block[index - 1].value is None
    return block[index].kind is Kind.NUMBER and not labelled


def _drafts(
    header: Sequence[Line], entries: Sequence[_Entry], sha256: str, today: date
) -> DigestDraft:
    written = next((line.date for line in reversed(header) if line.date), None)
    whole = (line.date.whole for entry in entries for line in entry.block if line.date)
    day = page_day(written, (each for each in whole if each), today) if written else None
    papers: list[PaperDraft] = []
    refused: list[Refused] = []
    for record, entry in enumerate(entries, start=1):
        try:
            papers.append(_paper(record, entry, day or today))
        except BadRecord as error:
            refused.append(
                Refused(record, str(error), excerpt(entry.title or " ".join(entry.abstract)))
            )
    if not papers:
        raise NoDigest(f"a page of which no paper can be read: {refused[0].reason}")
    return DigestDraft(SOURCE, day, tuple(papers), tuple(refused), sha256)


def _paper(record: int, entry: _Entry, page: date) -> PaperDraft:
    behind = next((line.date for line in entry.block if line.date), None)
    submitter = next((line.text for line in entry.lead if line.kind is Kind.SUBMITTED), "")
    upvotes, comments = _upvotes(entry), _comments(entry.block)
    if upvotes is None and behind:
        upvotes, comments = comments, None  # a page with dates shows one count: its reactions
    details: dict[str, Any] = {"submitted_by": submitter} if submitter else {}
    return PaperDraft(
        record,
        entry.title,
        " ".join(entry.abstract) or None,
        author_count=next((line.value for line in entry.block if line.kind is Kind.AUTHORS), None),
        published_on=behind.latest(page) if behind else None,
        upvotes=upvotes,
        comments=comments,
        details=details,
    )


def _upvotes(entry: _Entry) -> int | None:
    for index, line in enumerate(entry.block):
        if line.kind is Kind.UPVOTE:
            following = entry.block[index + 1 : index + 2]
            return (
                line.value
                if line.value is not None
                else next((each.value for each in following), None)
            )
    return next((line.value for line in reversed(entry.lead) if line.kind is Kind.NUMBER), None)


def _comments(block: Sequence[Line]) -> int | None:
    """The number behind the date or the authors; none shown is unknown, not zero."""
    dated = next((line.value for line in block if line.kind is Kind.DATE), None)
    if dated is not None:
        return dated
    last = max(
        (i for i, line in enumerate(block) if line.kind in (Kind.AUTHORS, Kind.DATE)), default=-1
    )
    numbers = (block[i].value for i in range(last + 1, len(block)) if _is_bare_number(block, i))
    return next(numbers, None)
