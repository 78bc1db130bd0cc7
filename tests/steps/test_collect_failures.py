"""Collecting where something fails: one failure costs one answer, and is never a quiet day."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from service import rounds
from service.db import reading
from service.models import Digest, SourceCheck
from tests.steps.station import DAYS, MONDAY, SATURDAY, SUNDAY, Station, papers
from tests.upstream import Upstream


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 500}, "HTTP 500"),
        ({"body": b'{"error": "Try again"}'}, "an error of the source: Try again"),
        ({"body": b"<!doctype html><html><title>Log in</title></html>"}, "a page for people"),
        ({"body": b'[{"paper": {"id": "2502.0'}, "breaks off"),
    ],
)
def test_a_failure_costs_one_day_and_is_not_a_quiet_day(
    station: Station, upstream: Upstream, answer: dict[str, Any], reason: str
) -> None:
    """Pitfalls 5 and 12."""
    upstream.says(MONDAY, papers(0))
    upstream.answers(day=SUNDAY, **answer)
    (failure,) = station.collect().failures
    assert failure.day == date(2026, 3, 1)
    assert reason in failure.reason
    assert station.papers() == 1
    check = station.check(SUNDAY, upstream)
    assert (check.failures, check.answered_at) == (1, None)
    assert check.error == failure.reason
    assert SUNDAY not in {str(row.day) for row in station.rows(Digest)}


def test_failures_in_a_row_are_counted_and_forgiven(station: Station, upstream: Upstream) -> None:
    upstream.answers(status=502, times=2)
    station.collect(SUNDAY)
    station.collect(SUNDAY)
    assert station.check(SUNDAY, upstream).failures == 2
    station.collect(SUNDAY)
    check = station.check(SUNDAY, upstream)
    assert (check.failures, check.error) == (0, None)


def test_a_failure_keeps_the_mark_of_what_is_stored(station: Station, upstream: Upstream) -> None:
    upstream.says(SUNDAY, papers(0))
    station.collect(SUNDAY)
    upstream.answers(body=b"[", times=1, headers={"ETag": '"broken"'})
    assert station.collect(SUNDAY).failures
    assert station.collect(SUNDAY).unchanged == 1
    assert station.papers() == 1


def test_too_many_requests_do_not_end_the_run(build: Any, second: Upstream) -> None:
    """Pitfall 4: the busy host is left alone until the time it said, and the others go on."""
    with Upstream() as busy:
        busy.answers(status=429, headers={"RateLimit": '"api";r=0;t=240'})
        second.says(MONDAY, papers(0))
        station = build(busy.url, second.url)
        done = station.collect()
        assert busy.asked == [SATURDAY]
        assert second.asked == DAYS
        assert [failure.day.isoformat() for failure in done.failures] == DAYS
        assert station.papers() == 1

        station.now += timedelta(seconds=200)
        station.collect(SATURDAY)
        assert busy.asked == [SATURDAY]
        busy.behaves()
        station.now += timedelta(seconds=60)
        assert station.collect().failures == ()
        assert busy.asked == [SATURDAY, *DAYS]


def test_a_source_that_is_gone_does_not_stop_the_others(build: Any, second: Upstream) -> None:
    """Pitfall 4."""
    with Upstream() as gone:
        pass
    second.says(MONDAY, papers(0))
    station = build(gone.url, second.url)
    assert len(station.collect().failures) == 3
    assert station.papers() == 1


def test_what_failed_is_asked_again_after_ten_minutes_but_not_for_ever(
    station: Station, upstream: Upstream
) -> None:
    upstream.answers(status=500)
    for _ in range(60):
        station.collect(SUNDAY, rest=True)
        station.now += timedelta(minutes=5)
    assert len(upstream.asked) <= 6 + 5  # quickly for the first hour, hourly for the other four


def test_a_worker_that_dies_while_asking_costs_ten_minutes(
    station: Station, upstream: Upstream
) -> None:
    upstream.says(SUNDAY, papers(0))
    with pytest.raises(KeyboardInterrupt):
        rounds.collect_digests(station.house, [date(2026, 3, 1)] * 2, wait=_die)
    assert station.collect(SUNDAY, rest=True).digests == ()
    station.now += timedelta(minutes=11)
    station.collect(SUNDAY, rest=True)
    assert station.papers() == 1


def _die(seconds: float) -> None:
    raise KeyboardInterrupt


def test_no_message_and_no_row_repeats_a_sources_secret(build: Any, upstream: Upstream) -> None:
    upstream.answers(status=500)
    station = build(f"{upstream.url}?key=hush-hush")
    done = station.collect(MONDAY)
    assert upstream.questions[0].path.endswith("?key=hush-hush&date=2026-03-02")
    assert "hush" not in repr(done)
    with reading(station.house.engine) as session:
        assert "hush" not in str(session.exec(select(col(SourceCheck.error))).all())
