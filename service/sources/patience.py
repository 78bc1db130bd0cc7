"""How long a busy source wants to be left alone, as its headers say."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

UNSAID = 300.0
LONGEST = 86_400.0

_LEFT = re.compile(r";\s*t\s*=\s*(\d+)", re.ASCII)


def seconds_asked(headers: Mapping[str, str]) -> float:
    """Seconds to stay away: the longest of what is said, between 1 second and a day.

    Reads `Retry-After` as seconds or as a date (RFC 9110, section 10.2.3), and the `t` of
    `RateLimit`. Five minutes where nothing is said, or nothing that can be understood.
    """
    return min(max([1.0, *_said(headers)] if any(_said(headers)) else [UNSAID]), LONGEST)


def _said(headers: Mapping[str, str]) -> Iterator[float]:
    """Every positive number of seconds that the headers name."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        yield _number(asked)
    elif asked:
        yield _until(asked, headers.get("Date", ""))
    yield from map(_number, _LEFT.findall(headers.get("RateLimit", "")))


def _number(digits: str) -> float:
    return float(digits)  # a thousand digits are infinity, not an error


def _until(moment: str, now: str) -> float:
    """The seconds from the source's own time, since its clock need not be ours."""
    try:
        return max((_moment(moment) - _moment(now)).total_seconds(), 0.0)
    except (ValueError, OverflowError):
        return 0.0


def _moment(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
