"""What a reader reads: the same words in preview, archive and mail."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, UndefinedError

from service.errors import Unrenderable
from service.mail.render import Renderer, template_folder
from service.mail.templates import environment
from service.mail.views import ConfirmView, KnownView, LoginView, ReasonView
from service.text import columns, readable
from tests.letters import LINKS, RENDERER, Page, edition, paper

THEN = datetime(2025, 7, 31, tzinfo=UTC)


def test_preview_and_mail_are_the_same_words() -> None:
    """Pitfall 26."""
    assert RENDERER.edition(edition()) == Renderer(template_folder()).edition(edition())


def test_both_parts_have_the_same_papers_and_links() -> None:
    """Pitfall 33."""
    rendered = RENDERER.edition(edition(*[paper(number) for number in range(1, 9)]))
    page = Page(rendered.html)
    assert len(page.links) == 8 * 3 + 3
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
        (
            ReasonView("author", authors=("Ada & Co", "Bo Sample")),
            "By <em>Ada &amp; Co</em> and <em>Bo Sample</em>, whom you follow",
            "By Ada & Co and Bo Sample, whom you follow.",
        ),
        (ReasonView("trending"), "Popular today", "Popular today."),
    ],
)
def test_each_kind_of_reason_has_its_words(reason: ReasonView, html: str, text: str) -> None:
    rendered = RENDERER.edition(edition(paper(reason=reason)))
    bare = re.sub(r' style="[^"]*"', "", rendered.html)
    assert html in bare
    assert text in rendered.text


def test_a_snippet_stands_where_a_long_abstract_would_be_cut() -> None:
    long = f"First things first. {'And much more of it. ' * 40}Spindles foretell memory."
    chosen = paper(abstract=long, snippet="… Spindles foretell memory.")
    rendered = RENDERER.edition(edition(chosen))
    for words in (rendered.text, Page(rendered.html).text):
        assert "… Spindles foretell memory." in words
        assert "First things first." not in words
    short = RENDERER.edition(
        edition(paper(abstract="All of it. And more.", snippet="All of it. …"))
    )
    assert "All of it. And more." in short.text


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
    assert len(Page(rendered.html).links) == 5
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


@given(st.lists(st.text(max_size=400), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_makes_a_mail(texts: list[str]) -> None:
    papers = [
        paper(n, title=text, abstract=text, authors=text, reason=ReasonView("terms", (text,)))
        for n, text in enumerate(texts, start=1)
    ]
    rendered = RENDERER.edition(edition(*papers))
    page = Page(rendered.html)
    assert len(page.links) == 3 * len(texts) + 3
    assert all(link in rendered.text for link in page.links)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_confirmation_says_yes_or_never_and_nothing_that_was_typed(language: str) -> None:
    yes, never = LINKS.confirm(7, THEN), LINKS.never(7)
    rendered = RENDERER.confirm(ConfirmView(language, yes, never))
    page = Page(rendered.html)
    assert set(page.links) == {yes, never}
    assert yes in rendered.text
    assert never in rendered.text
    assert page.headings == ["h1"]
    assert len(rendered.subject) <= 78


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_mail_with_a_login_link_has_no_other(language: str) -> None:
    """Pitfall 33."""
    link = LINKS.login(7, THEN)
    for rendered in (
        RENDERER.login(LoginView(language, link)),
        RENDERER.known(KnownView(language, link)),
    ):
        assert set(Page(rendered.html).links) == {link}
        assert link in rendered.text
        assert Page(rendered.html).headings == ["h1"]
        assert len(rendered.subject) <= 78


def test_templates_are_found_in_a_checkout() -> None:
    assert (template_folder() / "email" / "edition" / "body.html").is_file()


def test_an_edition_without_papers_can_be_previewed() -> None:
    empty = replace(edition(), papers=())
    assert "Thursday, 31 July 2025" in RENDERER.edition(empty).subject


def test_a_paper_that_was_drawn_says_so_in_both_forms() -> None:
    rendered = RENDERER.edition(edition(paper(1), paper(2, explored=True)))
    for text in (rendered.text, rendered.html):
        assert " ".join(text.split()).count("A try: drawn by chance") == 1
