"""Nobody bombs a mailbox through us, and nobody's limit is another's."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import select
from starlette.requests import Request
from starlette.testclient import TestClient

from service.db import reading
from service.errors import BadSetting
from service.models import Knock
from service.web.app import create_app
from service.web.network import Trust
from service.wiring import House
from tests.web.forms import ask
from tests.world import World


def test_a_hundred_requests_for_one_address_are_one_mail(world: World) -> None:
    spellings = ["ada@gmail.com", "A.d.a@gmail.com", "ada+news@GMAIL.com", "ada@gmail.com"]
    for spelling in spellings * 3:
        world.passes(minutes=20)
        assert ask(world, spelling).status_code == 202
    assert len(world.deliveries()) == 1


def test_one_client_has_five_mails_an_hour_sent(world: World) -> None:
    pages = [ask(world, f"n{number}@reader.example").content for number in range(12)]
    assert len(world.deliveries()) == 5
    assert len(set(pages)) == 1
    world.passes(hours=1)
    ask(world, "late@reader.example")
    assert len(world.deliveries()) == 6


def test_asking_for_a_known_reader_counts_like_all_asking(world: World) -> None:
    world.reader("ada", "graphs")
    for _ in range(4):
        ask(world, "ada@reader.example")
    assert [row.kind for row in world.deliveries()] == ["known"]


def test_neither_networks_nor_addresses_are_written_down(world: World) -> None:
    ask(world, "ada@reader.example")
    with reading(world.house.engine) as session:
        seen = [row.who for row in session.exec(select(Knock))]
    assert sorted(len(who) for who in seen) == [0, 64, 64]
    assert world.house.links.visitor_hash("ask-network", "127.0.0.1") in seen


# ── who is the client ──


@pytest.fixture
def proxied(world: World) -> Iterator[House]:
    """The same house, with one proxy in front of it that we trust."""
    house = replace(
        world.house, settings=world.settings.model_copy(update={"trusted_proxies": "1"})
    )
    yield house
    house.engine.dispose()


def test_behind_a_proxy_each_client_has_a_limit_of_their_own(world: World, proxied: House) -> None:
    """Pitfall 39."""
    stamp = world.house.links.stamp(world.now)
    world.passes(seconds=5)
    with TestClient(create_app(proxied), client=("10.0.0.1", 1)) as browser:
        for number in range(30):
            browser.post(
                "/subscribe",
                data={"email": f"n{number}@reader.example", "stamp": stamp},
                headers={"X-Forwarded-For": f"6.6.6.6, 203.0.113.{number % 3}"},
            )
    assert len(world.deliveries()) == 15


def test_a_made_up_header_gives_nobody_a_second_limit(world: World) -> None:
    """Pitfall 39, from the other side: with no proxy named, nobody's word counts."""
    for number in range(9):
        world.browser.headers["X-Forwarded-For"] = f"203.0.113.{number}"
        ask(world, f"n{number}@reader.example")
    assert len(world.deliveries()) == 5


@pytest.mark.parametrize(
    ("setting", "forwarded", "peer", "network"),
    [
        ("", "203.0.113.9", "10.0.0.1", "10.0.0.1"),
        ("0", "203.0.113.9", "10.0.0.1", "10.0.0.1"),
        ("1", "6.6.6.6, 203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("2", "6.6.6.6, 203.0.113.9, 10.0.0.7", "10.0.0.1", "203.0.113.9"),
        ("3", "203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("1", "", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.0/8", "6.6.6.6, 203.0.113.9, 10.9.9.9", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.0/8, ::1", "203.0.113.9, 10.9.9.9", "::1", "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.9", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "unknown", "10.0.0.1", "10.0.0.1"),
        ("10.0.0.0/8", "203.0.113.9:4711", "10.0.0.1", "203.0.113.9"),
        ("1", "[2001:db8:1:2:3:4:5:6]:4711", "10.0.0.1", "2001:db8:1:2::/64"),
        ("", "", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", "", "::ffff:203.0.113.9", "203.0.113.9"),
        ("", "", "somewhere", "None"),
    ],
)
def test_the_client_is_whom_nobody_trusted_has_named(
    setting: str, forwarded: str, peer: str, network: str
) -> None:
    """Pitfall 39."""
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = Request({"type": "http", "headers": headers, "client": (peer, 1)})
    assert Trust(setting).network(request) == network


def test_a_proxy_that_is_no_network_is_one_sentence() -> None:
    with pytest.raises(BadSetting, match="PAPERROUND_TRUSTED_PROXIES has to be"):
        Trust("my-proxy")


def test_what_a_proxy_passes_on_is_not_at_home(world: World) -> None:
    world.reader("ada", confirmed=False)
    world.deliver()
    assert world.browser.get("/mailbox").status_code == 200
    passed_on = {"X-Forwarded-For": "203.0.113.9"}
    assert world.browser.get("/mailbox", headers=passed_on).status_code == 404
