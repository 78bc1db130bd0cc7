"""Dates as pages write them: some without a year, some with a count behind them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MINYEAR, UTC, date, datetime, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.? (?P<day>\d{1,2})"
    r"(?:,? (?P<year>(?:19|20)\d\d))?(?: (?P<count>\d{1,9}))?",
    re.IGNORECASE | re.ASCII,
)
_NUMBERED = re.compile(
    r"(?P<year>(?:19|20)\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?: (?P<count>\d{1,9}))?",
    re.ASCII,
)
_UNPADDED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", re.ASCII)
_EARLIEST, _LATEST = 1900, 2100
_CYCLE = 8  # 29 February comes back after eight years at the latest


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A day of the year, and the year where it is written."""

    month: int
    day: int
    year: int | None = None

    @property
    def whole(self) -> date | None:
        """The date, if its year is written."""
        return None if self.year is None else date(self.year, self.month, self.day)

    def latest(self, not_after: date) -> date | None:
        """The date itself, or the latest such day that is not after the one given."""
        if self.year is not None:
            return self.whole
        years = range(not_after.year, max(MINYEAR, not_after.year - _CYCLE) - 1, -1)
        days = (_date(year, self.month, self.day) for year in years)
        return next((day for day in days if day and day <= not_after), None)

    def earliest(self, not_before: date) -> date | None:
        """The first such day that is not before the one given."""
        years = range(not_before.year, not_before.year + _CYCLE + 1)
        days = (_date(year, self.month, self.day) for year in years)
        return next((day for day in days if day and day >= not_before), None)


def written_date(text: str) -> tuple[WrittenDate, int | None] | None:
    """The date that this line is, and the count behind it: `Oct 28, 2024 2`, `May 4`, `2025-1-5`."""
    found = _NAMED.fullmatch(text) or _NUMBERED.fullmatch(text)
    if not found:
        return None
    month, day, year, count = found.group("month", "day", "year", "count")
    number = int(month) if month.isdigit() else 1 + _MONTHS.index(month[:3].lower())
    if not _date(int(year or 2000), number, int(day)):
        return None
    written = WrittenDate(number, int(day), int(year) if year else None)
    return written, int(count) if count else None


def page_day(written: WrittenDate, known: Iterable[date], today: date) -> date | None:
    """The day of a page: the latest such day up to today, but not before a date that stands on it.

    A date that lies more than a year ahead is somebody's mistake, and moves nothing.
    """
    day = written.latest(today)
    horizon = today + timedelta(days=366) if today.year < _LATEST else today
    floor = max((each for each in known if each <= horizon), default=None)
    if written.year is None and day and floor and day < floor:
        return written.earliest(floor)
    return day


def utc_date(text: str) -> date | None:
    """The UTC date of an ISO moment or day, however padded; None for what is no believable date."""
    day = _moment_date(text)
    if day is None and (found := _UNPADDED.match(text)):
        day = _date(*map(int, found.groups()))
    return day if day and _EARLIEST <= day.year <= _LATEST else None


def _moment_date(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
