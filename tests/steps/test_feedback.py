"""A click becomes feedback, and the last word counts."""

from sqlmodel import col, select

from service.db import reading
from service.models import Feedback, RelevanceModel
from tests.world import World

TITLE = "Graphs that mend themselves"


def verdicts(world: World) -> list[str]:
    with reading(world.house.engine) as session:
        return [
            str(row.verdict) for row in session.exec(select(Feedback).order_by(col(Feedback.id)))
        ]


def models(world: World) -> dict[int, bytes]:
    with reading(world.house.engine) as session:
        return {row.subscriber_id: row.arrays for row in session.exec(select(RelevanceModel))}


def test_feedback_is_appended_and_never_overwritten(world: World) -> None:
    world.digest("2026-03-02", TITLE, "Sleep and its spindles")
    world.reader("ada")
    for verdict in ("more", "less", "none", "more"):
        world.says("ada", verdict, TITLE)
    assert verdicts(world) == ["more", "less", "none", "more"]


def test_saying_the_same_again_adds_nothing(world: World) -> None:
    world.digest("2026-03-02", TITLE)
    world.reader("ada")
    world.says("ada", "none", TITLE)
    for _ in range(5):
        world.says("ada", "more", TITLE)
    assert verdicts(world) == ["more"]


def test_a_verdict_refits_that_reader_only(world: World) -> None:
    world.digest("2026-03-02", TITLE, "Sleep and its spindles", "Glass that remembers")
    ada = world.reader("ada", "graphs").id
    bo = world.reader("bo", "graphs").id
    before = models(world)
    world.says("ada", "more", "Glass that remembers")
    after = models(world)
    assert after[bo or 0] == before[bo or 0]
    assert after[ada or 0] != before[ada or 0]


def test_taking_a_verdict_back_restores_the_model(world: World) -> None:
    world.digest("2026-03-02", TITLE, "Sleep and its spindles", "Glass that remembers")
    world.reader("ada", "graphs")
    before = models(world)
    world.says("ada", "less", TITLE)
    assert models(world) != before
    world.says("ada", "none", TITLE)
    assert models(world) == before
