"""The data inside the site's HTML pages."""

import json
from html.parser import HTMLParser
from typing import Any

from service.sources.decoding import NoDigest

_TARGETS = ("DailyPapers", "PaperContent")


def is_html(text: str) -> bool:
    """Whether the text is a web page."""
    start = text[:2000].lstrip("\ufeff \t\r\n").lower()
    return start.startswith("<") and any(
        tag in start for tag in ("<!doctype", "<html", "<head", "<body", "<div")
    )


def page_properties(text: str) -> Any:
    """The properties that the page hands to its list of papers; raises `NoDigest` where it has none.

    They stand as escaped JSON in an attribute of one element, which is found by its target.
    """
    reader = _Reader()
    try:
        reader.feed(text)  # never closed: closing goes over the rest again for each mark left open
    except AssertionError:  # so the library calls a marked section that it does not know
        raise NoDigest("a web page that can't be read") from None
    if reader.properties is None:
        title = " ".join("".join(reader.title).split())[:60]
        raise NoDigest(f"a web page without a list of papers, titled {title!r}")
    try:
        return json.loads(reader.properties, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise NoDigest("a web page whose list of papers is damaged") from None


class _Reader(HTMLParser):
    """Looks for the one element, and keeps the page's title for the message."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.properties: str | None = None
        self.title: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if self.properties is None and found.get("data-target") in _TARGETS:
            self.properties = found.get("data-props")
        self._in_title = tag == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
