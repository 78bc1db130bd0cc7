"""Which file is a digest, which is none, and what the message says."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import BadDigest
from service.sources import DigestDraft, read_digest
from service.text import collapse
from tests.tools import pages
from tests.tools.pages import TOYS

TODAY = date(2026, 11, 21)

MAIL = """From: Ada Example <ada@example.org>
To: Bo Sample <bo@example.org>
Date: Tue, 3 Mar 2026 10:00:00 +0100
Subject: our paper

Dear Bo,

In this paper we show what you asked for, but the second referee wants a table, and I think that we
should give it to them. Could you look at section three before Friday? We also need to decide who
presents it, and whether the appendix stays.

Submitted by the way in time for once!

All the best,
Ada
"""
README = """# pebble-counter

Counts pebbles.

## Installation

Run the command below in a fresh environment. It takes a minute or two, since a small model is
downloaded the first time and is kept in your cache folder from then on.

    python -m pip install pebble-counter

## Usage

Give it a recording, and it prints a number. Recordings of more than an hour are cut into pieces
first, and the numbers of the pieces are added up. See the folder `examples` for three recordings.

## Authors

12 authors have contributed so far.

## License

MIT
"""
NOVEL = "\n\n".join(
    f"Chapter {n}\n\n"
    "The harbour lay in the fog, and nobody had seen the ferry. She waited, as she had waited on "
    "all the other mornings, with her collar up and the letter in her pocket, until the lamp on "
    "the pier went out and the gulls began. Then she walked home along the wall.\n\n"
    "“You again,” said the baker."
    for n in range(1, 12)
)
POLICY = "\n\n".join(
    f"{heading}\n\nWe collect as little as we can, and we keep it no longer than we need it. You may "
    "ask us at any time what we know about you, and we will answer within thirty days. If you think "
    "that something is wrong, write to us, and we will put it right or tell you why we can't."
    for heading in ("What we collect", "Cookies", "Your rights", "How to reach us", "Changes")
)
CODE = '"""Counting."""\n\nimport math\n\n\n' + "\n\n".join(
    f"def count_{n}(x: float) -> float:\n    return math.sqrt(x) * {n}" for n in range(30)
)
CONFIG = (
    "[server]\nhost = 127.0.0.1\nport = 8000\n\n[mail]\nfrom = a@example.org\n# daily papers\n" * 5
)
TABLE = "title,abstract,authors\n" + "\n".join(
    f'"A {n}","We show {n}.",{n} authors' for n in range(40)
)
LOG = "\n".join(f"2026-03-0{1 + n % 9} 10:00:{n:02} INFO worker ready in {n} ms" for n in range(60))
LOGIN = "Hugging Face\nModels\nDatasets\nSpaces\nDaily Papers\nLog In\nSign Up\n\nLog In\n\nUsername\nPassword\n"
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>cs.LG updates</title></channel></rss>'
)


def read(data: bytes, name: str = "a-file") -> DigestDraft:
    return read_digest(data, name=name, today=TODAY)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b" \r\n\t\n", "a file of blanks only"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500), "a JPEG picture"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"PK\x03\x04" + bytes(50), "a ZIP archive"),
        (bytes(range(256)) * 20, "binary data"),
        (b'{"name": "x", "version": 2}', "a JSON object with name, version"),
        (b"x" * 20_000_001, "20,000,001 bytes, and 20,000,000 is the most"),
        (LOGIN.encode(), "a text in which no paper stands"),
        (b"short", "a text in which no paper stands, beginning 'short'"),
    ],
)
def test_the_message_says_what_was_expected_and_what_was_found(data: bytes, found: str) -> None:
    with pytest.raises(BadDigest) as caught:
        read(data, "letter.txt")
    message = str(caught.value)
    assert message.startswith("letter.txt is no digest: expected a saved Daily Papers page")
    assert f"found {found}" in message


@pytest.mark.parametrize(
    "text",
    [MAIL, README, NOVEL, POLICY, CODE, CONFIG, TABLE, LOG, RSS, README + POLICY, "\n" * 500_000],
    ids=[
        "mail",
        "readme",
        "novel",
        "policy",
        "code",
        "config",
        "table",
        "log",
        "rss",
        "both",
        "lines",
    ],
)
def test_no_other_text_is_read_as_papers(text: str) -> None:
    for variant in (text, text.replace("\n\n", "\n"), text.replace("\n", "\r\n")):
        with pytest.raises(BadDigest):
            read(variant.encode())


def test_a_page_of_no_readable_paper_is_a_failure() -> None:
    page = pages.airy(TOYS[:1]).replace(TOYS[0].abstract, TOYS[0].abstract * 100)
    with pytest.raises(BadDigest, match="no paper can be read: its abstract has"):
        read(page.encode())


@pytest.mark.parametrize("name", ["x.json", "x.html", "x.jpeg", "x"])
def test_the_name_of_a_file_decides_nothing(name: str) -> None:
    assert read(pages.compact().encode(), name).source == "saved_page"
    assert read(pages.as_json(pages.items()), name).source == "huggingface"
    assert read(pages.web_page({"dailyPapers": pages.items()}), name).source == "huggingface"


def test_the_same_bytes_have_the_same_hash() -> None:
    first, second = read(pages.compact().encode()), read(pages.compact().encode())
    assert first == second
    assert first.sha256 != read(pages.airy().encode()).sha256


LINES = st.sampled_from(
    [*pages.furniture(), "", "·", "  • 3 authors", "Submitted by", "Feb 30", "Upvote", "-", "7"]
    + [toy.title for toy in TOYS]
    + [toy.abstract for toy in TOYS]
    + ["arxiv:2501.00010", "Published on Jan 1", "Authors:", "Abstract", "© x", "Subscribe"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)
KEYS = ("id", "title", "summary", "authors", "publishedAt", "upvotes", "withdrawnAt", "hidden")
ITEMS = st.dictionaries(st.sampled_from(KEYS), VALUES | st.just("2501.00010"))


@given(
    st.binary()
    | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(LINES, max_size=60).map(lambda lines: "\n".join(lines).encode())
    | st.lists(ITEMS.map(lambda paper: {"paper": paper}), max_size=4).map(pages.as_json)
    | VALUES.map(pages.as_json)
    | VALUES.map(pages.web_page)
    | st.tuples(st.just(b"<!doctype html><div "), st.binary()).map(b"".join)
)
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_a_digest_or_a_clear_refusal(data: bytes) -> None:
    """Pitfall 9: nothing else can come out, and what comes out is fit to be stored."""
    try:
        draft = read(data)
    except BadDigest:
        return
    numbers = [each.record for each in (*draft.papers, *draft.refused)]
    assert sorted(numbers) == list(range(1, draft.entries + 1))
    for paper in draft.papers:
        for text in (paper.title, paper.abstract or "-", *(paper.authors or ())):
            assert text == collapse(text)
            text.encode()  # no half of a sign, which no database would take
        assert paper.title
        assert "\x00" not in paper.title + (paper.abstract or "")


@given(st.lists(st.sampled_from(TOYS), min_size=1, max_size=12), st.sampled_from([True, False]))
@settings(max_examples=60, deadline=None)
def test_papers_survive_any_layout(toys: list[pages.Toy], blocks: bool) -> None:
    expected = [(toy.title, toy.abstract) for toy in toys]
    for page in (pages.airy(toys, blocks=blocks), pages.compact(toys, blocks=blocks)):
        draft = read(page.encode())
        assert [(paper.title, paper.abstract) for paper in draft.papers] == expected
        assert draft.refused == ()
