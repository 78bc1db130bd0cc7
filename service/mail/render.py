"""A view becomes a mail's words; preview, archive and sending all come through here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from css_inline import CSSInliner, InlineError
from jinja2 import Environment, FileSystemLoader, TemplateError

from service.errors import Unrenderable
from service.mail.languages import Languages
from service.mail.templates import environment, template_folder
from service.mail.views import (
    ConfirmView,
    EditionView,
    KnownView,
    LoginView,
    PaperView,
    ReasonView,
    Rendered,
)
from service.text import collapse, header_safe, plain

__all__ = ["Renderer", "encoded_size", "template_folder"]

SUBJECT = 78
FEW = 15
LARGEST_OF_FEW = 80_000
LARGEST = 95_000
"""Octets of HTML as sent. Gmail cuts at about 102,000, and the link to leave stands at the end."""
LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters of each thing are shown."""

    abstract: int = 600
    title: int = 300
    line: int = 160
    label: int = 100


ROOMS = (
    Room(),
    Room(abstract=420, title=240, line=140, label=80),
    Room(abstract=280, title=180, line=120, label=60),
    Room(abstract=160, title=140, line=90, label=40),
    Room(abstract=80, title=100, line=60, label=30),
)


class Renderer:
    """Renders views in their reader's language; the same view gives the same words."""

    def __init__(self, templates: Path) -> None:
        self.languages = Languages(templates / "locale")
        self._loader = FileSystemLoader(templates)
        self._environments: dict[str, Environment] = {}
        self._inliner = CSSInliner(load_remote_stylesheets=False, minify_css=True)

    def edition(self, view: EditionView) -> Rendered:
        """A reader's edition.

        Long texts are shortened in the HTML until every mail program shows all of it; papers that
        still do not fit are in the plain text and in the browser. Raises Unrenderable.
        """
        with _or_unrenderable():
            return self._edition(_clean_edition(view))

    def _edition(self, view: EditionView) -> Rendered:
        letter = self._letter("edition", view.language, {"edition": view, "room": ROOMS[0]})
        largest = LARGEST_OF_FEW if len(view.papers) <= FEW else LARGEST
        html = ""
        for papers, room in _fits(view.papers):
            html = letter.html(papers=papers, room=room)
            if encoded_size(html) <= largest:
                break
        return Rendered(letter.subject, letter.text(papers=view.papers), html)

    def confirm(self, view: ConfirmView) -> Rendered:
        """The question whether an address asked for this; raises Unrenderable."""
        with _or_unrenderable():
            urls = {"confirm_url": view.confirm_url, "never_url": view.never_url}
            return self._plain("confirm", view.language, urls)

    def login(self, view: LoginView) -> Rendered:
        """A fresh link to the preferences; raises Unrenderable."""
        with _or_unrenderable():
            return self._plain("login", view.language, {"login_url": view.login_url})

    def known(self, view: KnownView) -> Rendered:
        """The news, to somebody who asked again, that they read already; raises Unrenderable."""
        with _or_unrenderable():
            return self._plain("known", view.language, {"login_url": view.login_url})

    def _plain(self, name: str, code: str, values: Mapping[str, Any]) -> Rendered:
        letter = self._letter(name, code, values)
        return Rendered(letter.subject, letter.text(), letter.html())

    def _letter(self, name: str, code: str, values: Mapping[str, Any]) -> "_Letter":
        language = self.languages.choose(code)
        if language.code not in self._environments:
            self._environments[language.code] = environment(self._loader, language)
        return _Letter(self._environments[language.code], name, values, self._inliner)


@contextmanager
def _or_unrenderable() -> Iterator[None]:
    """Whatever a template trips over costs this message only, not the batch it is in."""
    try:
        yield
    except _TRIPS as error:
        raise Unrenderable(f"a template failed: {error or type(error).__name__}") from error


_TRIPS = (
    TemplateError,
    InlineError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
)


class _Letter:
    """One mail's three templates, and what they are about."""

    def __init__(
        self, words: Environment, name: str, values: Mapping[str, Any], inliner: CSSInliner
    ) -> None:
        self._words, self._name, self._inliner = words, name, inliner
        self.subject = header_safe(self._fill("subject.txt", values), SUBJECT)
        self._values = {**values, "subject": self.subject}

    def text(self, **values: Any) -> str:
        filled = self._fill("body.txt", self._values | values)
        return "\n".join(line.rstrip() for line in filled.strip().splitlines()) + "\n"

    def html(self, **values: Any) -> str:
        return self._inliner.inline(self._fill("body.html", self._values | values))

    def _fill(self, part: str, values: Mapping[str, Any]) -> str:
        return self._words.get_template(f"email/{self._name}/{part}").render(values)


def encoded_size(text: str) -> int:
    """How many octets a text takes at most as quoted-printable UTF-8, soft line breaks included."""
    octets = text.encode()
    bare = len(octets.translate(None, _ESCAPED))
    characters = bare + 3 * (len(octets) - bare)
    return characters + 3 * (characters // 73 + 1) + octets.count(b"\n")


_ESCAPED = bytes({*range(256)} - {*range(32, 127), 9, 10} | {ord("=")})


def _fits(papers: tuple[PaperView, ...]) -> Iterator[tuple[tuple[PaperView, ...], Room]]:
    """All papers in less and less room, and then fewer and fewer of them."""
    for room in ROOMS:
        yield papers, room
    while papers:
        papers = papers[: len(papers) * 3 // 4]
        yield papers, ROOMS[-1]


def _clean_edition(view: EditionView) -> EditionView:
    """The edition without anything in its texts that hides, reorders or breaks lines."""
    return replace(
        view,
        papers=tuple(_clean_paper(paper) for paper in view.papers),
        notes=tuple(_line(note) for note in view.notes),
    )


def _clean_paper(paper: PaperView) -> PaperView:
    return replace(
        paper,
        title=_line(paper.title),
        url=_web_address(paper.url),
        abstract=_line(paper.abstract or "") or None,
        snippet=_line(paper.snippet or "") or None,
        authors=_line(paper.authors),
        reason=_clean_reason(paper.reason),
    )


def _clean_reason(reason: ReasonView) -> ReasonView:
    terms = tuple(line for term in reason.terms if (line := _line(term)))
    authors = tuple(line for each in reason.authors if (line := _line(each)))
    liked_title = _line(reason.liked_title or "") or None
    return replace(reason, terms=terms, liked_title=liked_title, authors=authors)


def _line(text: str) -> str:
    return collapse(plain(text))


def _web_address(url: str | None) -> str | None:
    """The address if a reader can safely follow it; a page, no script and no file."""
    if not url or len(url) > LONGEST_URL or plain(url) != url or len(url.split()) != 1:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    safe = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return url if safe else None
