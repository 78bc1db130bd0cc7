"""Leaving: a page with a button, and the one-click POST of RFC 8058, which works for ever."""

from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from service.models import DeliveryState, SubscriberState
from service.web.app import create_app
from tests.world import World

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)

BODIES: dict[str, dict[str, Any]] = {
    "urlencoded": {"content": ONE_CLICK, "headers": FORM},
    "multipart": {"content": PARTS, "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
    "no body": {},
    "no type": {"content": ONE_CLICK},
    "spaces at the end": {"content": f"{ONE_CLICK}  \r\n", "headers": FORM},
    "more fields": {"content": f"{ONE_CLICK}&campaign=7&a=b", "headers": FORM},
    "another word": {"content": "unsubscribe=please", "headers": FORM},
    "broken multipart": {
        "content": b"--nonsense",
        "headers": {"Content-Type": "multipart/form-data"},
    },
    "a file": {"files": {"List-Unsubscribe": ("x.txt", b"One-Click")}},
    "JSON": {"json": {"List-Unsubscribe": "One-Click"}},
    "bytes": {"content": b"\xff\x00\xfe", "headers": FORM},
    "far too much": {"content": b"a" * 200_000, "headers": FORM},
    "a stranger's origin": {
        "content": ONE_CLICK,
        "headers": FORM | {"Origin": "https://mail.example.com", "Sec-Fetch-Site": "cross-site"},
    },
    "no user agent": {"content": ONE_CLICK, "headers": FORM | {"User-Agent": ""}},
}


@pytest.fixture
def mailed(world: World) -> World:
    """Ada has had an edition."""
    world.digest("2026-03-02", "Graphs that mend themselves", "Sleep and its spindles")
    world.reader("ada", "graphs", max_papers=1)
    world.morning("2026-03-02")
    return world


def header_url(world: World) -> str:
    """The very URL that a mailbox provider posts to."""
    return str(world.inbox("ada")[0]["List-Unsubscribe"]).strip("<>")


@pytest.mark.parametrize("kind", BODIES)
def test_one_click_works_whatever_is_posted(world: World, kind: str) -> None:
    """Pitfalls 29, 30, 31: no login, no cookie, no token of a form, and it really happens."""
    url = world.house.links.leave(world.reader("ada").unsubscribe_id)
    answer = world.browser.post(url, **BODIES[kind])
    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    reader = world.subscriber("ada")
    assert reader.state is SubscriberState.UNSUBSCRIBED
    assert reader.left_at == world.now
    assert reader.next_due is None


def test_the_url_in_the_header_is_the_one_that_works(mailed: World) -> None:
    assert mailed.inbox("ada")[0]["List-Unsubscribe-Post"] == ONE_CLICK
    assert mailed.browser.post(header_url(mailed), data=dict([ONE_CLICK.split("=")])).is_success
    assert mailed.state("ada") is SubscriberState.UNSUBSCRIBED


def test_a_scanner_that_opens_the_link_unsubscribes_nobody(mailed: World) -> None:
    """Pitfall 32."""
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        mailed.browser.request(method, header_url(mailed))
    assert mailed.state("ada") is SubscriberState.ACTIVE


def test_the_page_has_one_button_and_names_no_address(mailed: World) -> None:
    page = mailed.browser.get(header_url(mailed)).text
    assert page.count("<button") == page.count("<form") == 1
    assert "ada@" not in page


def test_leaving_ten_times_is_leaving_once(mailed: World) -> None:
    answers = {mailed.browser.post(header_url(mailed)).status_code for _ in range(10)}
    assert answers == {200}
    left_at = mailed.subscriber("ada").left_at
    mailed.passes(days=3)
    assert mailed.browser.post(header_url(mailed)).status_code == 200
    assert mailed.subscriber("ada").left_at == left_at


def test_leaving_between_queueing_and_sending_stops_the_mail(mailed: World) -> None:
    """Pitfall 23: the row is changed when the page answers, and the claim looks at it."""
    mailed.passes(days=1)
    mailed.compose("2026-03-03")
    assert mailed.deliveries()[-1].state is DeliveryState.PENDING
    mailed.browser.post(header_url(mailed))
    mailed.deliver()
    assert mailed.deliveries()[-1].state is DeliveryState.SUPPRESSED
    assert len(mailed.inbox("ada")) == 1


def test_the_link_still_works_years_later_and_under_other_keys(mailed: World) -> None:
    path = urlsplit(header_url(mailed)).path
    mailed.passes(days=3650)
    key = "quite another key and as long as it has to be"
    changed = mailed.settings.model_copy(update={"secret_key": key})
    house = replace(mailed.house, settings=changed)
    with closing(TestClient(create_app(house))) as browser:
        answer = browser.post(path, data={"List-Unsubscribe": "One-Click"})
    house.engine.dispose()
    assert answer.status_code == 200
    assert mailed.state("ada") is SubscriberState.UNSUBSCRIBED


def test_leaving_can_be_undone_for_an_hour(mailed: World) -> None:
    assert 'value="undo"' in mailed.browser.post(header_url(mailed)).text
    mailed.passes(minutes=59)
    for _ in range(2):  # a second press is no harm
        assert (
            "Welcome back" in mailed.browser.post(header_url(mailed), data={"action": "undo"}).text
        )
        assert mailed.state("ada") is SubscriberState.ACTIVE
    assert mailed.subscriber("ada").next_due is not None


def test_after_an_hour_it_stays_so(mailed: World) -> None:
    mailed.browser.post(header_url(mailed))
    mailed.passes(minutes=61)
    assert 'value="undo"' not in mailed.browser.get(header_url(mailed)).text
    assert mailed.browser.post(header_url(mailed), data={"action": "undo"}).status_code == 200
    assert mailed.state("ada") is SubscriberState.UNSUBSCRIBED


def test_who_never_confirmed_can_leave_but_not_come_back_without_confirming(world: World) -> None:
    world.reader("bo", confirmed=False)
    path = urlsplit(world.house.links.leave(world.subscriber("bo").unsubscribe_id)).path
    assert 'value="undo"' not in world.browser.post(path).text
    world.browser.post(path, data={"action": "undo"})
    assert world.state("bo") is SubscriberState.UNSUBSCRIBED


def test_the_exact_path_answers_without_a_redirect(mailed: World) -> None:
    answer = mailed.browser.post(urlsplit(header_url(mailed)).path + "/")
    assert answer.status_code == 404
    assert mailed.state("ada") is SubscriberState.ACTIVE


def test_an_id_that_is_nobodys_is_nothing(mailed: World) -> None:
    for path in ("/u/" + "0" * 32, "/u/" + "F" * 32, "/u/short", "/u/%00"):
        assert mailed.browser.get(path).status_code == 404
        assert mailed.browser.post(path).status_code == 404
    assert mailed.state("ada") is SubscriberState.ACTIVE
