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

from service.sources.dates import WrittenDate, page_day
from service.sources.decoding import NoDigest
from service.sources.draft import BadRecord, DigestDraft, PaperDraft, Refused, excerpt
from service.sources.lines import Kind, Line, read_lines
from service.sources.pairing import Reading, Role, cheapest_reading, cut_into_pieces
from service.sources.paper_page import is_paper_page, read_paper_page

SOURCE = "saved_page"

_SCIENCE = re.compile(
    r"\b(?:in this (?:paper|work|article|letter|study|survey|report)|this (?:paper|work|article|survey)"
    r"|we (?:\w+ly |also |then |further |first |here )?(?:propose|present|introduce|show|study|prove|find"
    r"|develop|investigate|demonstrate|describe|analy[sz]e|consider|explore|examine|derive|establish"
    r"|construct|evaluate|obtain|design|formulate)"
    r"|our (?:results?|method|approach|model|findings|analysis|experiments?|framework|algorithm)"
    r"|state[- ]of[- ]the[- ]art|(?:is|are) (?:proposed|introduced|studied|investigated|shown))\b",
    re.IGNORECASE,
)
_NEVER_IN_TITLES = re.compile(r"[=;{}<>|]|^[\w.-]+:$|^(?:from|to|cc|date|subject|re|fwd?): ", re.IGNORECASE)
_REPEATED = 4
_MOST_LINES = 500_000


@dataclass(slots=True)
class _Entry:
    """One paper as the page shows it, before anything of it is believed."""

    title: str = ""
    abstract: list[str] = field(default_factory=list)
    lead: list[Line] = field(default_factory=list)
    block: list[Line] = field(default_factory=list)


def read_saved_page(text: str, *, sha256: str, today: date) -> DigestDraft:
    """The papers of a saved page; raises `NoDigest` for a text that is none.

    `today` is the day by which a date without a year is understood.
    """
    if text.count("\n") + text.count("\r") > 2 * _MOST_LINES:
        raise NoDigest(f"a text of more than {_MOST_LINES:,} lines")
    lines = read_lines(text)
    if is_paper_page(lines):
        return read_paper_page(lines, source=SOURCE, sha256=sha256, today=today)
    reading = _best_reading(lines)
    _check_evidence(lines, reading)
    header, entries = _entries(reading)
    return _drafts(header, entries, sha256, today)


def _best_reading(lines: Sequence[Line]) -> Reading:
    repeated = Counter(line.text for line in lines if line.kind is Kind.TEXT and len(line.text) <= 60)
    for line in lines:  # no page names a paper so often: it is furniture that we do not know
        if line.kind is Kind.TEXT and repeated[line.text] >= _REPEATED:
            line.kind = Kind.MENU
    joined = cheapest_reading(cut_into_pieces(lines, joined=True))
    by_line = cheapest_reading(cut_into_pieces(lines, joined=False))
    return min(by_line, joined, key=lambda reading: reading.cost)


def _check_evidence(lines: Sequence[Line], reading: Reading) -> None:
    """Refuse a text that is no Papers page, however well its paragraphs happen to alternate."""
    found = reading.roles.count(Role.TITLE)
    if not found:
        raise NoDigest(f"a text in which no paper stands, beginning {_beginning(lines)}")
    kinds = Counter(line.kind for line in lines)
    listed = kinds[Kind.AUTHORS] and (kinds[Kind.DOT] or kinds[Kind.DATE] or kinds[Kind.SUBMITTED])
    if kinds[Kind.MARK] or listed:
        return
    if not _reads_like_papers(reading):
        raise NoDigest(f"a text that does not read like papers, beginning {_beginning(lines)}")


def _reads_like_papers(reading: Reading) -> bool:
    """Whether a page without any furniture is titles and abstracts of science, and nothing else."""
    texts = [piece.line.text for piece in reading.pieces]
    abstracts = [text for text, role in zip(texts, reading.roles, strict=True) if role is Role.ABSTRACT]
    titles = [text for text, role in zip(texts, reading.roles, strict=True) if role is Role.TITLE]
    if len(abstracts) < 2 or len(abstracts) < 0.9 * len(titles):
        return False
    scientific = sum(bool(_SCIENCE.search(text)) for text in abstracts)
    titled = sum(not _NEVER_IN_TITLES.search(text) for text in titles)
    even = reading.cost <= 0.5 * len(abstracts) + 4
    return even and scientific >= 0.6 * len(abstracts) and titled >= 0.8 * len(titles)


def _beginning(lines: Sequence[Line]) -> str:
    first = next((line.text for line in lines if line.text), "")
    return f"{first[:60]!r}"


def _entries(reading: Reading) -> tuple[list[Line], list[_Entry]]:
    """The lines before the first paper, and the papers in order, each with its own lines."""
    header: list[Line] = []
    entries: list[_Entry] = []
    for piece, role in zip(reading.pieces, reading.roles, strict=True):
        between = entries[-1].block if entries else header
        between += piece.before
        if role is Role.TITLE:
            entries.append(_Entry(piece.line.text))
        elif role is Role.ORPHAN:
            entries.append(_Entry(abstract=[piece.line.text]))
        elif role is not Role.SKIP:
            entries[-1].abstract.append(piece.line.text)
        elif entries and _is_name(piece.line.text):
            entries[-1].block.append(piece.line)
    if reading.pieces and entries:
        entries[-1].block += reading.pieces[-1].after
    _share_out(header, entries)
    return header, entries
