"""The preferences: change, pause, export, erase; by nobody but the reader."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import SQLModel, col, select

from service.db import reading
from service.models import (
    Edition,
    Feedback,
    Interest,
    RelevanceModel,
    Subscriber,
    SubscriberState,
    Suppression,
)
from tests.web.forms import ask, log_in, path, wishes
from tests.world import World


@pytest.fixture
def inside(world: World) -> World:
    """Ada, who has had an edition and judged a paper, is logged in."""
    world.digest("2026-03-02", "Graphs that mend themselves", "Sleep and its spindles")
    world.reader("ada", "graphs", mutes=("survey",))
    world.reader("bo", "sleep")
    world.morning("2026-03-02")
    world.says("ada", "more", "Graphs that mend themselves")
    log_in(world, "ada")
    return world


def rows(world: World, table: type[SQLModel], name: str) -> list[Any]:
    reader_id = world.subscriber(name).id
    with reading(world.house.engine) as session:
        column = col(table.subscriber_id)  # type: ignore[attr-defined]
        return list(session.exec(select(table).where(column == reader_id)).all())


def test_the_form_shows_what_holds(inside: World) -> None:
    page = inside.browser.get("/preferences").text
    assert ">graphs</textarea>" in page
    assert ">survey</textarea>" in page
    assert page.count(" checked") == 8
    assert '<option value="0.005" selected>' in page
    assert "Monday, 2 March 2026" in page


def test_weights_and_authors_are_kept_and_shown_as_they_are_typed(inside: World) -> None:
    typed = wishes(
        inside,
        interests="glass ^2.5, sleep",
        authors="Example, Ada\nBo Sample ^2",
        muted_authors="Cy Late; Dee Other",
    )
    assert inside.browser.post("/preferences", data=typed).status_code == 200
    kept = {(row.kind, row.text): row.weight for row in rows(inside, Interest, "ada")}
    assert kept == {
        ("keyword", "glass"): 2.5,
        ("keyword", "sleep"): 1.0,
        ("author", "Ada Example"): 1.0,
        ("author", "Bo Sample"): 2.0,
        ("author", "Cy Late"): -1.0,
        ("author", "Dee Other"): -1.0,
    }
    page = inside.browser.get("/preferences").text
    assert ">glass ^2.5\nsleep</textarea>" in page
    assert ">Ada Example\nBo Sample ^2</textarea>" in page
    assert ">Cy Late\nDee Other</textarea>" in page


def test_saving_changes_every_wish_and_refits_the_model_at_once(inside: World) -> None:
    inside.passes(minutes=1)
    answer = inside.browser.post(
        "/preferences",
        data=wishes(
            inside,
            interests="deep sleep\nglass, glass",
            mutes="graphs",
            hour="21",
            time_zone="Asia/Kathmandu",
            days=["mon", "wed"],
            max_papers="3",
            bar="0.33",
        ),
    )
    assert answer.status_code == 200
    reader = inside.subscriber("ada")
    assert (reader.hour, reader.time_zone, reader.weekdays, reader.max_papers) == (
        21,
        "Asia/Kathmandu",
        0b101,
        3,
    )
    assert (reader.bar, reader.explores) == (0.33, False)
    found = {row.text: row.weight for row in rows(inside, Interest, "ada")}
    assert found == {"deep sleep": 1.0, "glass": 1.0, "graphs": -1.0}
    (model,) = rows(inside, RelevanceModel, "ada")
    assert model.trained_at == inside.now
    assert {row.text for row in rows(inside, Interest, "bo")} == {"sleep"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": []},
        {"max_papers": "0"},
        {"bar": "1"},
        {"bar": "high"},
        {"bar": "nan"},
        {"hour": "99"},
        {"time_zone": "Nowhere"},
        {"pause": "2026-03-02"},
        {"pause": "2028-01-01"},
        {"pause": "soon"},
        {"mutes": "…"},
        {"authors": "Plato"},
        {"muted_authors": "Plato"},
        {"interests": "glass ^99"},
        {
            "interests": ",".join(f"a{n}" for n in range(26)),
            "mutes": "b" + ",b".join("0123456789abcdefghijklmno"),
        },
        {"interests": "a" * 81},
    ],
    ids=str,
)
def test_one_wrong_field_changes_nothing_and_keeps_the_form(
    inside: World, wrong: dict[str, Any]
) -> None:
    before = inside.subscriber("ada")
    answer = inside.browser.post(
        "/preferences", data=wishes(inside, **{"interests": "glass", "mutes": "x1"} | wrong)
    )
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text
    assert inside.subscriber("ada") == before
    assert {row.text for row in rows(inside, Interest, "ada")} == {"graphs", "survey"}


def test_a_pause_ends_by_itself_on_its_day(inside: World) -> None:
    form = wishes(inside, interests="graphs", pause="2026-03-05", hour="7")
    assert inside.browser.post("/preferences", data=form).status_code == 200
    assert inside.state("ada") is SubscriberState.PAUSED
    inside.digest("2026-03-04", "Colouring sparse graphs", "Dreams in deep sleep")
    for day in (3, 4):
        inside.now = inside.now.replace(day=day, hour=8)
        inside.compose_due()
        assert inside.state("ada") is SubscriberState.PAUSED
    inside.now = inside.now.replace(day=5, hour=6)
    inside.compose_due()
    assert inside.state("ada") is SubscriberState.PAUSED
    inside.now = inside.now.replace(hour=8, minute=2)
    inside.compose_due()
    inside.deliver()
    reader = inside.subscriber("ada")
    assert (reader.state, reader.paused_until) == (SubscriberState.ACTIVE, None)
    assert [row.day for row in rows(inside, Edition, "ada")] == [date(2026, 3, 2), date(2026, 3, 5)]
    assert len(inside.inbox("ada")) == 2


def test_emptying_the_day_ends_a_pause_at_once(inside: World) -> None:
    inside.browser.post("/preferences", data=wishes(inside, pause="2026-04-01"))
    inside.browser.post("/preferences", data=wishes(inside, pause=""))
    reader = inside.subscriber("ada")
    assert reader.state is SubscriberState.ACTIVE
    assert reader.next_due
    assert reader.next_due - inside.now <= timedelta(days=1)


def test_leaving_works_without_login_from_within_a_pause(inside: World) -> None:
    """Pitfalls 29, 30, 31."""
    inside.browser.post("/preferences", data=wishes(inside, pause="2026-04-01"))
    inside.browser.cookies.clear()
    leave = path(inside.house.links.leave(inside.subscriber("ada").unsubscribe_id))
    assert inside.browser.post(leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    inside.passes(days=40)
    inside.compose_due()
    assert inside.state("ada") is SubscriberState.UNSUBSCRIBED
    assert len(rows(inside, Edition, "ada")) == 1


def test_saving_brings_nobody_back_who_has_left(inside: World) -> None:
    inside.browser.post(path(inside.house.links.leave(inside.subscriber("ada").unsubscribe_id)))
    inside.browser.post("/preferences", data=wishes(inside, interests="glass"))
    assert inside.state("ada") is SubscriberState.UNSUBSCRIBED
    assert inside.subscriber("ada").next_due is None


def test_the_export_has_all_and_only_the_readers_own(inside: World) -> None:
    answer = inside.browser.get("/preferences/export")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    known = answer.json()
    assert known["profile"]["email"] == "ada@reader.example"
    assert {each["text"] for each in known["interests"]} == {"graphs", "survey"}
    assert [each["verdict"] for each in known["feedback"]] == ["more"]
    assert known["feedback"][0]["title"] == "Graphs that mend themselves"
    assert len(known["editions"][0]["papers"]) == 2
    assert "bo@" not in answer.text


@pytest.mark.parametrize("where", ["/preferences", "/preferences/erase", "/preferences/out"])
@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"key": ""}, {}),
        ({"key": "é"}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ],
    ids=str,
)
def test_a_form_that_was_not_shown_here_changes_nothing(
    inside: World, where: str, fields: dict[str, str], headers: dict[str, str]
) -> None:
    form = wishes(inside, interests="casinos", sure="yes") | fields
    answer = inside.browser.post(where, data=form, headers=headers)
    assert answer.status_code == 403
    assert inside.state("ada") is SubscriberState.ACTIVE
    assert {row.text for row in rows(inside, Interest, "ada")} == {"graphs", "survey"}


def test_the_key_of_one_session_is_of_no_use_in_another(inside: World) -> None:
    form = wishes(inside, interests="casinos")
    inside.browser.cookies.clear()
    log_in(inside, "bo")
    assert inside.browser.post("/preferences", data=form).status_code == 403


def test_logging_out_closes_the_door(inside: World) -> None:
    assert inside.browser.post("/preferences/out", data=wishes(inside)).status_code == 303
    assert inside.browser.get("/preferences").status_code == 403


def test_erasing_needs_the_box_to_be_ticked(inside: World) -> None:
    answer = inside.browser.post("/preferences/erase", data=wishes(inside))
    assert answer.status_code == 422
    assert inside.state("ada") is SubscriberState.ACTIVE


def test_after_erasing_nothing_of_the_reader_is_left(inside: World) -> None:
    before = inside.subscriber("ada")
    vote = path(inside.house.links.vote(inside.edition("ada", "2026-03-02").public_id, 1, "more"))
    view = path(inside.house.links.view(inside.edition("ada", "2026-03-02").public_id))
    answer = inside.browser.post("/preferences/erase", data=wishes(inside, sure="yes"))
    assert answer.status_code == 200
    assert inside.browser.get("/preferences").status_code == 403
    with reading(inside.house.engine) as session:
        reader = session.get_one(Subscriber, before.id)
        assert (reader.state, reader.email, reader.mailbox) == (SubscriberState.ERASED, None, None)
        for table in (Interest, Feedback, RelevanceModel):
            own = select(func.count()).where(col(table.subscriber_id) == before.id)
            assert session.exec(own).one() == 0
        editions = session.exec(select(Edition).where(Edition.subscriber_id == before.id)).all()
        assert [edition.contents for edition in editions] == [{}]
        assert session.exec(select(Suppression)).all() == []
        tables = SQLModel.metadata.tables.values()
        everything = str([session.execute(select(table)).all() for table in tables])
    assert "ada@" not in everything
    assert "survey" not in everything
    assert inside.browser.get(vote).status_code == 404
    assert inside.browser.get(view).status_code == 404


def test_the_leave_link_of_an_erased_reader_answers_for_ever(inside: World) -> None:
    leave = path(inside.house.links.leave(inside.subscriber("ada").unsubscribe_id))
    inside.browser.post("/preferences/erase", data=wishes(inside, sure="yes"))
    inside.passes(days=4000)
    answer = inside.browser.post(leave, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, inside.browser.get(leave).status_code) == (200, 200)


def test_an_erased_reader_may_begin_anew(inside: World) -> None:
    inside.browser.post("/preferences/erase", data=wishes(inside, sure="yes"))
    ask(inside, "ada@reader.example", "glass")
    assert inside.state("ada") is SubscriberState.PENDING
    assert [row.text for row in rows(inside, Interest, "ada")] == ["glass"]


def test_who_erases_and_wants_no_mail_ever_more_is_known_by_a_hash_only(inside: World) -> None:
    inside.browser.post("/preferences/erase", data=wishes(inside, sure="yes", never="yes"))
    with reading(inside.house.engine) as session:
        (kept,) = session.exec(select(Suppression)).all()
    assert kept.address_hash == inside.house.links.address_hash("ada@reader.example")
    before = len(inside.deliveries())
    assert ask(inside, "ada@reader.example", "glass").status_code == 202
    assert len(inside.deliveries()) == before


def test_a_mail_on_its_way_to_an_erased_reader_is_not_sent(inside: World) -> None:
    """Pitfall 23."""
    inside.passes(minutes=30)
    inside.digest("2026-03-03", "Colouring sparse graphs")
    inside.compose("2026-03-03", "ada")
    inside.browser.post("/preferences/erase", data=wishes(inside, sure="yes"))
    inside.deliver()
    assert len(inside.inbox("ada")) == 1
