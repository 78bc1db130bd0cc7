"""A click on more or less: a page, a button, feedback, a better model, a preview."""

import re
from datetime import date
from email.message import EmailMessage
from html import unescape
from itertools import combinations
from urllib.parse import urlsplit

import pytest
from sqlmodel import SQLModel, col, func, select

from service.db import reading, transaction
from service.models import Edition, Feedback, RelevanceModel, Subscriber, SubscriberState
from tests.world import World

DAY = "2026-03-02"
PAPERS = (
    ("Matching on random graphs", "Message passing finds large matchings in random graphs."),
    ("Graphs that mend themselves", "Broken edges of large graphs are mended by a local rule."),
    ("Colouring sparse graphs", "Sparse graphs are coloured by a rule of neighbours."),
    ("Sleep and its spindles", "Spindles in human sleep foretell memory on the next day."),
    ("Dreams in deep sleep", "Reports of dreams after waking from deep sleep."),
    ("Why flies sleep", "Flies that cannot sleep lose the memory of a smell."),
    ("Glass that remembers", "A glass under shear keeps a memory of its largest strain."),
    ("Sheared glass at rest", "After shear a glass relaxes slowly."),
    ("Clouds over warm seas", "Shallow clouds over warm seas thin out in dry air."),
)


@pytest.fixture
def monday(world: World) -> World:
    """Ada follows graphs, and her first edition has come."""
    world.digest(DAY, *PAPERS)
    world.reader("ada", "graphs", max_papers=4)
    world.morning(DAY)
    return world


def ballot(world: World, verdict: str = "more", position: int = 1) -> str:
    """The path of a vote's link in Ada's edition."""
    edition = world.edition("ada", DAY)
    return urlsplit(world.house.links.vote(edition.public_id, position, verdict)).path  # type: ignore[arg-type]


def said(world: World) -> list[tuple[str, int | None]]:
    with reading(world.house.engine) as session:
        rows = session.exec(select(Feedback).order_by(col(Feedback.id))).all()
    return [(row.verdict.value, row.position) for row in rows]


def examples(world: World) -> int:
    with reading(world.house.engine) as session:
        return session.exec(select(RelevanceModel.examples)).one()


def previewed(page: str) -> list[str]:
    """The titles that a page says tomorrow's edition would hold."""
    preview = page.partition('class="preview"')[2]
    return [unescape(title) for title in re.findall(r"<h3>.*?<bdi>(.*?)</bdi>", preview, re.DOTALL)]


def marks(page: str) -> list[str]:
    """What the preview says of each paper's way: newly in, up, down or nothing."""
    items = page.partition('class="preview"')[2].split("<li>")[1:]
    found = [re.search(r'class="badge[^>]*>(?:<span[^>]*>)?([^<]*)', item) for item in items]
    return [each.group(1) if each else "" for each in found]


def html_part(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body
    return str(body.get_content())


def test_the_page_shows_the_paper_the_choice_and_one_button(monday: World) -> None:
    page = monday.browser.get(ballot(monday, "less")).text
    assert monday.titles("ada", DAY)[0] in page
    assert "Less like this" in page
    assert page.count("<button") == page.count("<form") == 1
    assert "<script" not in page


def test_opening_a_vote_link_says_nothing(monday: World) -> None:
    """Pitfall 32."""
    for path in (ballot(monday, "more"), ballot(monday, "less", 3)):
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            monday.browser.request(method, path)
    assert said(monday) == []
    assert examples(monday) == 0


def test_a_press_saves_the_verdict_and_refits_the_model_in_the_same_request(monday: World) -> None:
    monday.passes(hours=1)
    answer = monday.browser.post(ballot(monday, "more", 2))
    assert answer.status_code == 200
    assert said(monday) == [("more", 2)]
    assert examples(monday) == 1
    with reading(monday.house.engine) as session:
        assert session.exec(select(RelevanceModel.trained_at)).one() == monday.now


def test_pressing_again_adds_nothing_and_answers_the_same(monday: World) -> None:
    first, *more = [monday.browser.post(ballot(monday)) for _ in range(4)]
    assert first.status_code == 200
    assert {each.status_code for each in more} == {200}
    assert said(monday) == [("more", 1)]


def test_the_other_link_of_a_paper_has_the_last_word(monday: World) -> None:
    monday.browser.post(ballot(monday, "more"))
    monday.browser.post(ballot(monday, "less"))
    assert [verdict for verdict, _ in said(monday)] == ["more", "less"]
    assert examples(monday) == 1


def test_undo_takes_the_verdict_back_and_refits(monday: World) -> None:
    path = ballot(monday)
    assert 'value="undo"' in monday.browser.post(path).text
    page = monday.browser.post(path, data={"action": "undo"}).text
    assert [verdict for verdict, _ in said(monday)] == ["more", "none"]
    assert examples(monday) == 0
    assert 'value="undo"' not in page


def test_the_page_after_it_shows_what_tomorrows_edition_then_holds(monday: World) -> None:
    """Pitfall 26: what is previewed is what would be composed."""
    third = monday.titles("ada", DAY).index("Colouring sparse graphs") + 1
    page = monday.browser.post(ballot(monday, "less", third)).text
    promised = previewed(page)
    assert len(promised) == 4
    monday.passes(days=1)
    monday.morning("2026-03-03")
    assert monday.titles("ada", "2026-03-03") == promised


def test_a_press_moves_the_preview(monday: World) -> None:
    """Two readers of the same taste, of whom one says something, are shown different mornings."""
    path = ballot(monday)
    before = previewed(monday.browser.post(path, data={"action": "undo"}).text)
    monday.says("ada", "more", "Sleep and its spindles")
    after = previewed(monday.browser.post(path, data={"action": "undo"}).text)
    sleepy = {"Dreams in deep sleep", "Why flies sleep"}
    assert after != before
    assert sleepy & set(after[:2])


def test_the_preview_marks_what_the_press_moved(monday: World) -> None:
    before = previewed(monday.browser.post(ballot(monday), data={"action": "undo"}).text)
    seen: set[str] = set()
    for position in (4, 1, 2):  # the fourth is none of hers, and so it changes most
        page = monday.browser.post(ballot(monday, "more", position)).text
        after = previewed(page)
        assert marks(page) == [_mark(title, place, before) for place, title in enumerate(after)]
        before, seen = after, seen | set(marks(page))
    assert seen != {""}


def _mark(title: str, place: int, before: list[str]) -> str:
    if title not in before:
        return "newly in"
    moved = before.index(title) - place
    return "" if not moved else f"▲ {moved}" if moved > 0 else f"▼ {-moved}"


def test_the_preview_stores_nothing(monday: World) -> None:
    def counts() -> list[int]:
        with reading(monday.house.engine) as session:
            kept = set(SQLModel.metadata.tables) - {"feedback"}
            tables = [SQLModel.metadata.tables[name] for name in sorted(kept)]
            return [session.exec(select(func.count()).select_from(each)).one() for each in tables]

    before = counts()
    monday.browser.post(ballot(monday))
    assert counts() == before


def test_a_link_works_for_sixty_days_and_then_says_so(monday: World) -> None:
    path = ballot(monday)
    monday.passes(days=60)
    assert monday.browser.get(path).status_code == 200
    monday.passes(days=1)
    for answer in (monday.browser.get(path), monday.browser.post(path)):
        assert answer.status_code == 410
        assert "sixty days" in answer.text
    assert said(monday) == []


def test_who_has_left_is_told_so_politely(monday: World) -> None:
    path = ballot(monday)
    monday.browser.post(
        urlsplit(monday.house.links.leave(monday.subscriber("ada").unsubscribe_id)).path
    )
    assert monday.state("ada") is SubscriberState.UNSUBSCRIBED
    for answer in (monday.browser.get(path), monday.browser.post(path)):
        assert answer.status_code == 410
        assert "<button" not in answer.text
    assert said(monday) == []


def test_a_link_to_a_place_that_its_edition_does_not_have_is_no_link(monday: World) -> None:
    for position in (0, 5, 999):
        assert monday.browser.get(ballot(monday, position=position)).status_code == 404
        assert monday.browser.post(ballot(monday, position=position)).status_code == 404


def test_an_edition_that_is_gone_takes_its_links_along(monday: World) -> None:
    path = urlsplit(monday.house.links.vote(12345, 1, "more")).path
    with reading(monday.house.engine) as session:
        assert session.exec(select(Edition).where(Edition.public_id == 12345)).first() is None
    assert monday.browser.get(path).status_code == 404


def test_links_in_a_mail_work_even_where_nobody_unescapes_them(monday: World) -> None:
    """Pitfall 38: there is nothing in our links that HTML could escape."""
    mail = monday.inbox("ada")[0]
    links = re.findall(r'href="(http://127\.0\.0\.1:8000/[^"]*)"', html_part(mail))
    assert len([link for link in links if "/v/" in link]) == 8
    for link in links:
        assert unescape(link) == link
        assert not urlsplit(link).query
        assert monday.browser.get(urlsplit(link).path).status_code == 200


def test_the_preview_is_for_the_day_after_the_newest_edition(monday: World) -> None:
    monday.passes(days=10)
    page = monday.browser.post(ballot(monday)).text
    following = date.fromisoformat(DAY).replace(day=3)
    assert f"{following:%A}" in page


def test_a_readers_pages_speak_the_readers_language(monday: World) -> None:
    asked_for = {"Accept-Language": "fr"}
    assert '<html lang="en"' in monday.browser.get(ballot(monday), headers=asked_for).text
    with transaction(monday.house.engine) as session:
        session.get_one(Subscriber, monday.subscriber("ada").id).language = "de"
    page = monday.browser.get(ballot(monday), headers=asked_for).text
    assert '<html lang="de"' in page
    assert "Mehr davon" in page
    assert "nach heutigem Stand" in monday.browser.post(ballot(monday)).text


def test_a_preview_that_the_bar_empties_says_so(world: World) -> None:
    words = [title for title, _ in PAPERS]
    world.digest(DAY, *(f"{one}: {other}" for one, other in combinations(words, 2)))
    world.reader("ada", "graphs", bar=0)
    world.morning(DAY)
    world.reader("ada", "volcanoes", bar=0.9)
    page = world.browser.post(ballot(world, "less")).text
    assert previewed(page) == []
    assert "good enough for you, by your preferences" in page
    assert "has been sent to you" not in page
