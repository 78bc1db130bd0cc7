"""How a mail looks and sounds: small enough, legible in light and dark, good to hear."""

import re
from collections.abc import Iterator

import pytest

from service.mail.render import encoded_size, template_folder
from tests.letters import LINKS, RENDERER, Page, edition, paper

GMAIL_CUTS_AT = 102_000


@pytest.mark.parametrize("sign", ["a", "é", "字", "="])
def test_fifteen_papers_with_the_longest_abstracts_stay_under_80_kb(sign: str) -> None:
    """Pitfall 35."""
    long = [
        paper(n, abstract=f"{sign * 9} " * 2000, title=f"{sign * 7} " * 100) for n in range(1, 16)
    ]
    rendered = RENDERER.edition(edition(*long))
    assert encoded_size(rendered.html) <= 80_000
    assert len(Page(rendered.html).links) == 15 * 3 + 3
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
