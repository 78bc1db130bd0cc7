"""The languages we write in: complete catalogs, and the reader's own dates and numbers."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from service.mail.render import template_folder
from tests.letters import RENDERER, edition


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
