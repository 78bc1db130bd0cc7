"""Editions: one a reader and day, of papers that the reader has not been sent."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

from sqlalchemy import event

from service.compose import chance
from service.models import EditionState
from service.turns import promised
from tests.world import World

GRAPHS = ("Graphs that mend themselves", "Matching on random graphs", "Sparse graphs and expanders")
SLEEP = ("Sleep and its spindles", "Dreams in deep sleep", "Why flies sleep")


def test_a_reader_gets_what_they_follow_first(world: World) -> None:
    world.digest("2026-03-02", *SLEEP, *GRAPHS)
    world.reader("ada", "graphs", max_papers=3)
    world.reader("noor", "sleep", max_papers=3)
    assert world.compose("2026-03-02").editions == 2
    assert set(world.titles("ada", "2026-03-02")) == set(GRAPHS)
    assert set(world.titles("noor", "2026-03-02")) == set(SLEEP)


def test_without_interests_the_digests_own_order_is_kept_and_says_so(world: World) -> None:
    world.digest("2026-03-02", *SLEEP, *GRAPHS)
    world.reader("ada", max_papers=4)
    world.compose("2026-03-02")
    assert world.titles("ada", "2026-03-02") == [*SLEEP, GRAPHS[0]]
    assert world.edition("ada", "2026-03-02").contents["trending"] is True


def test_no_paper_is_sent_twice_within_the_window_of_candidates(world: World) -> None:
    """Pitfall 19: the window for duplicates is the window for candidates."""
    world.digest("2026-03-02", *GRAPHS, *SLEEP)
    world.reader("ada", "graphs", max_papers=2)
    seen: list[str] = []
    for day in ("2026-03-02", "2026-03-08", "2026-03-15"):
        world.compose(day)
        seen += world.titles("ada", day)
    assert len(seen) == len(set(seen)) == 6


def test_a_paper_older_than_the_window_is_no_candidate(world: World) -> None:
    world.digest("2026-03-02", *GRAPHS)
    world.reader("ada", "graphs")
    assert world.compose("2026-03-16").empty == 1
    edition = world.edition("ada", "2026-03-16")
    assert edition.state is EditionState.EMPTY
    assert edition.note == "no paper was announced in the two weeks up to this day"


def test_no_paper_stands_twice_in_one_edition(world: World) -> None:
    """Pitfall 20."""
    world.digest("2026-03-01", *GRAPHS)
    world.digest("2026-03-02", *GRAPHS, *SLEEP)
    world.reader("ada", "graphs", "sleep", "expanders")
    world.compose("2026-03-02")
    titles = world.titles("ada", "2026-03-02")
    assert len(titles) == len(set(titles)) == 6


def test_a_second_compose_of_a_day_changes_nothing(world: World) -> None:
    """Pitfall 22: the row answers "was it sent?", not the clock."""
    world.digest("2026-03-02", *GRAPHS)
    world.reader("ada", "graphs")
    world.compose("2026-03-02")
    before = world.edition("ada", "2026-03-02")
    again = world.compose("2026-03-02")
    assert (again.editions, again.already) == (0, 1)
    assert world.edition("ada", "2026-03-02") == before
    assert len(world.deliveries()) == 1


def test_an_unconfirmed_subscriber_gets_no_edition(world: World) -> None:
    world.digest("2026-03-02", *GRAPHS)
    world.reader("ada", "graphs", confirmed=False)
    assert world.compose("2026-03-02").editions == 0


def test_a_muted_phrase_keeps_a_paper_out_whatever_its_score(world: World) -> None:
    world.digest("2026-03-02", *GRAPHS)
    world.reader("ada", "graphs", mutes=("expanders",))
    world.compose("2026-03-02")
    assert "Sparse graphs and expanders" not in world.titles("ada", "2026-03-02")


def test_an_edition_holds_no_more_than_the_reader_wants(world: World) -> None:
    world.digest("2026-03-02", *GRAPHS, *SLEEP)
    world.reader("ada", "graphs", max_papers=1)
    world.compose("2026-03-02")
    assert len(world.titles("ada", "2026-03-02")) == 1


def test_whoever_is_due_gets_the_edition_of_their_own_day(world: World) -> None:
    world.digest("2026-03-02", *GRAPHS)
    world.reader("ada", "graphs", time_zone="Asia/Tokyo", hour=7)
    world.reader("bo", "graphs", time_zone="America/Los_Angeles", hour=7)
    assert world.compose_due().editions == 0
    world.now = datetime(2026, 3, 2, 22, 2, tzinfo=UTC)
    assert world.compose_due().editions == 2
    assert world.titles("ada", "2026-03-03")
    assert world.titles("bo", "2026-03-02")
    assert world.compose_due().editions == 0


def test_after_an_outage_a_reader_gets_one_mail_and_not_one_a_day(world: World) -> None:
    world.digest("2026-03-05", *GRAPHS)
    world.reader("ada", "graphs", hour=7)
    world.now = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
    assert world.compose_due().editions == 1
    assert world.titles("ada", "2026-03-06")
    assert world.compose_due().editions == 0
    assert promised(world.subscriber("ada")) == datetime(2026, 3, 7, 7, 0, tzinfo=UTC)


def test_an_edition_half_a_day_late_is_not_made_and_its_row_says_so(world: World) -> None:
    """Pitfall 28."""
    world.digest("2026-03-02", *GRAPHS)
    world.reader("ada", "graphs", hour=7)
    world.now = datetime(2026, 3, 2, 19, 0, 1, tzinfo=UTC)
    assert world.compose_due().late == 1
    assert world.edition("ada", "2026-03-02").state is EditionState.LATE
    assert world.deliveries() == []


def test_a_chunk_costs_as_many_queries_for_many_readers_as_for_few(world: World) -> None:
    world.digest("2026-03-02", *GRAPHS, *SLEEP)
    counts = []
    for batch in (3, 60):
        for number in range(batch):
            world.reader(f"r{batch}x{number}", "graphs")
        statements: list[str] = []

        def note(
            _c: object, _cu: object, statement: str, *_rest: object, log: list[str] = statements
        ) -> None:
            log.append(statement)

        event.listen(world.house.engine, "before_cursor_execute", note)
        assert world.compose("2026-03-02").editions == batch
        event.remove(world.house.engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[1] <= counts[0]


def _plenty(world: World, day: str = "2026-03-02") -> None:
    """Enough papers for a probability to be known."""
    words = (*GRAPHS, *SLEEP, "Prices in auctions", "Traders who bid", "Markets for glass")
    world.digest(day, *(f"{one}: {other}" for one, other in combinations(words, 2)))


def test_an_edition_is_as_long_as_papers_reach_the_readers_bar(world: World) -> None:
    _plenty(world)
    world.reader("ada", "graphs", "sleep", bar=0, explores=False)
    world.compose("2026-03-02")
    every = world.edition("ada", "2026-03-02").contents["papers"]
    assert len(every) == 10
    levels = sorted({each["probability"] for each in every})
    bar = sum(levels[:2]) / 2
    world.reader("bo", "graphs", "sleep", bar=bar, explores=False)
    world.compose("2026-03-02")
    good = world.edition("bo", "2026-03-02").contents["papers"]
    assert 0 < len(good) < 10
    assert good == [each for each in every if each["probability"] >= bar]


def test_a_day_without_a_paper_good_enough_is_empty_and_says_why(world: World) -> None:
    _plenty(world)
    world.reader("ada", "volcanoes", bar=0.9)
    assert world.compose("2026-03-02").empty == 1
    edition = world.edition("ada", "2026-03-02")
    assert (edition.state, edition.contents) == (EditionState.EMPTY, {"held_back": True})
    assert edition.note == "no paper reached the reader's bar of 90%"
    world.reader("bo", "volcanoes", bar=0.899)
    world.compose("2026-03-02")
    assert world.edition("bo", "2026-03-02").note == "no paper reached the reader's bar of 89.9%"


def test_one_paper_is_drawn_and_all_that_tells_of_the_draw_is_kept(world: World) -> None:
    _plenty(world)
    world.reader("ada", "graphs", "sleep", bar=0, max_papers=6)
    world.reader("bo", "graphs", "sleep", bar=0, max_papers=6, explores=False)
    world.compose("2026-03-02")
    contents = world.edition("ada", "2026-03-02").contents
    *ranked, last = contents["papers"]
    assert [each["slot"] for each in ranked] == ["ranked"] * 5
    assert [each["propensity"] for each in ranked] == [1.0] * 5
    assert last["slot"] == "explored"
    assert [last["id"], last["propensity"]] in contents["pool"]
    assert "pool" not in world.edition("bo", "2026-03-02").contents


def test_the_draw_is_the_readers_and_the_days_own() -> None:
    days = [date(2026, 3, day) for day in range(1, 29)]
    drawn = {chance(reader, day) for reader in (5, 6) for day in days}
    assert len(drawn) == 2 * len(days)
    assert chance(5, days[0]) == chance(5, days[0])
    assert 0 <= min(drawn) < 0.2
    assert 0.8 < max(drawn) < 1


def test_who_runs_it_can_do_without_the_draw(world: World) -> None:
    world.house.engine.dispose()
    settings = world.settings.model_copy(update={"explore": False})
    world.house = replace(world.house, settings=settings)
    _plenty(world)
    world.reader("ada", "graphs", "sleep", bar=0)
    world.compose("2026-03-02")
    slots = [each["slot"] for each in world.edition("ada", "2026-03-02").contents["papers"]]
    assert slots == ["ranked"] * 10
