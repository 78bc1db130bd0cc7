"""When a reader's next edition is due, in their own time zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import WrongInput

MOST_JITTER = 120
"""Readers of one hour are called within so many seconds, and not all in one."""

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Due:
    """A moment in UTC, and the local date that it is for.

    They are kept apart because a clock change can push the moment past midnight.
    """

    at: datetime
    day: date


def next_due(zone: str, hour: int, weekdays: int, *, after: datetime) -> Due:
    """The first due moment later than `after`, on one of the weekdays (a bit each, Monday lowest).

    An hour that daylight saving skips becomes the hour after the gap; one that it repeats is the
    first of the two.
    """
    local_zone = ZoneInfo(zone)
    start = after.astimezone(local_zone).date() - timedelta(days=1)
    for offset in range(10):
        day = start + timedelta(days=offset)
        at = datetime.combine(day, time(hour), local_zone).astimezone(UTC)
        if at > after and weekdays >> day.weekday() & 1:
            return Due(at, day)
    raise ValueError("a week without any weekday")  # the database refuses weekdays = 0


def jitter(public_id: int) -> timedelta:
    """How long after their hour a reader is called: less than two minutes, always the same."""
    return timedelta(seconds=public_id % MOST_JITTER)


def last_due(zone: str, hour: int, weekdays: int, *, until: datetime) -> Due:
    """The latest due moment not after `until`: after an outage, one mail and not one a day missed."""
    turn = next_due(zone, hour, weekdays, after=until - timedelta(days=9))
    while (later := next_due(zone, hour, weekdays, after=turn.at)).at <= until:
        turn = later
    return turn


def local_day(zone: str, moment: datetime) -> date:
    """The date on the reader's own calendar at that moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def parse_zone(text: str) -> str:
    """The name of a time zone that exists."""
    try:
        return ZoneInfo(text.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongInput(
            f"There is no time zone called {text!r}; names look like Europe/Berlin or UTC."
        ) from None


def parse_weekdays(names: Iterable[str]) -> int:
    """The bits of weekdays given by their first three letters."""
    bits = 0
    for name in names:
        short = name.strip().lower()[:3]
        if short not in DAY_NAMES:
            raise WrongInput(f"{name!r} is no weekday; use {', '.join(DAY_NAMES)}.")
        bits |= 1 << DAY_NAMES.index(short)
    if not bits:
        raise WrongInput(f"At least one weekday is needed: {', '.join(DAY_NAMES)}.")
    return bits
