"""Saved pages: the same papers come out of every layout and every text browser."""

import textwrap
from datetime import date

import pytest

from service.sources import DigestDraft, read_digest
from tests.tools import pages
from tests.tools.pages import TOYS, Toy

TODAY = date(2026, 11, 21)
TITLES = [toy.title for toy in TOYS]
ABSTRACTS = [toy.abstract for toy in TOYS]


def read(page: str | bytes, today: date = TODAY) -> DigestDraft:
    data = page.encode() if isinstance(page, str) else page
    return read_digest(data, name="page.txt", today=today)


def texts(draft: DigestDraft) -> list[tuple[str, str | None]]:
    assert draft.refused == ()
    return [(paper.title, paper.abstract) for paper in draft.papers]


ALL = list(zip(TITLES, ABSTRACTS, strict=True))


def test_a_compact_page_is_title_and_abstract_in_turn() -> None:
    draft = read(pages.compact())
    assert texts(draft) == ALL
    assert (draft.source, draft.day, draft.entries) == ("saved_page", None, len(TOYS))


def test_an_airy_page_has_the_day_that_stands_on_it() -> None:
    draft = read(pages.airy(day="Jul 30"))
    assert texts(draft) == ALL
    assert draft.day == date(2026, 7, 30)


@pytest.mark.parametrize("page", [pages.airy(blocks=True), pages.compact(blocks=True)])
def test_authors_dates_and_counts_behind_an_abstract_are_its_own(page: str) -> None:
    draft = read(page, today=date(2026, 5, 15))
    assert texts(draft) == ALL
    assert [paper.author_count for paper in draft.papers] == [toy.authors for toy in TOYS]
    assert [paper.published_on for paper in draft.papers] == [
        date(2026, 5, 4),
        date(2010, 10, 21),
        date(2024, 10, 28),
        date(2026, 1, 6),
        date(2023, 3, 15),
        date(2023, 2, 8),
    ]


def test_a_zero_is_a_value_and_no_count_is_unknown() -> None:
    """Pitfall 10."""
    draft = read(pages.airy(blocks=True))
    assert [paper.upvotes for paper in draft.papers] == [None, None, 2, 0, None, 11]
    assert all(paper.comments is None for paper in draft.papers)
    nothing = read(pages.daily_list([Toy("A Toy", "", upvotes=0, comments=0)])).papers[0]
    assert (nothing.upvotes, nothing.comments) == (0, 0)


def test_the_daily_list_knows_no_abstracts_and_pairs_none() -> None:
    draft = read(pages.daily_list())
    assert texts(draft) == [(title, None) for title in TITLES]
    assert draft.day == date(2026, 1, 2)
    assert [paper.upvotes for paper in draft.papers] == [5] * len(TOYS)
    assert [paper.comments for paper in draft.papers] == [2] * len(TOYS)
    assert [paper.author_count for paper in draft.papers] == [toy.authors for toy in TOYS]
    assert draft.papers[0].details == {"submitted_by": "reader0"}


def test_the_daily_list_reads_alike_without_its_submitters_or_its_blank_lines() -> None:
    page = pages.daily_list([*TOYS[:2], Toy("A Third", "", upvotes="-")])
    bare = "\n".join(line for line in page.split("\n") if not line.startswith("Submitted by"))
    dense = "\n".join(line for line in page.split("\n") if line)
    expected = [(5, 2), (5, 2), (None, 2)]
    for each in (page, bare, dense):
        draft = read(each)
        assert [paper.title for paper in draft.papers] == [*TITLES[:2], "A Third"]
        assert [(paper.upvotes, paper.comments) for paper in draft.papers] == expected


def test_a_text_browsers_indents_buttons_and_stand_ins_are_no_papers() -> None:
    menu = "   [1]Hugging Face's logo Hugging Face\n     * [2]Models\n     * [3]Datasets\n     * (BUTTON)"
    tools = "   [4]Log In [5]Sign Up\n\n   [ ] Search by arxiv id or title\n"
    below = "   Company\n   [6]TOS [7]Privacy [8]About [9]Jobs\n   © Hugging Face\n"
    lines = [f"   {line}" if line else "" for line in pages.daily_list().split("\n")]
    marked = [
        line.replace("Submitted by ", "[1674929746] Submitted by ").replace("• ·", "* ·")
        for line in lines
    ]
    page = "\n".join([menu, tools, *marked, "   [2407]", below])
    assert read(page).papers == read(pages.daily_list()).papers


def test_a_submitters_name_on_its_own_line_is_no_title() -> None:
    page = pages.daily_list().replace("Submitted by reader", "Submitted by\n[2407]\nreader")
    assert read(page).papers == read(pages.daily_list()).papers


@pytest.mark.parametrize("page", [pages.compact(), pages.airy(), pages.airy(blocks=True)])
def test_line_ends_marks_and_blanks_make_no_difference(page: str) -> None:
    expected = read(page)
    lines = page.split("\n")
    variants = [
        page.replace("\n", "\r\n"),
        page.replace("\n", "\r"),
        "\ufeff" + "\n".join(f"  {line} \t " for line in lines),
        "\n".join(line for line in lines if line),
        page.replace("\n\n", "\n\n\n"),
        "\n\n".join(lines),
        "\u00a0\u00a0" + page.replace("\n", "\n\u00a0"),
    ]
    for variant in variants:
        draft = read(variant)
        assert (draft.papers, draft.day) == (expected.papers, expected.day)
    assert read(page.encode("utf-16")).papers == expected.papers


@pytest.mark.parametrize("page", [pages.compact(), pages.airy(), pages.airy(blocks=True)])
def test_nothing_depends_on_the_number_of_furniture_lines(page: str) -> None:
    expected = texts(read(page))
    above = [
        line
        for line in page.split("\n")
        if line in (*pages.furniture(), f"{pages.NEWSLETTER[:-1]} once a day!")
    ]
    bare = "\n".join(line for line in page.split("\n") if line not in above)
    bare = bare.replace(f"Subscribe{TITLES[0]}", TITLES[0]).lstrip("\n")
    assert texts(read(bare)) == expected
    assert texts(read("\n".join([*above, *above, page]))) == expected
    for line in above:
        assert texts(read(page.replace(f"{line}\n", "", 1))) == expected


def test_menus_a_search_and_company_lines_around_the_papers_are_furniture() -> None:
    menu = "Models\nDatasets\nSpaces\nPosts\nDocs\nEnterprise\nPricing\nLog In\nSign Up\n"
    page = pages.airy().replace("\n\nMay 15", "\n\nsound of pebbles\n\nDaily\n\nWeekly\n\nMay 15")
    company = "\n\nSystem theme\nCompany\nTOS\nPrivacy\nAbout\nCareers\nWebsite\nModels\nDocs\n"
    assert texts(read(menu + page + company)) == ALL


@pytest.mark.parametrize("width", [72, 80, 120])
def test_wrapped_paragraphs_are_put_together_again(width: int) -> None:
    paragraphs = pages.airy(day="Jul 30").split("\n\n")
    wrapped = ["\n".join(textwrap.wrap(each, width, break_on_hyphens=False)) for each in paragraphs]
    assert texts(read("\n\n".join(wrapped))) == ALL


def test_one_missing_abstract_or_title_costs_one_record_only() -> None:
    """Pitfall 9."""
    page = pages.compact()
    without_abstract = read(page.replace(f"{ABSTRACTS[2]}\n", ""))
    assert texts(without_abstract) == [*ALL[:2], (TITLES[2], None), *ALL[3:]]
    without_title = read(page.replace(f"{TITLES[2]}\n", ""))
    assert [paper.title for paper in without_title.papers] == [*TITLES[:2], *TITLES[3:]]
    assert [(each.record, each.reason) for each in without_title.refused] == [(3, "no title")]
    assert without_title.refused[0].excerpt == ABSTRACTS[2][:200].strip()


def test_a_text_too_long_to_store_is_refused_by_its_number_and_the_rest_goes_on() -> None:
    """Pitfall 9."""
    long_title = read(pages.compact().replace(TITLES[1], "A word and " * 100))
    assert [each.record for each in long_title.refused] == [2]
    assert "title has 1,099 characters" in long_title.refused[0].reason
    assert len(long_title.papers) == len(TOYS) - 1
    long_abstract = read(pages.airy().replace(ABSTRACTS[1], ABSTRACTS[1] * 80))
    assert [each.record for each in long_abstract.refused] == [2]
    assert "20,000 is the most" in long_abstract.refused[0].reason
    assert [paper.record for paper in long_abstract.papers] == [1, 3, 4, 5, 6]


def test_short_abstracts_and_long_titles_keep_their_places() -> None:
    toys = [
        TOYS[0],
        Toy("A Theorem", "We prove it."),
        TOYS[1],
        Toy("A " + "rather " * 30 + "Long Title", TOYS[2].abstract),
        Toy("Why?", "Because nobody asked before."),
        Toy("Cut Off", ("We study words. " * 121)[:1920].strip()),
    ]
    expected = [(toy.title, toy.abstract) for toy in toys]
    assert texts(read(pages.compact(toys))) == expected
    assert texts(read(pages.airy(toys, blocks=True))) == expected


def test_a_laboratorys_name_in_the_place_of_authors_is_no_title() -> None:
    page = pages.airy(blocks=True).replace("  • 2 authors", "Some Laboratory")
    page = page.replace("  • 4 authors\n·\n", "Another Institute · ")
    draft = read(page)
    assert texts(draft) == ALL
    assert [paper.author_count for paper in draft.papers][:3] == [1, None, None]
    assert [paper.upvotes for paper in draft.papers][:3] == [None, None, 2]


def test_upvotes_before_a_title_belong_to_it() -> None:
    page = pages.airy(blocks=True)
    for number, title in enumerate(TITLES):
        page = page.replace(f"\n{title}\n", f"\n{number or '-'}\n\n{title}\n")
    draft = read(page)
    assert texts(draft) == ALL
    assert [paper.upvotes for paper in draft.papers] == [None, 1, 2, 3, 4, 5]
    assert [paper.comments for paper in draft.papers] == [None, None, 2, 0, None, 11]


def test_a_line_separator_inside_an_abstract_does_not_end_it() -> None:
    page = pages.compact().replace("by hand. In", "by hand.\u2028In")
    assert texts(read(page)) == ALL


def test_control_characters_are_left_out_of_a_record() -> None:
    page = pages.compact().replace("Slow Clocks", "Slow\x00 \u202eClocks\ufeff")
    assert texts(read(page)) == ALL


def test_a_broken_byte_costs_one_sign_and_not_the_file() -> None:
    data = pages.airy(blocks=True).encode().replace(b"Slow Clocks", b"Slow Clocks\xff")
    assert texts(read(data)) == ALL


def test_a_page_in_windows_letters_is_read_too() -> None:
    toys = [*TOYS[:2], TOYS[4]]
    draft = read(pages.airy(toys).encode("cp1252"))
    assert texts(draft) == [(toy.title, toy.abstract) for toy in toys]


def test_a_day_without_a_year_is_the_latest_such_day() -> None:
    assert read(pages.airy(day="May 15"), today=date(2026, 5, 14)).day == date(2025, 5, 15)
    assert read(pages.airy(day="May 15"), today=date(2026, 5, 15)).day == date(2026, 5, 15)
    assert read(pages.airy(day="Feb 29"), today=date(2027, 1, 1)).day == date(2024, 2, 29)
    assert read(pages.airy(day="Jul 30, 2023")).day == date(2023, 7, 30)


def test_a_page_is_not_older_than_the_dates_that_stand_on_it() -> None:
    page = pages.airy(blocks=True, day="May 15").replace("Oct 28, 2024 2", "Oct 28, 2025 2")
    assert read(page, today=date(2026, 3, 1)).day == date(2026, 5, 15)
    assert read(page, today=date(2026, 11, 21)).day == date(2026, 5, 15)


def test_dates_are_compared_as_dates_and_not_as_texts() -> None:
    """Pitfall 2."""
    page = pages.airy(blocks=True, day="2026-5-9").replace("Mar 15, 2023", "2025-12-31")
    draft = read(page)
    assert draft.day == date(2026, 5, 9)
    assert draft.papers[4].published_on == date(2025, 12, 31)
    assert draft.papers[0].published_on == date(2026, 5, 4)
