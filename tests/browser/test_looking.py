"""Whoever only looks, for as long as they like, changes nothing: mail scanners have browsers, too."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest

from tests.browser.laptop import Laptop
from tests.browser.visitor import Visitor

KEPT = (
    "subscriber",
    "interest",
    "feedback",
    "relevancemodel",
    "edition",
    "delivery",
    "suppression",
    "usedlink",
    "knock",
)
"""The tables in which something of a reader stands; in the others the clock leaves its marks."""


def rows(machine: Laptop) -> dict[str, list[tuple[object, ...]]]:
    """All that is known of readers."""
    with closing(sqlite3.connect(machine.folder / "paperround.db")) as database:
        return {
            name: database.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()  # noqa: S608
            for name in KEPT
        }


def links(machine: Laptop, address: str) -> Iterator[str]:
    """Every link of ours in the mails to that reader, as a scanner finds it."""
    for mail in machine.inbox(address):
        body = mail.get_body(("plain",))
        assert body
        yield from re.findall(rf"{re.escape(machine.url)}/\S+", body.get_content())


@pytest.fixture
def paths(visitor: Visitor, machine: Laptop, today: date) -> list[str]:
    """Every kind of page, by real links: of a reader who may vote, choose and leave, and of a
    stranger who may confirm, or never be asked again."""
    machine.reads("reader@looks.example", "--interest", "glass", "--max", "1")
    machine.does("subscribe", "stranger@looks.example")
    machine.does("compose", "--email", "reader@looks.example")
    machine.does("deliver")
    (preferences,) = [link for link in links(machine, "reader@looks.example") if "/p/" in link]
    visitor.opens(preferences)
    visitor.presses("Mail me a link")
    machine.does("deliver")
    mailed = [*links(machine, "reader@looks.example"), *links(machine, "stranger@looks.example")]
    visitor.opens("/mailbox")
    mails = visitor.mails("reader@looks.example")
    newest = mails.first.get_attribute("href")
    return [
        "/",
        f"/day/{today}",
        "/subscribe",
        "/mailbox",
        *(f"{newest}{view}" for view in ("", "/text", "/source")),
        *mailed,
    ]


def test_whoever_looks_at_every_page_and_presses_nothing_changes_nothing(
    visitor: Visitor, machine: Laptop, paths: list[str]
) -> None:
    kinds = {path.removeprefix(machine.url).split("/")[1] for path in paths}
    assert kinds == {"", "day", "subscribe", "mailbox", "v", "e", "p", "u", "c", "n", "l"}
    before = rows(machine)
    for path in paths:
        visitor.opens(path)
        assert visitor.leaves_open(path, seconds=10).endswith(path)
    assert rows(machine) == before
