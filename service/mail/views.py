"""What templates get: plain values, never rows."""

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class ReasonView:
    """Why a paper was chosen, as data; the templates find the words."""

    kind: Literal["terms", "liked", "author", "trending"]
    terms: tuple[str, ...] = ()
    liked_title: str | None = None
    authors: tuple[str, ...] = ()
    """Those whom the reader follows."""


@dataclass(frozen=True, slots=True)
class PaperView:
    """One recommendation; its texts are readable already (`service.text.readable`)."""

    position: int
    title: str
    url: str | None
    abstract: str | None
    """None where no source has shown it."""
    snippet: str | None
    """The sentences of the abstract that speak most to the reader, shown where there is no room for all."""
    authors: str
    """A line to read, such as `Ada Example, Bo Sample`; empty where only the number is known."""
    author_count: int | None
    published_on: date | None
    upvotes: int | None
    reason: ReasonView
    more_url: str
    less_url: str
    explored: bool = False
    """Drawn by chance, to learn what the reader says of it."""


@dataclass(frozen=True, slots=True)
class EditionView:
    """A reader's issue for one day."""

    day: date
    language: str
    papers: tuple[PaperView, ...]
    trending: bool
    """True when nothing is known of the reader, so that the digest's own order was kept."""
    candidates: int
    """How many papers were looked at."""
    leave_url: str
    view_url: str
    preferences_url: str
    notes: tuple[str, ...] = ()
    """Sentences in the reader's language, shown under the introduction."""


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """The question whether an address really asked for this; nothing that was typed stands in it."""

    language: str
    confirm_url: str
    never_url: str


@dataclass(frozen=True, slots=True)
class LoginView:
    """A fresh way to the preferences."""

    language: str
    login_url: str


@dataclass(frozen=True, slots=True)
class KnownView:
    """The answer to somebody who reads already and has asked again."""

    language: str
    login_url: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's words, the same for preview, archive and sending."""

    subject: str
    text: str
    html: str
