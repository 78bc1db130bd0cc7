"""The saved page of a single paper."""

from datetime import date

from service.sources import DigestDraft, read_digest
from tests.tools import pages
from tests.tools.pages import TOYS

KITES = TOYS[1]


def read(page: str) -> DigestDraft:
    return read_digest(page.encode(), name="page.txt", today=date(2026, 11, 21))


def test_the_page_of_one_paper_is_a_digest_of_one() -> None:
    draft = read(pages.paper_page(KITES, "2503.02130", authors=["Ada Example", "Bo Sample"]))
    (paper,) = draft.papers
    assert (paper.title, paper.abstract) == (KITES.title, KITES.abstract)
    assert (paper.arxiv_id, paper.upvotes) == ("2503.02130", 5)
    assert (paper.authors, paper.author_count) == (("Ada Example", "Bo Sample"), 2)
    assert (draft.day, paper.published_on) == (date(2026, 1, 2), date(2026, 1, 1))


def test_gaps_among_the_authors_make_their_number_unknown() -> None:
    page = pages.paper_page(KITES, "2503.02130v2", authors=["Ada Example", "", "Bo Sample"])
    (paper,) = read(page).papers
    assert (paper.authors, paper.author_count) == (None, None)
    assert paper.arxiv_id == "2503.02130"


def test_the_sites_own_summary_is_not_taken_for_the_abstract() -> None:
    page = pages.paper_page(KITES, "2503.02130", authors=["Ada Example"])
    page = page.replace("Abstract\n\n", "Abstract\n\nKites fly kites.\n\nAI-generated summary\n\n")
    (paper,) = read(page).papers
    assert paper.abstract == KITES.abstract
    assert paper.details == {"ai_summary": "Kites fly kites."}


def test_a_gap_within_a_name_is_closed() -> None:
    (paper,) = read_digest(
        b"arxiv:0001.0000\n,\nAuthors:\n.\n(\n.", name="page.txt", today=date(2026, 3, 2)
    ).papers
    assert paper.authors == (". .",)
