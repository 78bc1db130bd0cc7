"""Why a mail came, or did not."""

from datetime import date

import pytest

from service.db import reading
from service.trace import trace
from tests.world import World


def told(world: World, name: str, day: str | None = None) -> list[str]:
    with reading(world.house.engine) as session:
        wanted = date.fromisoformat(day) if day else None
        steps = trace(session, world.subscriber(name), wanted, now=world.now)
    return [step.what for step in steps]


def test_the_way_of_an_edition_is_told_from_due_to_handed_over(world: World) -> None:
    world.digest("2026-03-02", "Graphs that mend themselves")
    world.reader("ada", "graphs", hour=7)
    world.passes(hours=2, minutes=2)
    world.compose_due()
    world.deliver()
    assert told(world, "ada") == [
        "subscribed",
        "confirmed",
        "due",
        "composed",
        "handed over",
        "next due",
    ]


def test_a_day_without_papers_says_why_nothing_came(world: World) -> None:
    world.reader("ada", "graphs")
    world.compose("2026-03-02")
    assert "empty" in told(world, "ada", "2026-03-02")


def test_who_has_not_confirmed_is_told_so(world: World) -> None:
    world.reader("ada", "graphs", confirmed=False)
    world.deliver()
    assert told(world, "ada") == ["subscribed", "confirmation handed over", "not mailed: pending"]


def test_a_day_without_edition_is_named(world: World) -> None:
    world.reader("ada", "graphs")
    assert "no edition" in told(world, "ada", "2026-03-09")


def test_a_refusal_is_told_in_the_relays_words_without_the_address(mailing: World) -> None:
    mailing.digest("2026-03-02", "Graphs that mend themselves")
    mailing.reader("ada", "graphs")
    mailing.postbox.refuse(mailing.address("ada"), code=550)
    mailing.compose("2026-03-02")
    mailing.deliver()
    with reading(mailing.house.engine) as session:
        steps = trace(session, mailing.subscriber("ada"), None, now=mailing.now)
    failed = next(step for step in steps if step.what == "failed")
    assert "550" in failed.why
    assert mailing.address("ada") not in failed.why


@pytest.mark.parametrize("hours", [0, 26])
def test_a_missed_hour_shows_as_overdue(world: World, hours: int) -> None:
    world.reader("ada", "graphs", hour=7)
    world.passes(hours=hours)
    assert told(world, "ada")[-1] == ("overdue" if hours else "next due")
