"""Collecting: every source is asked for three days, and what it told is stored once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

from service.collect import last_days
from service.models import Digest, DigestEntry, Gate, Paper, PaperFeatures, SourceCheck
from service.rounds import Collected
from tests.steps.station import DAYS, MONDAY, NOW, SATURDAY, SUNDAY, Station, papers
from tests.upstream import Upstream


def test_every_source_is_asked_for_the_last_three_days_of_utc(
    station: Station, upstream: Upstream
) -> None:
    upstream.says(SATURDAY, papers(0, 1))
    upstream.says(MONDAY, papers(2))
    done = station.collect()
    assert upstream.asked == DAYS
    assert done.failures == ()
    assert station.papers() == 3
    assert station.now - NOW >= timedelta(seconds=2)  # a second between the turns
    assert len(station.rows(PaperFeatures)) == 3


def test_the_days_are_those_of_utc_wherever_we_are() -> None:
    late = datetime.fromisoformat("2026-03-02T23:30:00-05:00")
    assert last_days(late) == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]


def test_the_day_that_was_asked_for_is_the_day_of_the_papers(
    station: Station, upstream: Upstream
) -> None:
    """Pitfall 1: the items name another day, and a paper's own date is older still."""
    upstream.says(MONDAY, papers(0))
    station.collect()
    assert [paper.announced_on for paper in station.rows(Paper)] == [date(2026, 3, 2)]


def test_the_same_answer_twice_is_neither_sent_nor_stored_twice(
    station: Station, upstream: Upstream
) -> None:
    upstream.says(SATURDAY, papers(0))
    station.collect()
    before = station.rows(DigestEntry)
    done = station.collect(SATURDAY)
    assert "If-None-Match" in upstream.questions[-1].headers
    assert (done.digests, done.unchanged, done.failures) == ((), 1, ())
    assert station.rows(DigestEntry) == before


def test_papers_that_come_later_in_the_day_are_found(station: Station, upstream: Upstream) -> None:
    upstream.says(MONDAY, papers(0))
    station.collect()
    upstream.says(MONDAY, papers(0, 1))
    (done,) = station.collect(MONDAY).digests
    assert (done.new, done.unchanged) == (1, 1)


def test_an_empty_list_is_a_quiet_day_and_no_failure(station: Station, upstream: Upstream) -> None:
    """Pitfall 5."""
    assert station.collect().failures == ()
    check = station.check(SATURDAY, upstream)
    assert (check.failures, check.error, check.answered_at) == (0, None, NOW)


def test_an_empty_list_of_today_does_not_count_as_todays_digest(
    station: Station, upstream: Upstream
) -> None:
    station.collect()
    assert sorted(str(row.day) for row in station.rows(Digest)) == [SATURDAY, SUNDAY]
    station.now += timedelta(days=1)
    station.collect(MONDAY)
    assert "If-None-Match" not in upstream.questions[-1].headers  # or it would never be stored
    assert sorted(str(row.day) for row in station.rows(Digest)) == DAYS


def test_two_sources_that_list_one_paper_make_one_paper(
    build: Any, upstream: Upstream, second: Upstream
) -> None:
    """Pitfall 7."""
    upstream.says(MONDAY, papers(0, 1))
    second.says(MONDAY, papers(1, 2))
    station = build(upstream.url, second.url)
    station.collect()
    assert station.papers() == 3


def test_the_same_task_ten_times_asks_once(station: Station, upstream: Upstream) -> None:
    upstream.says(MONDAY, papers(0))
    for _ in range(10):
        station.collect(rest=True)
    assert upstream.asked == DAYS
    station.now += timedelta(hours=1)
    station.collect(rest=True)
    assert upstream.asked == DAYS * 2


def test_two_workers_at_once_store_nothing_twice(
    build: Any, upstream: Upstream, second: Upstream
) -> None:
    for day in DAYS:
        upstream.says(day, papers(0, 1, 2, 3))
        second.says(day, papers(2, 3, 4, 5))
    stations = [build(upstream.url, second.url), build(second.url, upstream.url)]
    together = Barrier(2)

    def work(station: Station) -> Collected:
        together.wait()
        return station.collect()

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(work, stations))
    assert [each.failures for each in done] == [(), ()]
    assert stations[0].papers() == 6
    assert sorted(str(row.day) for row in stations[0].rows(Digest)) == DAYS
    assert len(stations[0].rows(DigestEntry)) == 18
    assert len(stations[0].rows(Gate)) == 2


def test_questions_of_long_ago_are_forgotten(station: Station) -> None:
    station.collect()
    station.now += timedelta(days=40)
    station.collect()
    assert len(station.rows(SourceCheck)) == 3
