"""The JSON of the Daily Papers API, by itself and inside the site's pages."""

import json
from datetime import date
from typing import Any

import pytest

from service.errors import BadDigest
from service.sources import DigestDraft, PaperDraft, read_digest
from tests.tools import pages
from tests.tools.pages import TOYS

TODAY = date(2026, 11, 21)


def read(answer: Any) -> DigestDraft:
    data = answer if isinstance(answer, bytes) else pages.as_json(answer)
    return read_digest(data, name="answer.json", today=TODAY)


def one(**paper: Any) -> PaperDraft:
    draft = read([pages.item(TOYS[0], **paper)])
    assert draft.refused == ()
    return draft.papers[0]


def reason(broken: Any) -> str:
    """Why a record is refused between two good ones."""
    draft = read([pages.item(TOYS[0]), broken, pages.item(TOYS[1], "2501.00011")])
    assert [paper.record for paper in draft.papers] == [1, 3]
    assert [each.record for each in draft.refused] == [2]
    return draft.refused[0].reason


def test_an_answer_is_its_papers_in_order() -> None:
    draft = read(pages.items())
    assert (draft.source, draft.day, draft.refused) == ("huggingface", date(2025, 1, 2), ())
    assert [(p.title, p.abstract) for p in draft.papers] == [(t.title, t.abstract) for t in TOYS]
    first = draft.papers[0]
    assert (first.arxiv_id, first.url) == ("2501.00010", "https://arxiv.org/abs/2501.00010")
    assert (first.published_on, first.upvotes, first.comments) == (date(2025, 1, 1), 7, 2)
    assert first.authors == ("Ada Example 0", "Ada Example 1", "Ada Example 2")


def test_an_id_is_a_text_and_keeps_its_last_zero() -> None:
    """Pitfall 6."""
    assert one(arxiv_id="2503.02130").arxiv_id == "2503.02130"
    assert one(arxiv_id="2503.02130v12").arxiv_id == "2503.02130"
    assert one(arxiv_id="hep-th/9901001v2").arxiv_id == "hep-th/9901001"
    assert "its id is a number" in reason(pages.item(TOYS[2], 2503.0213))  # type: ignore[arg-type]


def test_an_id_of_another_kind_is_kept_but_is_no_arxiv_id() -> None:
    paper = one(arxiv_id="lab/report 7")
    assert (paper.arxiv_id, paper.url) == (None, "https://huggingface.co/papers/lab%2Freport%207")
    assert paper.details["id"] == "lab/report 7"


def test_zero_upvotes_are_zero_and_missing_ones_unknown() -> None:
    """Pitfall 10."""
    assert one(upvotes=0).upvotes == 0
    assert one(upvotes=None).upvotes is None
    assert one(upvotes="12").upvotes == 12
    assert "upvotes" in reason(pages.item(TOYS[2], upvotes="many"))
    assert "upvotes" in reason(pages.item(TOYS[2], upvotes=True))
    assert "upvotes" in reason(pages.item(TOYS[2], upvotes=-3))
    assert "upvotes" in reason(pages.item(TOYS[2], upvotes=10**12))


def test_the_papers_own_date_never_makes_the_day() -> None:
    """Pitfall 1."""
    old = {"publishedAt": "2010-03-01T00:00:00.000Z"}
    draft = read([pages.item(toy, f"2501.0002{n}", **old) for n, toy in enumerate(TOYS)])
    assert draft.day == date(2025, 1, 2)
    assert {paper.published_on for paper in draft.papers} == {date(2010, 3, 1)}


def test_a_time_of_day_is_read_in_utc() -> None:
    late = read(pages.items(submittedOnDailyAt="2025-01-02T23:30:00-05:00"))
    assert late.day == date(2025, 1, 3)


def test_dates_without_padding_are_dates() -> None:
    """Pitfall 2."""
    draft = read(pages.items(submittedOnDailyAt="2025-1-9", publishedAt="2024-12-31T00:00:00Z"))
    assert (draft.day, draft.papers[0].published_on) == (date(2025, 1, 9), date(2024, 12, 31))
    assert one(publishedAt="soon").published_on is None


def test_the_top_level_date_only_hints_where_it_is_later() -> None:
    """Since 2026 it is the paper's own date, some hours earlier, and tells nothing."""
    recent = pages.items()
    older = pages.items(publishedAt="2024-07-30T00:00:00.000Z")
    for each in recent + older:
        del each["paper"]["submittedOnDailyAt"]
    for each in older:
        each["publishedAt"] = "2024-08-05T11:20:00.000Z"
    assert (read(recent).day, read(recent).likely_day) == (None, None)
    assert (read(older).day, read(older).likely_day) == (None, date(2024, 8, 5))


def test_a_page_that_mixes_days_names_none() -> None:
    week = [
        pages.item(toy, f"2501.0003{n}", submittedOnDailyAt=f"2025-01-0{1 + n % 5}T00:00:00.000Z")
        for n, toy in enumerate(TOYS)
    ]
    assert read(week).day is None


def test_hidden_authors_are_neither_named_nor_counted() -> None:
    authors = [
        {"name": "Ada\n Example", "hidden": False},
        {"name": "Bo Sample", "hidden": True},
        {"name": "Ada Example"},
    ]
    paper = one(authors=authors)
    assert paper.authors == ("Ada Example", "Ada Example")
    assert paper.author_count == 2
    assert one(authors=None).author_count is None
    assert one(authors=[]).author_count == 0


def test_white_space_collapses_in_titles_and_abstracts() -> None:
    paper = one(title="Counting\n  Pebbles", summary="We count\npebbles.\n\nBy ear.")
    assert (paper.title, paper.abstract) == ("Counting Pebbles", "We count pebbles. By ear.")


def test_an_abstract_may_be_unknown() -> None:
    item = pages.item(TOYS[0])
    del item["paper"]["summary"]
    assert read([item]).papers[0].abstract is None
    assert read([item | {"summary": "Said at the top."}]).papers[0].abstract == "Said at the top."


def test_withdrawn_papers_say_so() -> None:
    assert one(withdrawnAt="2025-01-04T08:00:00.000Z").withdrawn_on == date(2025, 1, 4)
    assert "withdrawn" in reason(pages.item(TOYS[2], withdrawnAt="yes"))


def test_what_we_do_not_know_is_kept_once() -> None:
    """Pitfall 3: all categories stay, the first and the others."""
    item = pages.item(TOYS[0], categories=["cs.SD", "stat.ML"], mediaUrls=["https://a.example/m"])
    item["mediaUrls"] = ["https://a.example/m"]
    (paper,) = read([item]).papers
    assert paper.details["categories"] == ["cs.SD", "stat.ML"]
    assert paper.details["ai_keywords"] == ["toy"]
    assert paper.details["submittedBy"]["name"] == "areader"
    assert paper.details["item"] == {"publishedAt": "2024-12-31T19:00:00.000Z"}
    assert not {"title", "summary", "authors", "upvotes"} & paper.details.keys()


def test_signs_and_numbers_that_databases_refuse_are_left_out() -> None:
    data = pages.as_json([pages.item(TOYS[0], title="A \ud800 Toy\x00", note="\x00ok", big=1.0)])
    (paper,) = read(data.replace(b"1.0", b"1e999").replace(b"0.5", b"NaN")).papers
    assert paper.title == "A Toy"
    assert (paper.details["note"], paper.details["big"]) == ("ok", None)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (None, "not an object but NoneType"),
        ("a text", "not an object but str"),
        ({"paper": []}, "its paper is not an object"),
        ({"paper": {}}, "no id"),
        (pages.item(TOYS[2], title=None) | {"title": None}, "no title"),
        (pages.item(TOYS[2], title="\u200b ") | {"title": ""}, "no title"),
        (pages.item(TOYS[2], title=["x"]), "its title is not a text"),
        (pages.item(TOYS[2], title="x" * 1001), "its title has 1,001 characters"),
        (pages.item(TOYS[2], summary="x" * 20_001), "its abstract has 20,001 characters"),
        (pages.item(TOYS[2], authors="Ada"), "its authors are not a list"),
        (pages.item(TOYS[2], authors=[{"name": 7}]), "an author's name is not a text"),
        (pages.item(TOYS[2], note="x" * 300_000), "more than 256,000 characters"),
        (pages.item(TOYS[2], deep=json.loads("[" * 50 + "]" * 50)), "nested too deeply"),
    ],
)
def test_one_broken_record_is_refused_with_its_number_and_the_rest_goes_on(
    broken: Any, why: str
) -> None:
    """Pitfall 9."""
    assert why in reason(broken)


def test_an_empty_list_is_a_quiet_day() -> None:
    """Pitfall 5."""
    draft = read(b" [ ]\n")
    assert (draft.source, draft.entries, draft.day) == ("huggingface", 0, None)


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "Too many requests"},
        {},
        {"papers": []},
        [{"name": "a"}, {"name": "b"}],
        ["2501.00010"],
        b'[{"paper": {"id": "2501.00010", "tit',
        b'{"dailyPapers": ' + b"[" * 100_000,
    ],
)
def test_a_failure_is_no_quiet_day(answer: Any) -> None:
    """Pitfall 5."""
    with pytest.raises(BadDigest, match=r"answer\.json is no digest: expected .*, found "):
        read(answer)


def test_the_message_repeats_what_the_source_said() -> None:
    with pytest.raises(BadDigest, match="an error of the source: Too many requests"):
        read({"error": "Too many requests"})
