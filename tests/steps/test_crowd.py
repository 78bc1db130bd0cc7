"""More ask than we write to in an hour: they are kept, written to later, and it is said aloud."""

import logging
from datetime import timedelta

import pytest

from service import limits, subscribe
from service.db import transaction
from service.limits import Knocker
from service.models import SubscriberState
from service.wishes import Wishes
from tests.world import World

ALL = [Knocker(limits.ASKED_IN_ALL)]


@pytest.fixture
def crowded(world: World) -> World:
    """Two hundred have been written to within the hour."""
    with transaction(world.house.engine) as session:
        for _ in range(200):
            limits.admit(session, ALL, now=world.now)
    world.passes(minutes=30)
    return world


def asks(world: World, name: str) -> None:
    address = world.address(name)
    with transaction(world.house.engine) as session:
        subscribe.knock(
            session,
            address,
            Wishes(interests=["graphs"]),
            world.house.links.address_hash(address),
            ALL,
            now=world.now,
        )


def test_whoever_comes_too_many_is_kept_and_asked_when_there_is_room(crowded: World) -> None:
    asks(crowded, "ada")
    assert crowded.state("ada") is SubscriberState.PENDING
    crowded.passes(minutes=29)
    crowded.deliver()
    assert crowded.inbox("ada") == []
    crowded.passes(minutes=2)
    crowded.deliver()
    assert len(crowded.inbox("ada")) == 1
    public_id = crowded.subscriber("ada").public_id
    with transaction(crowded.house.engine) as session:
        (promise,) = crowded.deliveries()
        assert subscribe.confirm(session, public_id, promise.created_at, now=crowded.now)


def test_a_reader_who_waits_in_the_crowd_gets_a_login_link_that_still_opens(
    crowded: World,
) -> None:
    crowded.reader("ada", "graphs")
    asks(crowded, "ada")
    crowded.passes(minutes=31)
    crowded.deliver()
    (mail,) = crowded.inbox("ada")
    body = mail.get_body(("plain",))
    assert body
    (path,) = [word for word in body.get_content().split() if "/l/" in word]
    assert crowded.browser.post(path).status_code == 303


def test_a_crowd_is_told_of_once_an_hour_by_number_and_never_by_name(
    crowded: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for number in range(3):
        asks(crowded, f"ada{number}")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "more ask to subscribe than an hour allows" in caplog.text
    assert "ada" not in caplog.text
    crowded.passes(hours=1)
    with transaction(crowded.house.engine) as session:
        for _ in range(200):
            limits.admit(session, ALL, now=crowded.now)
    asks(crowded, "bo")
    assert len(caplog.records) == 2


def test_a_flood_makes_no_more_readers_than_two_hours_can_take(crowded: World) -> None:
    with transaction(crowded.house.engine) as session:
        for _ in range(199):
            limits.admit(session, ALL, now=crowded.now)
    asks(crowded, "last")
    asks(crowded, "toomany")
    assert [row.next_try - crowded.now for row in crowded.deliveries()] == [timedelta(minutes=30)]
