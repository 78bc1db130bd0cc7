"""Ingest: the same digest twice changes nothing, days never move, nothing refused gets lost."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from service.models import (
    Digest,
    DigestEntry,
    PaperText,
)
from service.sources import DigestDraft, Refused
from tests.steps.digests import (
    MONDAY,
    NOW,
    counts,
    digest,
    everything,
    only,
    page,
    paper,
    papers,
    read,
    rows,
    take,
)
from tests.tools import pages
from tests.tools.pages import TOYS

PAGES = (
    pages.compact().encode(),
    pages.airy(TOYS[2:], blocks=True, day="Feb 27").encode(),
    pages.as_json(pages.items(TOYS[:4], submittedOnDailyAt="2026-02-28T00:00:00.000Z")),
    pages.daily_list(TOYS[1:3], day="Mar 1").encode(),
)


# ── the same digest, and the same work ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("data", PAGES)
def test_the_same_digest_twice_changes_nothing(engine: Engine, data: bytes) -> None:
    first = take(engine, read(data))
    before = everything(engine)
    again = take(engine, read(data), now=NOW + timedelta(days=1))
    assert counts(first) == (first.entries, 0, 0)
    assert counts(again) == (0, 0, first.entries)
    assert again.day == first.day
    assert everything(engine) == before


def test_reading_older_digests_again_takes_nothing_back(engine: Engine) -> None:
    for data in PAGES:
        take(engine, read(data))
    before = everything(engine)
    for data in PAGES:
        assert counts(take(engine, read(data)))[:2] == (0, 0)
    assert everything(engine) == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_digests_gives_the_same_papers(engine: Engine, order: tuple[int, ...]) -> None:
    done = [take(engine, read(PAGES[index])) for index in order]
    assert sum(each.new for each in done) == len(TOYS)
    assert all(sum(counts(each)) == each.entries for each in done)
    assert {row.author_count for row in papers(engine)} >= {533, 7}
    known = {row.title: row.abstract for row in sorted(rows(engine, PaperText), key=_version)}
    assert known == {toy.title: toy.abstract for toy in TOYS}


def _version(row: PaperText) -> int:
    return row.version


# ── days ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_paper_is_announced_when_it_is_first_named_and_never_again(engine: Engine) -> None:
    """Pitfall 1: a paper of 2010 is new today, and its own date moves nothing."""
    old = paper(published_on=date(2010, 10, 21), arxiv_id="1010.00010")
    take(engine, digest(old))
    take(engine, digest(old, day=date(2026, 3, 20)))
    take(engine, digest(old, day=date(2026, 1, 2)))
    assert only(engine).announced_on == MONDAY
    assert len(rows(engine, DigestEntry)) == 3


def test_the_day_is_the_sources_else_the_given_one_else_a_hint_else_today(engine: Engine) -> None:
    given, hinted = date(2026, 2, 3), date(2026, 2, 4)
    undated = [page(paper(f"Paper {n}"), day=None) for n in range(3)]
    hint = DigestDraft("huggingface", None, (paper("Paper 9"),), (), "9", likely_day=hinted)
    assert take(engine, page(paper()), day=given).day == MONDAY
    assert take(engine, undated[0], day=given).day == given
    assert take(engine, hint).day == hinted
    late = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    assert take(engine, undated[1], now=late).day == date(2026, 3, 1)
    announced = [row.announced_on for row in papers(engine)]
    assert announced == [MONDAY, given, hinted, date(2026, 3, 1)]


def test_an_undated_page_keeps_its_first_day(engine: Engine) -> None:
    draft = page(paper(), day=None)
    take(engine, draft, day=date(2026, 2, 3))
    assert take(engine, draft, day=date(2026, 3, 3)).day == date(2026, 2, 3)
    assert [row.key for row in rows(engine, Digest)] == [f"sha256:{draft.sha256}"]


def test_quiet_days_are_days_of_their_own(engine: Engine) -> None:
    """Pitfall 5."""
    for day in (date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 8)):
        done = take(engine, read(b"[]"), day=day)
        assert (done.day, done.entries) == (day, 0)
    assert len(rows(engine, Digest)) == 2


def test_two_pages_of_one_day_are_one_digest(engine: Engine) -> None:
    take(engine, page(paper("First")))
    take(engine, page(paper("Second"), paper("First", 2)))
    assert [row.key for row in rows(engine, Digest)] == ["saved_page:2026-03-02"]
    assert len(rows(engine, DigestEntry)) == 2


# ── records that were refused ────────────────────────────────────────────────────────────────────


def test_refused_records_are_told_and_kept_beside_the_papers(engine: Engine) -> None:
    """Pitfall 9."""
    items = [
        pages.item(TOYS[0]),
        {"paper": {"id": "2501.00011"}},
        pages.item(TOYS[1], "2501.00012"),
    ]
    done = take(engine, read(pages.as_json(items)))
    assert (done.entries, counts(done)) == (3, (2, 0, 0))
    assert [(each.record, each.reason) for each in done.refused] == [(2, "no title")]
    take(engine, read(pages.as_json(items)))
    (row,) = rows(engine, Digest)
    assert [(each["record"], each["reason"]) for each in row.refused] == [(2, "no title")]


def test_a_digest_of_broken_records_only_is_stored_as_such(engine: Engine) -> None:
    draft = DigestDraft("huggingface", MONDAY, (), (Refused(1, "no id", "{}"),), "0")
    assert counts(take(engine, draft)) == (0, 0, 0)
    assert rows(engine, Digest)[0].refused == [{"record": 1, "reason": "no id", "excerpt": "{}"}]


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [3, 60])
def test_reading_a_known_digest_takes_a_handful_of_queries(engine: Engine, number: int) -> None:
    draft = digest(*(paper(f"Paper {n}", n, arxiv_id=f"2603.{n:05}") for n in range(1, number + 1)))
    take(engine, draft)
    said: list[str] = []

    def listen(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    take(engine, draft)
    assert len(said) <= 10
