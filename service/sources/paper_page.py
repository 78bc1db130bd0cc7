"""The page of a single paper, saved as text: a digest of one."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from service.sources.dates import page_day
from service.sources.decoding import NoDigest
from service.sources.draft import (
    BadRecord,
    DigestDraft,
    PaperDraft,
    Refused,
    arxiv_id,
    excerpt,
    tidy,
)
from service.sources.lines import Kind, Line

_ID = re.compile(r"arxiv: ?(\S{8,30})", re.IGNORECASE)
_ID_LENGTH = 40
_PROSE_LENGTH = 200
_LABELS = ("authors:", "abstract", "summary")
_END = re.compile(
    r"view (?:arxiv page|pdf)|add to collection|community(?: \d+)?|get this paper in your agent:?"
    r"|(?:models|datasets|spaces) citing this paper.*|collections including this paper.*"
    r"|project page|github(?: .{1,12})?|arxiv(?: page)?|pdf",
    re.IGNORECASE,
)
_AI_SUMMARY = "ai-generated summary"
_GAP_BEFORE_SIGN = re.compile(r" +(?=[,.;:!?)])")


def is_paper_page(lines: Sequence[Line]) -> bool:
    """Whether this is the page of one paper: its arXiv id on a line, and such a page's labels."""
    start = _start(lines)
    return start is not None and any(
        line.text.lower() in _LABELS or line.text.lower().startswith("published on")
        for line in lines[start:]
    )


def read_paper_page(lines: Sequence[Line], *, source: str, sha256: str, today: date) -> DigestDraft:
    """The digest of one paper that such a page is, on the day it was submitted to the list."""
    start = _start(lines)
    if start is None:
        raise NoDigest("a page of one paper without its arXiv id")
    rest = [line for line in lines[start + 1 :] if line.kind is not Kind.BLANK]
    submitted = next(
        (line.date for line in rest if line.kind is Kind.SUBMITTED and line.date), None
    )
    published = next((line.date for line in rest if line.kind is Kind.DATE), None)
    known = [published.whole] if published and published.whole else []
    day = page_day(submitted, known, today) if submitted else None
    papers: tuple[PaperDraft, ...] = ()
    refused: tuple[Refused, ...] = ()
    try:
        published_on = published.latest(day or today) if published else None
        papers = (_paper(_number(lines[start]), rest, published_on),)
    except BadRecord as error:
        refused = (Refused(1, str(error), excerpt(" ".join(line.text for line in rest[:3]))),)
    return DigestDraft(source, day, papers, refused, sha256)


def _start(lines: Sequence[Line]) -> int | None:
    return next((index for index, line in enumerate(lines) if _number(line)), None)


def _number(line: Line) -> str | None:
    found = _ID.fullmatch(line.text) if len(line.text) <= _ID_LENGTH else None
    return arxiv_id(found[1]) if found else None


def _paper(number: str | None, rest: Sequence[Line], published_on: date | None) -> PaperDraft:
    title, below = _title(rest)
    authors = _authors(below)
    summary, abstract = _abstract(below)
    return PaperDraft(
        1,
        title,
        abstract,
        author_count=len(authors) if authors else None,
        authors=authors,
        published_on=published_on,
        upvotes=_upvotes(rest),
        arxiv_id=number,
        url=f"https://arxiv.org/abs/{number}",
        details={"ai_summary": summary} if summary else {},
    )


def _title(rest: Sequence[Line]) -> tuple[str, Sequence[Line]]:
    """The title, which may stand in several paragraphs, and the lines below it."""
    words: list[str] = []
    for index, line in enumerate(rest):
        if line.kind not in (Kind.TEXT, Kind.MENU, Kind.FRAME) or line.text.lower() in _LABELS:
            return " ".join(words), rest[index:]
        if line.kind is not Kind.FRAME:
            words.append(line.text)
    return " ".join(words), ()


def _authors(lines: Sequence[Line]) -> tuple[str, ...] | None:
    """The authors' names; None where the page left gaps, since then nobody knows how many."""
    block = _between(lines, "authors:", "abstract")
    names = [tidy(name) for name in " ".join(line.text for line in block).split(",")]
    return tuple(names) if all(names) else None


def _abstract(lines: Sequence[Line]) -> tuple[str | None, str | None]:
    """The summary that the site made, and the abstract that the authors wrote."""
    texts = [line.text for line in _between(lines, "abstract", None) if line.text]
    lowered = [text.lower() for text in texts]
    cut = lowered.index(_AI_SUMMARY) if _AI_SUMMARY in lowered else None
    if not texts:  # a page without the label: the one paragraph that is long enough
        longest = max((line.text for line in lines), key=len, default="")
        return None, longest if len(longest) >= _PROSE_LENGTH else None
    if cut is None:
        return None, _joined(texts)
    return _joined(texts[:cut]) or None, _joined(texts[cut + 1 :]) or None


def _between(lines: Sequence[Line], label: str, end_label: str | None) -> list[Line]:
    found: list[Line] | None = None
    for line in lines:
        lowered = line.text.lower()
        if found is None:
            found = [] if lowered == label else None
        elif lowered == end_label or _END.fullmatch(lowered):
            break
        else:
            found.append(line)
    return found or []


def _joined(texts: Iterable[str]) -> str:
    """One paragraph of the pieces that the links in it were cut into."""
    return _GAP_BEFORE_SIGN.sub("", " ".join(texts))


def _upvotes(lines: Sequence[Line]) -> int | None:
    for line, following in pairwise(lines):
        if line.kind is Kind.UPVOTE:
            return line.value if line.value is not None else following.value
    return None
