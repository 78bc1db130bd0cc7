"""What a reader sees: the same words in preview, archive and mail, in their language."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, UndefinedError
from jinja2.ext import babel_extract

from service.errors import Unrenderable
from service.mail.links import Links
from service.mail.render import Renderer, encoded_size, template_folder
from service.mail.templates import environment
from service.mail.views import ConfirmView, EditionView, PaperView, ReasonView
from service.text import columns, readable

RENDERER = Renderer(template_folder())
LINKS = Links("https://papers.example", ["k" * 32])
DAY = date(2025, 7, 31)
BECAUSE = ReasonView("terms", ("graph networks", "sparsity"))
GMAIL_CUTS_AT = 102_000


def paper(position: int = 1, **fields: object) -> PaperView:
    values = {
        "position": position,
        "title": f"Made-Up Title {position}",
        "url": f"https://arxiv.example/abs/2501.{position:05}",
        "abstract": "We count what others guess. The counts differ.",
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
    values = {
        "day": DAY,
        "language": "en",
        "papers": papers or (paper(1), paper(2)),
        "trending": False,
        "candidates": 1254,
        "leave_url": LINKS.leave("ab" * 16),
        "view_url": LINKS.view(2**62),
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


def test_preview_and_mail_are_the_same_words() -> None:
    """Pitfall 26."""
    assert RENDERER.edition(edition()) == Renderer(template_folder()).edition(edition())


def test_both_parts_have_the_same_papers_and_links() -> None:
    """Pitfall 33."""
    rendered = RENDERER.edition(edition(*[paper(number) for number in range(1, 9)]))
    page = Page(rendered.html)
    assert len(page.links) == 8 * 3 + 2
    for link in page.links:
        assert link in rendered.text
    for number in range(1, 9):
        assert f"Made-Up Title {number}" in page.text
        assert f"{number}. Made-Up Title {number}" in rendered.text


def test_a_title_leads_straight_to_the_paper() -> None:
    assert (
        Page(RENDERER.edition(edition(paper())).html).links[0]
        == "https://arxiv.example/abs/2501.00001"
    )


def test_no_line_of_the_text_is_wider_than_78_columns() -> None:
    long = paper(abstract="A rather long word " * 60, authors="字" * 200, title="Title " * 40)
    for line in RENDERER.edition(edition(long)).text.splitlines():
        assert columns(line) <= 78 or "://" in line


def test_tex_never_reaches_the_subject() -> None:
    """Pitfall 36."""
    title = readable(r"$\mathcal{O}(n^2)$ \emph{Proofs}")
    assert RENDERER.edition(edition(paper(title=title))).subject == "O(n²) Proofs"


def test_the_subject_names_the_first_paper_and_counts_the_rest() -> None:
    """Pitfall 37."""
    hostile = paper(title="A Title\r\nBcc: evil@y.example =?utf-8?q?x?=")
    subject = RENDERER.edition(edition(hostile, *[paper()] * 1200)).subject
    assert subject == "A Title Bcc: evil@y.example = ?utf-8?q?x?=, and 1,200 more"
    assert len(RENDERER.edition(edition(paper(title="Word " * 99), paper())).subject) <= 78


@pytest.mark.parametrize(
    ("reason", "html", "text"),
    [
        (
            ReasonView("terms", ("graphs", "a < b", "sparsity")),
            "Because of <em>graphs</em>, <em>a &lt; b</em> and <em>sparsity</em>",
            "Because of graphs, a < b and sparsity.",
        ),
        (
            ReasonView("liked", liked_title="Tides & Time"),
            "Resembles <em>Tides &amp; Time</em>, which you liked",
            "Resembles “Tides & Time”, which you liked.",
        ),
        (ReasonView("trending"), "Popular today", "Popular today."),
    ],
)
def test_each_kind_of_reason_has_its_words(reason: ReasonView, html: str, text: str) -> None:
    rendered = RENDERER.edition(edition(paper(reason=reason)))
    bare = re.sub(r' style="[^"]*"', "", rendered.html)
    assert html in bare
    assert text in rendered.text


def test_a_trending_edition_says_that_it_is_one() -> None:
    rendered = RENDERER.edition(edition(trending=True))
    assert "trending order" in Page(rendered.html).text
    assert "trending order" in rendered.text
    assert "trending order" not in RENDERER.edition(edition()).text


def test_zero_upvotes_are_shown_and_unknown_ones_are_not() -> None:
    """Pitfall 10."""
    assert "0 upvotes" in RENDERER.edition(edition(paper(upvotes=0))).text
    assert "upvote" not in RENDERER.edition(edition(paper(upvotes=None))).text


def test_authors_are_named_or_else_counted() -> None:
    assert "Ada Example, Bo Sample · 3 July 2025" in RENDERER.edition(edition(paper())).text
    assert "1 author ·" in RENDERER.edition(edition(paper(authors="", author_count=1))).text
    unknown = paper(authors="", author_count=None, published_on=None, upvotes=None, abstract=None)
    assert "author" not in RENDERER.edition(edition(unknown)).text


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "file:///etc/passwd", "https://a@b.example", "https://x y"],
)
def test_only_pages_are_linked(url: str | None) -> None:
    rendered = RENDERER.edition(edition(paper(url=url)))
    assert len(Page(rendered.html).links) == 4
    assert "Read it" not in rendered.text


def test_mark_up_in_a_title_is_shown_not_followed() -> None:
    title = "<script>alert(1)</script> {{ 7*7 }} {% include 'x' %} \"quoted\""
    rendered = RENDERER.edition(edition(paper(title=title)))
    assert "script" not in [tag for tag, _ in Page(rendered.html).tags]
    assert title in Page(rendered.html).text
    assert "{{ 7*7 }}" in rendered.text


def test_a_value_that_is_missing_stops_the_template() -> None:
    words = environment(
        DictLoader({"a.html": "{{ paper.titel }}"}), RENDERER.languages.choose("en")
    )
    with pytest.raises(UndefinedError):
        words.get_template("a.html").render(paper=paper())


def test_what_no_template_can_show_costs_one_message_only() -> None:
    with pytest.raises(Unrenderable):
        RENDERER.edition(edition(paper(upvotes="many")))


# ── size ──


@pytest.mark.parametrize("sign", ["a", "é", "字", "="])
def test_fifteen_papers_with_the_longest_abstracts_stay_under_80_kb(sign: str) -> None:
    """Pitfall 35."""
    long = [
        paper(n, abstract=f"{sign * 9} " * 2000, title=f"{sign * 7} " * 100) for n in range(1, 16)
    ]
    rendered = RENDERER.edition(edition(*long))
    assert encoded_size(rendered.html) <= 80_000
    assert len(Page(rendered.html).links) == 15 * 3 + 2
    if sign == "a":
        assert rendered.html.count("aaaaaaaaa " * 50) == 15


@pytest.mark.parametrize("sign", ["a", "字"])
def test_fifty_papers_are_never_cut_by_a_mail_program(sign: str) -> None:
    """Pitfall 35."""
    url = "https://x.example/" + "u" * 1900
    long = [paper(n, abstract=sign * 5000, title=sign * 500, url=url) for n in range(1, 51)]
    rendered = RENDERER.edition(edition(*long))
    assert len(rendered.html.encode()) < encoded_size(rendered.html) <= 95_000 < GMAIL_CUTS_AT
    assert Page(rendered.html).links[-1] == LINKS.leave("ab" * 16)
    assert "in your browser" in Page(rendered.html).text
    assert rendered.text.count(LINKS.vote(2**62, 50, "more")) == 1


@given(st.lists(st.text(max_size=400), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_makes_a_mail(texts: list[str]) -> None:
    papers = [
        paper(n, title=text, abstract=text, authors=text, reason=ReasonView("terms", (text,)))
        for n, text in enumerate(texts, start=1)
    ]
    rendered = RENDERER.edition(edition(*papers))
    page = Page(rendered.html)
    assert len(page.links) == 3 * len(texts) + 2
    assert all(link in rendered.text for link in page.links)


# ── for everybody ──


def test_the_page_is_built_for_those_who_hear_it() -> None:
    page = Page(RENDERER.edition(edition()).html)
    assert page.headings == ["h1", "h2", "h2"]
    root = dict(page.tags)["html"]
    assert (root["lang"], root["dir"]) == ("en", "ltr")
    for tag, attributes in page.tags:
        if tag == "table":
            assert attributes["role"] == "presentation"
        if tag == "a" and "/v/" in (attributes["href"] or ""):
            assert re.match(
                r"(More|Less) like this: Made-Up Title \d", attributes["aria-label"] or ""
            )


def test_the_preheader_is_short_real_and_hidden() -> None:
    html = RENDERER.edition(edition(paper(1), *[paper(2, title="Word " * 50)] * 2)).html
    found = re.search(r'<div class="preheader" style="display:none[^"]*">([^<]*)</div>', html)
    assert found
    assert 0 < len(found[1]) <= 110
    assert found[1].startswith("Also: Word Word")


def test_nothing_in_a_mail_is_fetched_from_anywhere() -> None:
    html = RENDERER.edition(edition()).html
    assert not {tag for tag, _ in Page(html).tags} & {"img", "link", "script", "iframe", "object"}
    assert not re.search(r"url\(|@import|@font-face", html)


def colours(css: str) -> Iterator[tuple[str, str, str]]:
    """(selector, property, colour) of everything that a style sheet paints."""
    for rule in re.finditer(r"([^{}]+)\{([^{}]*)\}", css):
        for name, colour in re.findall(r"(?<![-\w])(color|background): (#[0-9a-f]{6})", rule[2]):
            for selector in rule[1].split(","):
                yield selector.strip(), name, colour


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_in_dark(scheme: str) -> None:
    folder = template_folder() / "email"
    css = (folder / "style.css").read_text()
    if scheme == "dark":
        css += (
            (folder / "adapt.css").read_text().replace("{{ ground }}", "").replace("{{ ink }}", "")
        )
    painted = {(selector, name): colour for selector, name, colour in colours(css)}
    sheet = painted[".sheet", "background"]
    inks = {selector: colour for (selector, name), colour in painted.items() if name == "color"}
    assert len(inks) > 12
    for selector, ink in inks.items():
        if selector != ".preheader":
            ground = painted.get((selector, "background"), sheet)
            assert contrast(ink, ground) >= 4.5, selector


def test_text_of_the_other_direction_finds_its_own() -> None:
    html = RENDERER.edition(edition(paper(title="عنوان"))).html
    assert '<h2 dir="auto"' in html


# ── languages ──


def messages() -> Iterator[str | tuple[str, ...]]:
    for file in sorted(template_folder().glob("email/**/*.*")):
        if file.suffix in (".html", ".txt"):
            with file.open("rb") as source:
                for _, call, found, _ in babel_extract(source, ("gettext", "ngettext"), (), {}):
                    parts = (found,) if isinstance(found, str) else tuple(found)
                    yield parts[:2] if call == "ngettext" else parts[0]  # type: ignore[misc]


def catalog(code: str) -> Catalog:
    path = template_folder() / "locale" / code / "LC_MESSAGES" / "paperround.po"
    with path.open("rb") as source:
        return read_po(source, locale=code)


@pytest.mark.parametrize("code", [code for code in RENDERER.languages.codes if code != "en"])
def test_a_catalog_has_every_message_and_no_place_left_open(code: str) -> None:
    words = catalog(code)
    for found in messages():
        known = words.get(found if isinstance(found, str) else found[0])
        assert known, found
        translated = known.string if isinstance(known.string, tuple) else (known.string,)
        for text in translated:
            places = re.findall(r"%\((\w+)\)s", text)
            wanted = re.findall(r"%\((\w+)\)s", found if isinstance(found, str) else found[1])
            assert sorted(places) == sorted(wanted)
            assert text
        assert not known.fuzzy


def test_a_german_reader_gets_german_words_dates_and_numbers() -> None:
    rendered = RENDERER.edition(edition(language="de"))
    assert "Donnerstag, 31. Juli 2025" in rendered.text
    assert "2 Arbeiten, ausgewählt aus 1.254." in rendered.text
    assert "Wegen graph networks und sparsity." in rendered.text
    assert rendered.subject == "Made-Up Title 1 und 1 weitere"
    assert '<html lang="de"' in rendered.html


@pytest.mark.parametrize(
    ("asked", "lang"),
    [("de-AT", "de-AT"), ("de_CH", "de-CH"), ("fr", "en"), ("xx", "en"), ("", "en")],
)
def test_the_nearest_language_is_chosen(asked: str, lang: str) -> None:
    assert RENDERER.languages.choose(asked).code == lang


def test_the_catalogs_are_sources_only() -> None:
    assert not list(template_folder().rglob("*.mo"))


# ── confirming ──


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_confirmation_has_one_link_and_nothing_that_was_typed(language: str) -> None:
    link = LINKS.confirm(7, datetime(2025, 7, 31, tzinfo=UTC))
    rendered = RENDERER.confirm(ConfirmView(language, link))
    page = Page(rendered.html)
    assert set(page.links) == {link}
    assert link in rendered.text
    assert page.headings == ["h1"]
    assert len(rendered.subject) <= 78


def test_templates_are_found_in_a_checkout() -> None:
    assert (template_folder() / "email" / "edition" / "body.html").is_file()
    assert isinstance(template_folder(), Path)


def test_an_edition_without_papers_can_be_previewed() -> None:
    empty = replace(edition(), papers=())
    assert "Thursday, 31 July 2025" in RENDERER.edition(empty).subject
