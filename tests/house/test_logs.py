"""Logs: one line an event, one way for all, and nobody's address or key in any of them."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from service import logs
from service.logs import log
from service.mail.links import Links
from tests.world import KEY, World

LINKS = Links("https://papers.example.org", [KEY])


@pytest.fixture
def written() -> Iterator[StringIO]:
    """All that this process logs meanwhile; afterwards it is logged as it was before."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = StringIO()
    logs.begin("info", stream=stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)


def told(written: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_its_facts(written: StringIO) -> None:
    log.info("sent", promise="edition:1:2026-03-02")
    (line,) = told(written)
    assert (line["event"], line["promise"], line["level"]) == (
        "sent",
        "edition:1:2026-03-02",
        "info",
    )
    assert str(line["at"]).endswith("Z")


@pytest.mark.parametrize(
    "secret",
    [
        "ada@reader.example",
        "o'hara+papers@mail.reader.example",
        "ärger@bücher.example",
        LINKS.vote(2**62, 3, "more").removeprefix("https://papers.example.org/v/"),
        LINKS.leave("0123456789abcdef" * 2).removeprefix("https://papers.example.org/u/"),
    ],
)
@pytest.mark.parametrize("source", ["event", "fact", "library", "error"])
def test_what_looks_like_an_address_or_a_key_is_taken_out(
    written: StringIO, secret: str, source: str
) -> None:
    words = f"550 <{secret}> unknown" if "@" in secret else f"GET /v/{secret} HTTP/1.1"
    match source:
        case "event":
            log.warning(words)
        case "fact":
            log.warning("refused", reply=[words], more={"words": words})
        case "library":
            logging.getLogger("some.library").warning("said %s", words)
        case "error":
            log.error("broken", exc_info=ValueError(words))
    text = written.getvalue()
    assert text.count("\n") == 1
    assert secret not in text
    assert secret.partition("@")[2] not in text or "@" not in secret


def test_a_password_in_a_servers_address_is_taken_out(written: StringIO) -> None:
    logging.getLogger("celery").error("can't connect to redis://:hunter2@127.0.0.1:6379/0")
    assert "hunter2" not in written.getvalue()


def test_libraries_that_tell_where_they_went_are_quiet(written: StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://papers.example.org/?key=1")
    assert told(written) == []


def test_one_name_leads_from_due_to_handed_over(written: StringIO, mailing: World) -> None:
    mailing.digest("2026-03-02", "Graphs that mend themselves")
    mailing.reader("ada", "graphs", hour=7)
    mailing.passes(hours=2, minutes=2)
    mailing.compose_due()
    mailing.deliver()
    key = f"edition:{mailing.subscriber('ada').id}:2026-03-02"
    mine = [line["event"] for line in told(written) if line.get("promise") == key]
    assert mine == ["due", "composed", "handing over", "sent"]
