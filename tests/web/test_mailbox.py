"""The trial's mailbox: on this machine only, each reader's mail beside the other's."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from service import demo
from service.web.app import create_app
from tests.world import World

DAY = "2026-03-02"
ELSEWHERE = "192.0.2.7"


@pytest.fixture
def delivered(world: World) -> World:
    """One digest, and two readers of opposite tastes who have their editions."""
    world.digest(
        DAY,
        ("Matching on random graphs", "Message passing finds large matchings in graphs."),
        ("Graphs that mend themselves", "Broken edges of graphs are mended by a local rule."),
        ("Sleep and its spindles", "Spindles in human sleep foretell memory."),
        ("Dreams in deep sleep", "Reports of dreams after waking from deep sleep."),
    )
    world.reader("ada", "graphs", mutes=("dreams",), max_papers=2)
    world.reader("noor", "sleep", max_papers=2)
    world.morning(DAY)
    return world


def browser(world: World, *, host: str = "127.0.0.1:8000", client: str = "127.0.0.1") -> TestClient:
    """Somebody who asks for `host` from the address `client`."""
    return TestClient(
        create_app(world.house),
        base_url=f"http://{host}",
        client=(client, 50000),
        follow_redirects=False,
    )


def names(world: World) -> dict[str, str]:
    """The newest mail of each reader, by address."""
    mailbox = world.house.mailbox
    assert mailbox
    return {entry.to: entry.name for entry in reversed(mailbox.entries())}


def pages(world: World) -> list[str]:
    name = names(world)[world.address("ada")]
    return ["/mailbox"] + [f"/mailbox/{name}{view}" for view in ("", "/text", "/source", "/html")]


def test_both_readers_newest_mails_stand_side_by_side(delivered: World) -> None:
    page = delivered.browser.get("/mailbox").text
    assert page.count("<iframe") == 2
    for address, name in names(delivered).items():
        assert address in page
        assert f'src="/mailbox/{name}/html"' in page
    assert "graphs" in page  # what Ada follows
    assert "No paper stands in both editions." in page
    assert "<script" not in page


def test_papers_that_both_readers_got_are_counted(delivered: World) -> None:
    delivered.digest("2026-03-03", ("Sleep on graphs", "Graphs of sleep, and sleep in graphs."))
    delivered.passes(days=1)
    delivered.morning("2026-03-03")
    shared = set(delivered.titles("ada", "2026-03-03")) & set(
        delivered.titles("noor", "2026-03-03")
    )
    assert f"{len(shared)} paper" in delivered.browser.get("/mailbox").text


def test_a_mail_is_shown_as_html_as_text_and_with_its_headers(delivered: World) -> None:
    name = names(delivered)[delivered.address("ada")]
    title = delivered.titles("ada", DAY)[0]
    assert title in unescape(delivered.browser.get(f"/mailbox/{name}/html").text)
    assert title in unescape(delivered.browser.get(f"/mailbox/{name}/text").text)
    source = delivered.browser.get(f"/mailbox/{name}/source").text
    assert "List-Unsubscribe-Post" in source


def test_a_mail_in_its_frame_can_run_nothing_and_opens_links_in_new_tabs(delivered: World) -> None:
    name = names(delivered)[delivered.address("ada")]
    answer = delivered.browser.get(f"/mailbox/{name}/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'"
    )
    assert "frame-ancestors 'self'" in policy
    assert re.search(r'<head[^>]*><base target="_blank">', answer.text)
    outer = delivered.browser.get(f"/mailbox/{name}").text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in outer


def test_what_the_mailbox_shows_is_what_was_mailed(delivered: World) -> None:
    """Pitfall 26: only the target of links is added."""
    name = names(delivered)[delivered.address("ada")]
    framed = delivered.browser.get(f"/mailbox/{name}/html").text
    body = delivered.inbox("ada")[0].get_body(("html",))
    assert body
    shown = framed.replace('<base target="_blank">', "").splitlines()
    assert shown == body.get_content().splitlines()


def test_a_stranger_finds_no_mailbox(delivered: World) -> None:
    for path in pages(delivered):
        assert delivered.browser.get(path).status_code == 200
        assert browser(delivered, client=ELSEWHERE).get(path).status_code == 404
    home = browser(delivered, client=ELSEWHERE).get("/").text
    assert "/mailbox" not in home
    assert "/mailbox" in delivered.browser.get("/").text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "8.8.8.8", "[::2]"])
def test_a_name_that_a_stranger_leads_here_finds_no_mailbox(delivered: World, host: str) -> None:
    for path in pages(delivered):
        assert browser(delivered, host=host).get(path).status_code == 404
    assert browser(delivered, host=host).post("/mailbox/next-day").status_code == 404


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_every_name_of_this_machine_will_do(delivered: World, host: str) -> None:
    assert browser(delivered, host=host).get("/mailbox").status_code == 200


def test_with_a_real_relay_there_is_no_mailbox(mailing: World) -> None:
    assert mailing.browser.get("/mailbox").status_code == 404
    assert mailing.browser.post("/mailbox/next-day").status_code == 404
    assert "/mailbox" not in mailing.browser.get("/").text


def test_only_names_of_mails_open_anything(delivered: World) -> None:
    (delivered.settings.state_dir / "secret.eml").write_bytes(b"Subject: secret\r\n\r\nsecret\r\n")
    for name in ("..%2Fsecret", "%2e%2e%2fsecret", "secret", "0" * 32, "next-day", "%00"):
        for view in ("", "/text", "/source", "/html"):
            assert delivered.browser.get(f"/mailbox/{name}{view}").status_code == 404


def test_an_empty_mailbox_says_so(world: World) -> None:
    answer = world.browser.get("/mailbox")
    assert answer.status_code == 200
    assert "No mail yet" in answer.text


def test_a_form_on_a_strangers_page_brings_no_day(delivered: World) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        answer = delivered.browser.post("/mailbox/next-day", headers=headers)
        assert answer.status_code == 403


def test_the_next_sample_day_is_brought_by_a_button_as_long_as_there_is_one(world: World) -> None:
    demo.start(world.house)
    button = "Bring the next day"
    assert button in world.browser.get("/mailbox").text
    answer = world.browser.post("/mailbox/next-day", headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/mailbox")
    page = world.browser.get("/mailbox").text
    assert button not in page
    assert len(re.findall(r'href="/mailbox/[0-9a-f]{32}"', page)) == 2 + 4  # columns and list
    assert world.browser.post("/mailbox/next-day").status_code == 303
    assert world.browser.get("/mailbox").text == page
