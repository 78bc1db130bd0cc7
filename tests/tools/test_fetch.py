"""Asking a source: what counts as an answer, and what it may cost."""

import asyncio
import gzip
from collections.abc import Iterator

import pytest

from service.sources.body import MOST_SWELLING
from service.sources.fetch import Fetched, Limits, Mark, SourceBusy, SourceFailed, fetch
from service.sources.public import NotPublic, public_address
from tests.tools.pages import as_json, items
from tests.upstream import Upstream, bomb

CONTACT = "https://papers.example.org"


class OpenGate:
    """A gate without a queue, which notes who passed and who was shut out."""

    def __init__(self) -> None:
        self.turns: list[str] = []
        self.closed: dict[str, float] = {}

    def turn(self, upstream: str) -> None:
        self.turns.append(upstream)

    def close(self, upstream: str, seconds: float) -> None:
        self.closed[upstream] = seconds


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


@pytest.fixture
def gate() -> OpenGate:
    return OpenGate()


def ask(
    upstream: Upstream, mark: Mark | None = None, gate: OpenGate | None = None, **limits: float
) -> Fetched:
    url = f"{upstream.url}?date=2026-03-02"
    return fetch(url, gate or OpenGate(), mark, contact=CONTACT, limits=Limits(**limits))  # type: ignore[arg-type]


def test_an_answer_comes_with_the_mark_it_can_be_recognised_by(upstream: Upstream) -> None:
    upstream.says("2026-03-02", items())
    answer = ask(upstream)
    assert answer.body == as_json(items())
    assert answer.mark.etag
    assert ask(upstream, answer.mark) == Fetched(None, answer.mark)
    upstream.says("2026-03-02", items()[:2])
    assert ask(upstream, answer.mark).body == as_json(items()[:2])


def test_a_date_serves_as_mark_where_there_is_no_etag(upstream: Upstream) -> None:
    since = "Mon, 02 Mar 2026 05:00:00 GMT"
    upstream.answers(headers={"Last-Modified": since})
    mark = ask(upstream).mark
    assert mark == Mark(None, since)
    ask(upstream, mark)
    assert upstream.questions[-1].headers["If-Modified-Since"] == since


def test_we_say_who_we_are_and_wait_for_our_turn(upstream: Upstream, gate: OpenGate) -> None:
    ask(upstream, gate=gate)
    assert upstream.questions[0].headers["User-Agent"].endswith(f"(+{CONTACT})")
    assert gate.turns == [f"127.0.0.1:{upstream.port}"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_source_closes_its_gate_for_as_long_as_it_says(
    upstream: Upstream, gate: OpenGate, status: int
) -> None:
    upstream.answers(status=status, headers={"Retry-After": "90"})
    with pytest.raises(SourceBusy, match="come back in 90 seconds"):
        ask(upstream, gate=gate)
    assert gate.closed == {f"127.0.0.1:{upstream.port}": 90.0}


@pytest.mark.parametrize("status", [204, 400, 404, 500, 502])
def test_any_other_status_is_a_failure(upstream: Upstream, status: int) -> None:
    upstream.answers(status=status, body=b"")
    with pytest.raises(SourceFailed, match=f"HTTP {status}"):
        ask(upstream)


def test_nobody_there_is_a_failure(gate: OpenGate) -> None:
    with Upstream() as gone:
        pass
    with pytest.raises(SourceFailed, match="can't be reached"):
        ask(gone, gate=gate)


@pytest.mark.parametrize("ending", ["endless", "never"])
def test_an_answer_that_does_not_end_is_cut_off(upstream: Upstream, ending: str) -> None:
    upstream.answers(ending=ending)
    with pytest.raises(SourceFailed, match=r"more than 1 MB|within 0\.5 seconds"):
        ask(upstream, size=1_000_000, seconds=0.5)


def test_a_bomb_is_refused_before_it_is_unpacked(upstream: Upstream) -> None:
    upstream.answers(body=bomb(200_000_000), headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceFailed, match="swells without end"):
        ask(upstream)


def test_a_packed_answer_that_is_too_big_is_refused(upstream: Upstream) -> None:
    upstream.answers(body=bomb(900_000), headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceFailed, match=r"more than 0\.5 MB"):
        ask(upstream, size=500_000)
    assert len(bomb(900_000)) * MOST_SWELLING < 900_000  # small answers may swell as they like


def test_a_packed_answer_is_unpacked(upstream: Upstream) -> None:
    upstream.answers(body=gzip.compress(as_json(items())), headers={"Content-Encoding": "gzip"})
    assert ask(upstream).body == as_json(items())


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", gzip.compress(b"[]" * 500, mtime=0)[:-12]),
        ("gzip", b"[]"),
        ("br", b"[]"),
        ("gzip, gzip", b"[]"),
    ],
)
def test_a_packed_answer_that_is_damaged_or_unknown_is_a_failure(
    upstream: Upstream, packing: str, body: bytes
) -> None:
    upstream.answers(body=body, headers={"Content-Encoding": packing})
    with pytest.raises(SourceFailed, match=r"damaged|breaks off|did not ask for"):
        ask(upstream)


def test_an_answer_that_is_shorter_than_it_said_is_a_failure(upstream: Upstream) -> None:
    upstream.answers(headers={"Content-Length": "900"}, ending="short")
    with pytest.raises(SourceFailed, match="can't be reached"):
        ask(upstream)


def test_a_redirect_on_the_same_host_is_followed_and_takes_its_turn(
    upstream: Upstream, gate: OpenGate
) -> None:
    upstream.says("2026-03-02", items())
    place = {"Location": "/papers?date=2026-03-02"}
    upstream.answers(status=307, headers=place, times=1)
    assert ask(upstream, gate=gate).body == as_json(items())
    assert len(gate.turns) == 2


def test_the_third_redirect_is_the_last(upstream: Upstream) -> None:
    upstream.answers(status=302, headers={"Location": "/again"})
    with pytest.raises(SourceFailed, match="redirects more than 3 times"):
        ask(upstream)
    assert len(upstream.questions) == 4


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]", "[::ffff:127.0.0.1]"],
)
def test_a_redirect_into_the_private_network_is_not_followed(upstream: Upstream, host: str) -> None:
    with Upstream() as inside:
        upstream.answers(status=302, headers={"Location": f"http://{host}:{inside.port}/secret"})
        with pytest.raises(SourceFailed, match=r"private network|can't be reached"):
            ask(upstream)
        assert inside.questions == []


@pytest.mark.parametrize(
    "place",
    ["file:///etc/passwd", "ftp://example.org/x", "http://u:p@example.org/", "javascript:1"],
)
def test_a_redirect_to_no_web_address_is_not_followed(upstream: Upstream, place: str) -> None:
    upstream.answers(status=302, headers={"Location": place})
    with pytest.raises(SourceFailed):
        ask(upstream)
    assert len(upstream.questions) == 1


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "100.64.0.1",
        "10.0.0.1",
        "192.168.0.1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "localhost",
        "127.1",
    ],
)
def test_private_addresses_are_told_from_public_ones(host: str) -> None:
    with pytest.raises(NotPublic):
        asyncio.run(public_address(host, None))
    assert asyncio.run(public_address("1.1.1.1", None)) == "1.1.1.1"


def test_a_contact_that_no_header_can_carry_is_cut_to_what_it_can(upstream: Upstream) -> None:
    fetch(upstream.url, OpenGate(), contact="ada@papers.example\r\nX-Evil: 1 ✉")
    assert "X-Evil" not in upstream.questions[0].headers
    assert upstream.questions[0].headers["User-Agent"].endswith("(+ada@papers.exampleX-Evil: 1 )")
