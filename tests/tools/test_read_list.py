"""What counts as a day's list, of all that comes with status 200."""

from datetime import date

import pytest

from service.errors import BadDigest
from service.sources import read_list_of
from tests.tools.pages import as_json, items

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"error": "Internal error"}', "an error of the source: Internal error"),
        (b"<!doctype html><html><body>Sign in</body></html>", "a page for people"),
        (b'{"papers": []}', "a single object"),
        (as_json(items()[0]), "a single object"),
        (as_json(items())[:-300], "breaks off"),
        (b"", "an empty file"),
        (b"Too many requests\n\nPlease come back later", "damaged"),
        (b"[1, 2]", "a JSON list of 2 entries"),
    ],
)
def test_an_error_with_status_200_is_not_taken_for_a_quiet_day(body: bytes, found: str) -> None:
    """Pitfalls 5 and 12."""
    with pytest.raises(BadDigest, match=found):
        read_list_of(DAY, body)


def test_the_day_that_was_asked_for_is_the_digests_day() -> None:
    draft = read_list_of(DAY, as_json(items()))
    assert draft.day == DAY
    assert draft.entries == len(items())
    assert read_list_of(DAY, b"[]").entries == 0
