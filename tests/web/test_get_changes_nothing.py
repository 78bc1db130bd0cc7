"""Looking changes nothing: every route that can be looked at, with real links and with junk.

Routes are collected from the app, so that a new one is covered from its first day.
"""

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import SQLModel

from service.db import reading
from service.web.app import create_app
from service.wiring import House
from tests.world import World

LOOKS = ("GET", "HEAD", "OPTIONS")
JUNK = ("", ".", "..", "%2e%2e%2f", "a/b", "\x00", "2026-02-30", "x" * 5000, "é", "⟨token⟩", "'--")


@pytest.fixture
def lived_in(world: World) -> World:
    """A house with something in every corner: papers, readers, editions, mail, feedback."""
    world.digest("2026-03-01", "Matching on random graphs", "Dreams in deep sleep")
    world.reader("ada", "graphs", max_papers=2)
    world.reader("bo", confirmed=False)
    world.reader("cy", "sleep")
    world.morning("2026-03-01")
    world.says("ada", "more", "Matching on random graphs")
    world.digest("2026-03-02", "Graphs that mend themselves", "Sleep and its spindles")
    world.morning("2026-03-02")
    world.browser.post(urlsplit(login(world, "cy")).path)  # so that the preferences open, too
    return world


def login(world: World, name: str) -> str:
    return world.house.links.login(world.subscriber(name).public_id, world.now)


def rows(house: House) -> dict[str, list[str]]:
    """Every row of every table."""
    with reading(house.engine) as session:
        return {
            name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for name, table in SQLModel.metadata.tables.items()
        }


def mails(world: World) -> dict[str, bytes]:
    folder = world.settings.mailbox
    assert folder
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def look_at_paths(world: World) -> list[str]:
    """The paths of all routes that answer a GET, `{token}` and the like left open."""
    app = create_app(world.house)
    found = [
        str(route.path)
        for route in iter_route_contexts(app.routes)
        if "GET" in (route.methods or ())
    ]
    mailed = {"/v/{token}", "/u/{unsubscribe_id}", "/c/{token}", "/e/{token}", "/p/{token}"}
    assert mailed | {"/", "/subscribe", "/l/{token}", "/n/{token}", "/preferences"} <= set(found)
    return [*found, "/static/style.css"]


def keys(world: World) -> Iterator[str]:
    """What opens pages: tokens, ids, days and names of mails, all of them real."""
    links, edition = world.house.links, world.edition("ada", "2026-03-02")
    for url in (
        links.vote(edition.public_id, 1, "more"),
        links.vote(edition.public_id, 1, "less"),
        links.view(edition.public_id),
        *(links.leave(world.subscriber(name).unsubscribe_id) for name in ("ada", "bo", "cy")),
        *(links.confirm(world.subscriber(name).public_id, world.now) for name in ("ada", "bo")),
        *(links.never(world.subscriber(name).public_id) for name in ("ada", "bo")),
        *(links.preferences(world.subscriber(name).public_id) for name in ("ada", "bo")),
        *(login(world, name) for name in ("ada", "bo", "cy")),
    ):
        yield urlsplit(url).path.rpartition("/")[2]
    yield from ("2026-03-01", "2026-03-02", *(name.partition(".")[0] for name in mails(world)))


def test_no_look_changes_a_row_whatever_link_is_opened(lived_in: World) -> None:
    """Pitfalls 32, 40."""
    world = lived_in
    paths, known = look_at_paths(world), sorted(keys(world))
    before = rows(world.house), mails(world)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        method=st.sampled_from(LOOKS),
        path=st.sampled_from(paths),
        key=st.one_of(st.sampled_from(known), st.sampled_from(JUNK), st.text(max_size=80)),
    )
    def look(method: str, path: str, key: str) -> None:
        opened = path.partition("{")[0] + quote(key, safe="") + path.rpartition("}")[2]
        answer = world.browser.request(method, opened if "{" in path else path)
        assert answer.status_code < 500
        assert (rows(world.house), mails(world)) == before

    look()


def test_every_page_answers_a_look_of_its_own_kind(lived_in: World) -> None:
    """Each route opens with at least one of the real keys, so that the promise above means something."""
    world = lived_in
    known = sorted(keys(world))
    before = rows(world.house)
    for path in look_at_paths(world):
        start, end = path.partition("{")[0], path.rpartition("}")[2]
        tries = [path] if "{" not in path else [start + quote(key) + end for key in known]
        got = [world.browser.get(each) for each in tries]
        heads = [world.browser.head(each) for each in tries]
        assert 200 in [each.status_code for each in got], path
        assert [each.status_code for each in got] == [each.status_code for each in heads]
    assert rows(world.house) == before


def test_the_watch_over_the_rows_would_see_a_change(lived_in: World) -> None:
    world = lived_in
    before = rows(world.house)
    leave = urlsplit(world.house.links.leave(world.subscriber("ada").unsubscribe_id)).path
    world.browser.post(leave)
    assert rows(world.house) != before
