"""What a parser hands over: drafts that are valid by construction, and what was refused and why."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.text import collapse, plain

TITLE_LIMIT = 1_000
ABSTRACT_LIMIT = 20_000
COUNT_LIMIT = 2**31 - 1  # what an integer column holds on both databases
NAME_LIMIT = 300
EXCERPT_LIMIT = 200

_ARXIV_ID = re.compile(
    r"(?:\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z][a-z-]*(?:\.[A-Z]{2})?/\d{7})", re.ASCII
)
_VERSION = re.compile(r"v[1-9]\d{0,2}$", re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}/\S{1,250}", re.ASCII)


class BadRecord(ValueError):
    """One record that can't be a paper; the others of its digest go on."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not be read: its number on the digest, from 1, and the reason."""

    record: int
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """One paper as a digest names it; None is unknown, and 0 is a value.

    Raises `BadRecord` where the database or the reader could not use it.
    """

    record: int
    title: str
    abstract: str | None = None
    author_count: int | None = None
    authors: tuple[str, ...] | None = None
    published_on: date | None = None
    upvotes: int | None = None
    comments: int | None = None
    arxiv_id: str | None = None
    doi: str | None = None
    url: str | None = None
    withdrawn_on: date | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what nobody could use, so that nobody behind the door checks again."""
        _check_text(self.title, "title", TITLE_LIMIT)
        if self.abstract is not None:
            _check_text(self.abstract, "abstract", ABSTRACT_LIMIT)
        for name in ("author_count", "upvotes", "comments"):
            _check_count(getattr(self, name), name.replace("_", " "))
        if self.arxiv_id is not None and not _ARXIV_ID.fullmatch(self.arxiv_id):
            raise BadRecord(f"not an arXiv id: {self.arxiv_id[:40]!r}")
        if self.doi is not None and not _DOI.fullmatch(self.doi):
            raise BadRecord(f"not a DOI: {self.doi[:40]!r}")


@dataclass(frozen=True, slots=True)
class DigestDraft:
    """What one file or answer announced: papers in its own order, and what was refused.

    `day` is the day that the source itself names. `likely_day` is what its records hint at, for
    want of anything better.
    """

    source: str
    day: date | None
    papers: tuple[PaperDraft, ...]
    refused: tuple[Refused, ...]
    sha256: str
    likely_day: date | None = None

    @property
    def entries(self) -> int:
        """How many records the digest holds, read and refused."""
        return len(self.papers) + len(self.refused)


def tidy(text: str) -> str:
    """The text on one line, without controls, broken halves and signs that hide or reorder others."""
    return collapse(text if text.isprintable() else plain(text))


def excerpt(text: str) -> str:
    """The beginning of a refused record, for the person who looks into it."""
    return tidy(text[: 2 * EXCERPT_LIMIT])[:EXCERPT_LIMIT]


def arxiv_id(text: str) -> str | None:
    """The arXiv id without its version, or None if this is none; `2503.02130` keeps its zero."""
    bare = _VERSION.sub("", text.strip())
    return bare if _ARXIV_ID.fullmatch(bare) else None


def _check_text(text: str, name: str, limit: int) -> None:
    if not text:
        raise BadRecord(f"no {name}")
    if len(text) > limit:
        raise BadRecord(f"its {name} has {len(text):,} characters, and {limit:,} is the most")
    if text != tidy(text):
        raise BadRecord(f"its {name} holds control characters")


def _check_count(value: int | None, name: str) -> None:
    if value is not None and not 0 <= value <= COUNT_LIMIT:
        raise BadRecord(f"{value} can't be its number of {name}")
