"""The site's own pages, which hold the data of the API in an attribute."""

from datetime import date
from typing import Any

import pytest

from service.errors import BadDigest
from service.sources import DigestDraft, read_digest
from tests.tools import pages
from tests.tools.pages import TOYS


def read(answer: Any) -> DigestDraft:
    data = answer if isinstance(answer, bytes) else pages.as_json(answer)
    return read_digest(data, name="page.html", today=date(2026, 11, 21))


@pytest.mark.parametrize("single_quotes", [False, True])
def test_the_sites_page_holds_the_same_papers(single_quotes: bool) -> None:
    properties = {
        "canSubmit": False,
        "date": "2025-01-02T00:00:00.000Z",
        "dailyPapers": pages.items(summary="Rock & roll is < 'loud' > \"quiet\" &amp; $x^2$."),
    }
    draft = read(pages.web_page(properties, single_quotes=single_quotes))
    assert draft.papers == read(properties["dailyPapers"]).papers
    assert draft.papers[0].abstract == "Rock & roll is < 'loud' > \"quiet\" &amp; $x^2$."
    assert draft.day == date(2025, 1, 2)


def test_the_sites_page_names_the_day_that_its_papers_do_not() -> None:
    items = pages.items(submittedOnDailyAt=None)
    for key, value in (("date", "2025-01-02T00:00:00.000Z"), ("dateString", "2025-01-02")):
        assert read(pages.web_page({key: value, "dailyPapers": items})).day == date(2025, 1, 2)


def test_the_page_or_object_of_one_paper_is_a_digest_of_one() -> None:
    paper = pages.item(TOYS[0])["paper"]
    for answer in (paper, pages.web_page({"paper": paper, "comments": []}, target="PaperContent")):
        draft = read(answer)
        assert [each.title for each in draft.papers] == [TOYS[0].title]
        assert draft.day == date(2025, 1, 2)


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Log in</body></html>",
        b"<html><body><h1>503 Service Unavailable</h1></body></html>",
        pages.web_page({"dailyPapers": []}).replace(b"DailyPapers", b"PapersToday"),
        pages.web_page({"dailyPapers": []}).replace(b": []}", b": ["),
        b"<!doctype html><![odd[ <html>",
    ],
)
def test_a_web_page_without_the_list_is_a_failure(page: bytes) -> None:
    """Pitfall 5."""
    with pytest.raises(BadDigest, match="found a web page"):
        read(page)


def test_a_week_names_a_day_and_mixes_many() -> None:
    week = [
        pages.item(toy, f"2501.0003{n}", submittedOnDailyAt=f"2025-01-0{1 + n % 5}T00:00:00.000Z")
        for n, toy in enumerate(TOYS)
    ]
    page = pages.web_page({"dailyPapers": week, "date": "2025-01-06T00:00:00.000Z"})
    assert read(page).day is None
