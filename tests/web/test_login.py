"""From a mail to the preferences: nothing but the mailbox itself opens the door."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from service.models import SubscriberState
from service.web.app import create_app
from tests.web.forms import log_in, path
from tests.world import World

HTTPS = "https://papers.example.org"


@pytest.fixture
def ada(world: World) -> World:
    """Ada reads, and has had an edition."""
    world.digest("2026-03-02", "Graphs that mend themselves", "Sleep and its spindles")
    world.reader("ada", "graphs")
    world.morning("2026-03-02")
    return world


def preferences_link(world: World) -> str:
    return path(world.house.links.preferences(world.subscriber("ada").public_id))


def login_link(world: World) -> str:
    return path(world.house.links.login(world.subscriber("ada").public_id, world.now))


def test_the_footer_of_an_edition_leads_to_a_fresh_link(ada: World) -> None:
    body = ada.inbox("ada")[0].get_body(("plain",))
    assert body
    assert preferences_link(ada) in body.get_content()
    page = ada.browser.get(preferences_link(ada))
    assert page.text.count("<button") == 1
    assert "ada@" not in page.text
    assert ada.browser.post(preferences_link(ada)).status_code == 202
    ada.deliver()
    mail = ada.inbox("ada")[1]
    assert mail["Subject"] == "Your link to your preferences"
    assert login_link(ada) in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_forwarded_mail_shows_nobody_the_address_or_the_preferences(ada: World) -> None:
    """With all links of a mail in hand, no page says whose mail it was."""
    reader, links = ada.subscriber("ada"), ada.house.links
    for url in (preferences_link(ada), path(links.leave(reader.unsubscribe_id))):
        for page in (ada.browser.get(url), ada.browser.post(url)):
            assert "ada@" not in page.text
            assert "set-cookie" not in page.headers
    assert ada.browser.get("/preferences").status_code == 403


def test_three_links_an_hour_and_the_page_does_not_say_which_is_the_fourth(ada: World) -> None:
    pages = []
    for _ in range(5):
        ada.passes(seconds=1)
        pages.append(ada.browser.post(preferences_link(ada)).content)
    assert len(set(pages)) == 1
    assert sum(row.kind == "login" for row in ada.deliveries()) == 3
    ada.passes(hours=1)
    ada.browser.post(preferences_link(ada))
    assert sum(row.kind == "login" for row in ada.deliveries()) == 4


def test_a_scanner_that_opens_the_link_neither_enters_nor_uses_it_up(ada: World) -> None:
    """Pitfalls 32, 40."""
    link = login_link(ada)
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        assert "set-cookie" not in ada.browser.request(method, link).headers
    assert ada.browser.post(link).status_code == 303


def test_a_link_opens_the_door_once(ada: World) -> None:
    link = login_link(ada)
    assert ada.browser.post(link).headers["location"] == "/preferences"
    ada.browser.cookies.clear()
    for answer in (ada.browser.post(link), ada.browser.get(link)):
        assert answer.status_code == 410
        assert "set-cookie" not in answer.headers


def test_a_link_is_good_for_fifteen_minutes(ada: World) -> None:
    link = login_link(ada)
    ada.passes(minutes=15)
    assert ada.browser.get(link).status_code == 200
    ada.passes(seconds=1)
    assert ada.browser.get(link).status_code == 410
    assert ada.browser.post(link).status_code == 410


def test_a_login_mail_that_is_late_is_not_sent(ada: World) -> None:
    ada.browser.post(preferences_link(ada))
    ada.passes(minutes=16)
    ada.deliver()
    assert len(ada.inbox("ada")) == 1


def test_a_session_ends_after_an_hour(ada: World) -> None:
    log_in(ada, "ada")
    ada.passes(hours=1)
    assert ada.browser.get("/preferences").status_code == 200
    ada.passes(seconds=1)
    assert ada.browser.get("/preferences").status_code == 403


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(ada: World) -> None:
    cookie = log_in(ada, "ada").headers["set-cookie"]
    assert cookie.startswith("paperround=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=3600" in cookie


def test_over_https_the_cookie_is_bound_to_the_host(ada: World) -> None:
    settings = ada.settings.model_copy(update={"base_url": HTTPS})
    house = replace(ada.house, settings=settings)
    link = path(house.links.login(ada.subscriber("ada").public_id, ada.now))
    with TestClient(create_app(house), base_url=HTTPS, follow_redirects=False) as browser:
        cookie = browser.post(link).headers["set-cookie"]
        assert browser.get("/preferences").status_code == 200
    house.engine.dispose()
    assert cookie.startswith("__Host-paperround=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_nobody_can_log_a_reader_in_from_another_site(ada: World) -> None:
    answer = ada.browser.post(login_link(ada), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_who_has_left_may_still_come_in_and_who_never_confirmed_may_not(ada: World) -> None:
    ada.browser.post(path(ada.house.links.leave(ada.subscriber("ada").unsubscribe_id)))
    assert ada.state("ada") is SubscriberState.UNSUBSCRIBED
    ada.browser.post(preferences_link(ada))
    ada.deliver()
    assert ada.inbox("ada")[-1]["Subject"] == "Your link to your preferences"
    ada.reader("bo", confirmed=False)
    before = len(ada.deliveries())
    ada.browser.post(path(ada.house.links.preferences(ada.subscriber("bo").public_id)))
    assert len(ada.deliveries()) == before
    assert log_in(ada, "bo").status_code == 410


def test_a_token_of_another_purpose_or_reader_opens_nothing(ada: World) -> None:
    links, reader = ada.house.links, ada.subscriber("ada")
    others = (links.preferences(reader.public_id), links.confirm(reader.public_id, ada.now))
    for url in others:
        token = url.rpartition("/")[2]
        for start in ("/l/", "/n/"):
            assert ada.browser.post(start + token).status_code == 404
        ada.browser.cookies.set("paperround", token)
        assert ada.browser.get("/preferences").status_code == 403
    assert ada.browser.post(path(links.login(4711, ada.now))).status_code == 404
