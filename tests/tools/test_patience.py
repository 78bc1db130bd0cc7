"""How long a busy source is left alone."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from service.sources.patience import LONGEST, UNSAID, seconds_asked

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = format_datetime(NOON + timedelta(minutes=7), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": LATER, "Date": format_datetime(NOON, usegmt=True)}, 420.0),
        ({"RateLimit": '"api";r=0;t=211', "RateLimit-Policy": '"api";q=500;w=300'}, 211.0),
        ({"RateLimit": '"api";r=0; t = 12, "pages";r=3;t=40', "Retry-After": "5"}, 40.0),
        ({"Retry-After": "0"}, UNSAID),
        ({"Retry-After": "-5"}, UNSAID),
        ({"Retry-After": "soon"}, UNSAID),
        ({"Retry-After": LATER}, UNSAID),
        ({"Retry-After": "٣"}, UNSAID),
        ({"Retry-After": "9" * 5000}, LONGEST),
        ({}, UNSAID),
    ],
    ids=lambda value: str(value)[:60],
)
def test_how_long_to_stay_away_is_read_from_either_header(
    headers: dict[str, str], seconds: float
) -> None:
    assert seconds_asked(headers) == seconds
