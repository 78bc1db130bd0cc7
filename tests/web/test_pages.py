"""Pages for everybody, and what is true of all pages."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

from service.mail.templates import template_folder
from service.settings import Settings
from service.web.app import create_app
from service.web.deps import preferred
from service.wiring import House
from tests.world import World

DAY = "2026-03-02"


@pytest.fixture
def known(world: World) -> World:
    """Two days of papers, and a reader who has an edition of the second."""
    world.digest(
        "2026-02-27",
        {"title": "Clouds over warm seas", "summary": "On the list.", "upvotes": 5},
        "Glass that remembers",
    )
    world.digest(
        DAY,
        {"title": "Quiet", "summary": "About quiet things.", "upvotes": 0},
        {"title": "Loud", "summary": "About loud things.", "upvotes": 77},
        {"title": "Unheard", "summary": "Nobody counted these things.", "upvotes": None},
        {"title": "Clouds over warm seas", "summary": "Again on the list.", "upvotes": 5},
    )
    world.reader("ada", "quiet", max_papers=2)
    world.morning(DAY)
    return world


def listed(page: str) -> list[str]:
    return [unescape(title) for title in re.findall(r"<h2>.*?<bdi>(.*?)</bdi>", page)]


def keyed(world: World) -> dict[str, str]:
    """A page of each kind that a link in a mail opens."""
    links, edition, reader = world.house.links, world.edition("ada", DAY), world.subscriber("ada")
    return {
        "v": urlsplit(links.vote(edition.public_id, 1, "more")).path,
        "u": urlsplit(links.leave(reader.unsubscribe_id)).path,
        "c": urlsplit(links.confirm(reader.public_id, world.now)).path,
        "e": urlsplit(links.view(edition.public_id)).path,
        "n": urlsplit(links.never(reader.public_id)).path,
        "p": urlsplit(links.preferences(reader.public_id)).path,
        "l": urlsplit(links.login(reader.public_id, world.now)).path,
    }


# ── the papers ──


def test_home_lists_the_newest_digest_most_reactions_first(known: World) -> None:
    page = known.browser.get("/").text
    assert listed(page) == ["Loud", "Clouds over warm seas", "Quiet", "Unheard"]
    assert "Monday, 2 March 2026" in page


def test_a_paper_is_new_on_its_first_day_only(known: World) -> None:
    page = known.browser.get("/").text
    again = page.partition("Clouds over warm seas")[2].partition("<h2>")[0]
    assert "badge" not in again
    assert page.count('class="badge"') == 3


def test_zero_reactions_are_shown_and_unknown_ones_are_not(known: World) -> None:
    tallies = re.findall(r'class="tally">(.*?)</p>', known.browser.get("/").text, re.DOTALL)
    shown = [re.findall(r"<b>(\d+)</b>", tally) for tally in tallies]
    assert shown == [["77"], ["5"], ["0"], []]


def test_any_past_day_has_its_page_and_knows_its_neighbours(known: World) -> None:
    page = known.browser.get("/day/2026-02-27").text
    assert set(listed(page)) == {"Clouds over warm seas", "Glass that remembers"}
    assert 'href="/day/2026-03-02" rel="next"' in page
    assert 'rel="prev"' not in page
    assert 'href="/day/2026-02-27" rel="prev"' in known.browser.get("/").text


@pytest.mark.parametrize("day", ["2026-03-01", "2026-3-2", "20260302", "today", "2026-02-30"])
def test_a_day_without_a_digest_is_not_there(known: World, day: str) -> None:
    assert known.browser.get(f"/day/{day}").status_code == 404


def test_before_the_first_digest_home_says_what_to_do(world: World) -> None:
    page = world.browser.get("/").text
    assert "paperround ingest" in page


def test_markup_in_a_title_is_text(world: World) -> None:
    world.digest(DAY, ("<script>alert(1)</script> {{ 7*7 }}", "An <img src=x onerror=y> abstract."))
    page = world.browser.get("/").text
    assert "<script" not in page
    assert "<img" not in page
    assert "7*7" in page


# ── an edition in the browser ──


def test_an_edition_in_the_browser_is_the_mails_own_html_and_a_landmark(known: World) -> None:
    """Pitfall 26."""
    body = known.inbox("ada")[0].get_body(("html",))
    assert body
    answer = known.browser.get(keyed(known)["e"])
    start, main, rest = answer.text.partition("<main>")
    contents, end, rest = rest.partition("</main>")
    assert (main, end) == ("<main>", "</main>")
    assert (start + contents + rest).splitlines() == body.get_content().splitlines()
    assert "style-src 'unsafe-inline'" in answer.headers["content-security-policy"]


# ── what is true of all ──


def test_every_page_carries_the_headers_that_keep_it_safe(known: World) -> None:
    for path in ("/", f"/day/{DAY}", "/nothing", "/mailbox", *keyed(known).values()):
        headers = known.browser.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none';"), path
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in headers
        assert "set-cookie" not in headers


def test_pages_whose_address_is_a_key_are_kept_by_nobody(known: World) -> None:
    for path in (*keyed(known).values(), "/v/broken", "/mailbox"):
        headers = known.browser.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex"
    assert "x-robots-tag" not in known.browser.get("/").headers


def test_no_link_opens_a_door_that_it_was_not_made_for(known: World) -> None:
    """One purpose a token: all pairs, and one and the same page for all that fails."""
    tokens = {kind: path.rpartition("/")[2] for kind, path in keyed(known).items()}
    bodies = set()
    for door in tokens:
        for kind, token in tokens.items():
            for forged in ([] if kind == door else [token]) + [token[:-1], token + "x", "a.b", "é"]:
                answers = [known.browser.get(f"/{door}/{forged}")]
                if door != "e":
                    answers.append(known.browser.post(f"/{door}/{forged}"))
                assert {answer.status_code for answer in answers} == {404}
                bodies |= {answer.content for answer in answers}
    assert len(bodies) == 1


def test_a_way_that_is_not_offered_is_refused_politely(known: World) -> None:
    answer = known.browser.delete("/")
    assert answer.status_code == 405
    assert answer.headers["allow"]
    assert "<h1>" in answer.text


def test_a_body_that_no_form_of_ours_would_send_is_cut_off(known: World) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    chunks = (b"a" * 1000 for _ in range(1000))
    assert known.browser.post(keyed(known)["u"], content=chunks, headers=form).status_code == 200


def test_a_failure_shows_no_details(tmp_path: Path) -> None:
    """A database that was never migrated stands for everything that can go wrong."""
    house = House(Settings(state_dir=tmp_path))
    browser = TestClient(create_app(house), raise_server_exceptions=False)
    answer = browser.get("/")
    house.engine.dispose()
    assert answer.status_code == 500
    assert "digest" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_https_is_insisted_on_where_the_links_say_so(world: World) -> None:
    known_as = world.settings.model_copy(update={"base_url": "https://papers.example.org"})
    browser = TestClient(create_app(House(known_as)))
    assert "max-age" in browser.get("/health/live").headers["strict-transport-security"]


def test_it_says_that_it_is_alive(world: World) -> None:
    assert world.browser.get("/health/live").text == "alive\n"


def test_the_stylesheet_is_the_only_thing_a_page_loads(known: World) -> None:
    for path in ("/", "/mailbox", *keyed(known).values()):
        page = known.browser.get(path).text
        loaded = re.findall(r'<link[^>]*href="([^"]*)"|<(?:img|script)[^>]*src="([^"]*)"', page)
        for link, source in loaded:
            assert not source
            assert known.browser.get(link).status_code == 200


# ── languages ──


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr, de;q=0.4, en;q=0.8", "en"),
        ("en;q=0.1, de", "de"),
        ("de;q=0", "en"),
        ("de;q=much, en", "en"),
        ("*", "en"),
        (",;=q;;" * 500, "en"),
    ],
)
def test_a_browser_is_answered_in_its_language(header: str, language: str) -> None:
    assert preferred(header, ("de", "en")) == language


def test_every_sentence_of_the_pages_has_its_german() -> None:
    templates = template_folder()
    found = extract_from_dir(
        templates / "web",
        method_map=[("**.html", "jinja2")],
        options_map={"**.html": {"extensions": "jinja2.ext.i18n"}},
    )
    said = {message[2] for message in found}
    with (templates / "locale/de/LC_MESSAGES/paperround.po").open("rb") as catalog:
        translated = {entry.id for entry in read_po(catalog) if entry.string and not entry.fuzzy}
    assert said
    assert {each for each in said if each not in translated} == set()


def test_pages_are_german_for_a_german_browser(known: World) -> None:
    page = known.browser.get("/", headers={"Accept-Language": "de"}).text
    assert "Montag, 2. März 2026" in page
    assert "reactions" not in page


def test_templates_hold_no_style_and_no_script() -> None:
    folder: Path = template_folder() / "web"
    for template in folder.glob("*.html"):
        words = template.read_text()
        assert "style=" not in words
        assert "<script" not in words
        assert "| safe" not in words
