"""Bibliographies: every way to write one is read, and what is no paper is named."""

import json
from typing import Any

import pytest

from service.errors import WrongInput
from service.sources.bibliography import Bibliography, read_bibliography

BIBTEX = r"""
@string{nips = "Advances in Made-Up Systems"}
@comment{not an entry}
@Article{a1,
  Title = {{Deep {GNN}s and the $\alpha$-rule}},
  AUTHOR = "M{\"u}ller, J{\'e}r{\^o}me and {{The Made-Up Team and Friends}} and Smith, Jr, John",
  year = 2025, journal = nips,
  abstract = {First half.

    Second half.},
  eprint = {2503.02130v2}, archivePrefix = {arXiv}, file = {/home/ada/secret.pdf}}
@inproceedings{b2, crossref={c3}, title="On {\'e}t{\'e} \& others", author={Example, Ada and others},
  doi = {https://doi.org/10.1000/a\_b(1)}}
@proceedings{c3, title={A whole book}}
@article{torn, title={no end
@misc{d4, title={In a number}, number = {arXiv:2501.00001}}
@misc{e5, title={In a DOI}, doi = {10.48550/arXiv.2501.00002}}
@misc{f6, title={In an old address}, url = {http://arxiv.org/pdf/cs/9401101v1}}
@online{g7, title={A web page}, url={https://example.org/}}
@article{a1, title={The same key again}}
@article{h8, author={Nobody, Sue}}
"""

RIS = (
    "\ufeffTY  - JOUR\r\nA1  - Example, Ada\r\nA1  - Sample, Bo\r\nT1  - Graphs that\r\n"
    "mend themselves\r\nN2  - We mend\r\ngraphs.\r\nPY  - 0000\r\nDO  - 10.1000/(ab)12\r\nER  - \r\n"
    "\r\nTY  - CHAP\r\nT1  - The book\r\nTI  - The chapter\r\nER  -\r\n"
    "TY  - ELEC\r\nTI  - A page\r\nER  - \r\n"
    "TY  - JOUR\r\nUR  - https://arxiv.org/abs/2501.00003v2\r\nTI  - Unended\r\n"
)

CSL: list[dict[str, Any]] = [
    {
        "type": "article-journal",
        "title": "Graphs",
        "author": [
            {"given": "Ada", "family": "Example"},
            {"given": "", "family": "Sample"},
            {"literal": "The Team"},
            {"given": "Ludwig", "non-dropping-particle": "van", "family": "Beethoven"},
        ],
        "DOI": "10.1000/XY",
        "issued": {"date-parts": [["2020", 1]]},
    },
    {"type": "webpage", "title": "A page"},
    {"type": "article", "title": "In its address", "URL": "https://arxiv.org/abs/2501.00004"},
    {"type": "article"},
]


def _read(text: str) -> Bibliography:
    return read_bibliography(text.encode(), name="mine")


def test_bibtex_is_read_with_its_accents_strings_and_groups() -> None:
    first = _read(BIBTEX).papers[0]
    assert first.title == "Deep GNNs and the α-rule"
    assert first.abstract == "First half. Second half."
    assert first.authors == ("Jérôme Müller", "The Made-Up Team and Friends", "John Smith")
    assert first.arxiv_id == "2503.02130"
    assert "secret" not in repr(first)


def test_an_arxiv_id_is_found_wherever_bibtex_hides_it() -> None:
    known = {each.title: each.arxiv_id for each in _read(BIBTEX).papers}
    assert known["In a number"] == "2501.00001"
    assert known["In a DOI"] == "2501.00002"
    assert known["In an old address"] == "cs/9401101"


def test_a_doi_is_read_without_its_address_and_escapes() -> None:
    found = {each.title: each for each in _read(BIBTEX).papers}["On été & others"]
    assert (found.doi, found.authors) == ("10.1000/a_b(1)", ("Ada Example",))


def test_bibtex_records_that_are_no_papers_are_named_and_the_rest_goes_on() -> None:
    done = _read(BIBTEX)
    reasons = [each.reason for each in done.refused]
    assert reasons == [
        "@proceedings is no paper",
        "what begins on line 15 is no entry; perhaps a brace doesn't close",
        "@online is no paper",
        "no title",
    ]
    assert "The same key again" in {each.title for each in done.papers}
    assert done.entries == 10


def test_ris_is_read_with_values_over_several_lines_and_without_its_last_mark() -> None:
    done = _read(RIS)
    first, chapter, last = done.papers
    assert (first.title, first.abstract) == ("Graphs that mend themselves", "We mend graphs.")
    assert (first.authors, first.doi) == (("Ada Example", "Bo Sample"), "10.1000/(ab)12")
    assert chapter.title == "The chapter"
    assert (last.title, last.arxiv_id) == ("Unended", "2501.00003")
    assert [(each.record, each.reason) for each in done.refused] == [(3, "ELEC is no paper")]


@pytest.mark.parametrize("wrapped", [CSL, {"items": CSL}])
def test_csl_json_is_read_with_every_kind_of_name(wrapped: Any) -> None:
    done = _read(json.dumps(wrapped))
    first, second = done.papers
    assert first.authors == ("Ada Example", "Sample", "The Team", "Ludwig van Beethoven")
    assert (first.doi, second.arxiv_id) == ("10.1000/XY", "2501.00004")
    assert [each.reason for each in done.refused] == ["a webpage is no paper", "no title"]


def test_a_list_of_ids_is_read_once_each_and_keeps_its_zeros() -> None:
    done = _read(
        "# mine\n2503.02130\narXiv:2503.02130v3\nhttps://arxiv.org/pdf/cs/9401101v1.pdf\n\nx\n"
    )
    assert done.ids == ("2503.02130", "cs/9401101")
    assert [(each.record, each.reason) for each in done.refused] == [(4, "not an arXiv id")]


@pytest.mark.parametrize("text", ["Dear all,\nhello", "[1, 2", "<html></html>", "{}", "[]", " "])
def test_what_is_no_bibliography_is_one_sentence(text: str) -> None:
    with pytest.raises(WrongInput, match="mine is no bibliography") as caught:
        _read(text)
    assert "\n" not in str(caught.value)


def test_a_picture_is_called_one() -> None:
    with pytest.raises(WrongInput, match="a PNG picture"):
        read_bibliography(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), name="mine")
