"""Bringing: papers that a reader brought are liked by that reader, and are news to nobody."""

from sqlmodel import select

from service import bring, space, train
from service.db import reading, transaction
from service.models import Feedback, Paper, PaperText, Verdict
from service.sources.bibliography import read_bibliography
from tests.world import World

DAY = "2026-03-02"
WORDS = ("molecules", "railways", "citations", "neurons", "friendship")
BIB = """
@article{a, title={Dreams of sleeping mice}, abstract={Spindles in sleep and in dreams.},
  eprint={2501.00001}, archiveprefix={arXiv}, author={Example, Ada}}
@article{b, title={Why flies sleep}, abstract={Flies sleep and dream at night.}}
@article{b2, title={Why Flies Sleep}}
@article{torn, title={no end
"""


def _bring(world: World, name: str, text: str = BIB) -> bring.Brought:
    with transaction(world.house.engine) as session:
        told = read_bibliography(text.encode(), name="mine.bib")
        done = bring.bring(session, world.subscriber(name), told, now=world.now)
        space.refresh(session, now=world.now)
        train.train(session, [world.subscriber(name).id or 0], now=world.now)
    return done


def _digest(world: World, day: str = DAY) -> None:
    world.digest(day, "Sleep and its spindles", *(f"Graphs of {what}" for what in WORDS))


def test_each_paper_is_liked_once_and_what_is_broken_is_named(world: World) -> None:
    _digest(world)
    world.reader("ada")
    done = _bring(world, "ada")
    assert (done.liked, done.already, done.new) == (2, 0, 2)
    assert len(done.refused) == 1


def test_the_ranking_learns_from_what_was_brought(world: World) -> None:
    world.digest(DAY, *(f"Graphs of {what}" for what in WORDS), "Sleep and its spindles")
    world.reader("ada", max_papers=1)
    _bring(world, "ada")
    world.compose(DAY)
    assert world.titles("ada", DAY) == ["Sleep and its spindles"]


def test_nobody_is_sent_what_somebody_brought(world: World) -> None:
    """Pitfall 21."""
    _digest(world)
    world.reader("ada", "sleep", max_papers=50)
    world.reader("noor", "sleep", max_papers=50)
    _bring(world, "ada")
    world.compose(DAY)
    for name in ("ada", "noor"):
        assert "Why flies sleep" not in world.titles(name, DAY)
        assert len(world.titles(name, DAY)) == 6


def test_the_same_file_twice_changes_nothing_and_takes_nothing_back(world: World) -> None:
    _digest(world)
    world.reader("ada")
    _bring(world, "ada")
    world.says("ada", "less", "Why flies sleep")
    again = _bring(world, "ada")
    assert (again.liked, again.already, again.new) == (0, 2, 0)
    with reading(world.house.engine) as session:
        said = [row.verdict for row in session.exec(select(Feedback).order_by(Feedback.id))]
        assert said == [Verdict.MORE, Verdict.MORE, Verdict.LESS]
        assert len(session.exec(select(Paper)).all()) == 8


def test_a_paper_that_was_brought_is_news_to_others_once_a_digest_names_it(world: World) -> None:
    _digest(world)
    world.reader("ada", max_papers=50)
    world.reader("noor", max_papers=50)
    _bring(world, "ada")
    world.digest("2026-03-03", {"id": "2501.00001", "title": "Dreams of sleeping mice"})
    world.compose("2026-03-03")
    assert "Dreams of sleeping mice" in world.titles("noor", "2026-03-03")
    assert "Dreams of sleeping mice" not in world.titles("ada", "2026-03-03")


def test_a_known_paper_keeps_its_text_and_is_not_merged_on_a_readers_word(world: World) -> None:
    _digest(world)
    world.reader("ada")
    known = world.paper("Sleep and its spindles")
    _bring(world, "ada", "@article{x, title={Sleep and its spindles}, abstract={Quite wrong.}}")
    with reading(world.house.engine) as session:
        texts = session.exec(select(PaperText).where(PaperText.paper_id == known)).all()
        assert ["Quite wrong." in (text.abstract or "") for text in texts] == [False]


def test_a_space_is_not_fitted_from_what_readers_brought(world: World) -> None:
    world.reader("ada")
    assert _bring(world, "ada").new == 2
    with reading(world.house.engine) as session:
        assert space.count(session) == 0
        assert space.wordings(session) == []
    _digest(world)
    with reading(world.house.engine) as session:
        assert space.count(session) == len(space.wordings(session)) == 6


def test_an_id_alone_is_liked_if_the_paper_is_known_and_named_if_not(world: World) -> None:
    world.digest(DAY, {"id": "2501.00007", "title": "Known by its id"})
    world.reader("ada")
    done = _bring(world, "ada", "2501.00007\n2501.99999\n")
    assert (done.liked, done.new) == (1, 0)
    assert [each.excerpt for each in done.refused] == ["2501.99999"]
