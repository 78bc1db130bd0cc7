"""Editions to render, and a way to look at the page that comes of them."""

import re
from datetime import date
from html.parser import HTMLParser

from service.mail.links import Links
from service.mail.render import Renderer, template_folder
from service.mail.views import EditionView, PaperView, ReasonView

RENDERER = Renderer(template_folder())
LINKS = Links("https://papers.example", ["k" * 32])
DAY = date(2025, 7, 31)
BECAUSE = ReasonView("terms", ("graph networks", "sparsity"))


def paper(position: int = 1, **fields: object) -> PaperView:
    """A paper with everything known of it, except as told."""
    values = {
        "position": position,
        "title": f"Made-Up Title {position}",
        "url": f"https://arxiv.example/abs/2501.{position:05}",
        "abstract": "We count what others guess. The counts differ.",
        "snippet": None,
        "authors": "Ada Example, Bo Sample",
        "author_count": 2,
        "published_on": date(2025, 7, 3),
        "upvotes": 12,
        "reason": BECAUSE,
        "more_url": LINKS.vote(2**62, position, "more"),
        "less_url": LINKS.vote(2**62, position, "less"),
    }
    return PaperView(**(values | fields))  # type: ignore[arg-type]


def edition(*papers: PaperView, **fields: object) -> EditionView:
    """An edition of these papers, or of two."""
    values = {
        "day": DAY,
        "language": "en",
        "papers": papers or (paper(1), paper(2)),
        "trending": False,
        "candidates": 1254,
        "leave_url": LINKS.leave("ab" * 16),
        "view_url": LINKS.view(2**62),
        "preferences_url": LINKS.preferences(2**62),
    }
    return EditionView(**(values | fields))  # type: ignore[arg-type]


class Page(HTMLParser):
    """What a test wants to know of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        if tag == "a":
            self.links.append(values["href"] or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())
