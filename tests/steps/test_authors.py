"""Authors: who is followed comes first, who is muted never comes."""

from typing import Any

from service.db import transaction
from service.models import Paper
from tests.world import World

DAY = "2026-03-02"


def _by(title: str, *authors: str) -> dict[str, Any]:
    return {"title": title, "summary": f"On {title}.", "authors": [{"name": a} for a in authors]}


WORDS = ("molecules", "railways", "citations", "neurons", "proteins and drugs", "friendship")


def _papers(world: World) -> None:
    world.digest(
        DAY,
        *(_by(f"Graphs of {what}", "Bo Sample") for what in WORDS),
        _by("Sleep and its spindles", "Bo Sample", "Zoë Müller"),
    )


def test_a_paper_of_a_followed_author_comes_up_and_the_mail_says_why(world: World) -> None:
    _papers(world)
    world.reader("ada", "graphs", authors=("Müller, Zoe",), max_papers=3)
    world.reader("noor", "graphs", max_papers=3)
    world.morning(DAY)
    assert "Sleep and its spindles" in world.titles("ada", DAY)
    assert "Sleep and its spindles" not in world.titles("noor", DAY)
    (mail,) = world.inbox("ada")
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert "Zoë Müller" in body.get_content()
        assert ", whom you follow" in body.get_content()


def test_a_paper_of_a_muted_author_never_comes_whatever_its_score(world: World) -> None:
    _papers(world)
    world.reader("ada", "sleep spindles ^5", muted_authors=("Zoe Muller",), max_papers=10)
    world.compose(DAY)
    assert len(world.titles("ada", DAY)) == 6
    assert "Sleep and its spindles" not in world.titles("ada", DAY)


def test_authors_that_a_source_tells_later_count_from_then_on(world: World) -> None:
    _papers(world)
    world.reader("ada", "sleep", muted_authors=("Cy Late",))
    with transaction(world.house.engine) as session:
        house = world.house.shelves
        assert house.get(session, world.now.date()).authors.papers("Cy Late") == {}
        paper = session.get_one(Paper, world.paper("Sleep and its spindles"))
        paper.authors = [*(paper.authors or []), "Cy Late"]
        session.add(paper)
    world.compose(DAY)
    assert "Sleep and its spindles" not in world.titles("ada", DAY)
