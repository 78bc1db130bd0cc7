"""When a reader's next edition is due."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import WrongInput
from service.schedule import last_due, local_day, next_due, parse_weekdays, parse_zone

EVERY_DAY = 0b1111111
ZONES = st.sampled_from(sorted(available_timezones()))
MOMENTS = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_edition_is_due_at_the_readers_own_hour() -> None:
    due = next_due("Asia/Tokyo", 7, EVERY_DAY, after=utc("2026-03-02 12:00"))
    assert due.at == utc("2026-03-02 22:00")
    assert due.day == date(2026, 3, 3)


def test_an_hour_that_daylight_saving_skips_becomes_the_hour_after() -> None:
    """Pitfall 22."""
    due = next_due("Europe/Berlin", 2, EVERY_DAY, after=utc("2026-03-28 12:00"))
    assert due.at == utc("2026-03-29 01:00")  # 03:00 there, since 02:00 does not exist
    assert due.day == date(2026, 3, 29)


def test_an_hour_that_daylight_saving_repeats_is_due_once() -> None:
    """Pitfall 22."""
    first = next_due("Europe/Berlin", 2, EVERY_DAY, after=utc("2026-10-24 12:00"))
    second = next_due("Europe/Berlin", 2, EVERY_DAY, after=first.at)
    assert first.at == utc("2026-10-25 00:00")
    assert second.day == date(2026, 10, 26)


def test_a_moment_pushed_past_midnight_is_still_for_its_own_day() -> None:
    due = next_due("America/Nuuk", 23, EVERY_DAY, after=utc("2027-03-27 12:00"))
    assert due.day == date(2027, 3, 27)
    assert local_day("America/Nuuk", due.at) == date(2027, 3, 28)


def test_only_the_chosen_weekdays_are_due() -> None:
    due = next_due("UTC", 7, parse_weekdays(["tue", "Friday"]), after=utc("2026-03-03 07:00"))
    assert due.day == date(2026, 3, 6)


@given(ZONES, st.integers(0, 23), st.integers(1, 127), MOMENTS)
def test_due_moments_come_once_a_local_day_and_never_go_back(
    zone: str, hour: int, weekdays: int, start: datetime
) -> None:
    """Pitfall 22."""
    first = next_due(zone, hour, weekdays, after=start)
    second = next_due(zone, hour, weekdays, after=first.at)
    assert start < first.at < second.at
    assert first.day < second.day
    assert second.at - first.at <= timedelta(days=7, hours=2)


@given(ZONES, st.integers(0, 23), st.integers(1, 127), MOMENTS)
def test_after_an_outage_the_latest_turn_counts(
    zone: str, hour: int, weekdays: int, now: datetime
) -> None:
    turn = last_due(zone, hour, weekdays, until=now)
    assert turn.at <= now < next_due(zone, hour, weekdays, after=turn.at).at


def test_a_zone_that_does_not_exist_is_refused_in_words() -> None:
    with pytest.raises(WrongInput, match="no time zone called 'Mars/Base'"):
        parse_zone("Mars/Base")


@pytest.mark.parametrize("zone", ["", "/etc/passwd", "../UTC", "UTC\0"])
def test_a_path_is_no_zone(zone: str) -> None:
    with pytest.raises(WrongInput):
        parse_zone(zone)


def test_a_week_needs_a_day() -> None:
    with pytest.raises(WrongInput, match="At least one weekday"):
        parse_weekdays([])
    with pytest.raises(WrongInput, match="'someday' is no weekday"):
        parse_weekdays(["someday"])
