"""Editions: one a reader and day, of papers that the reader has not been sent."""

from datetime import UTC, datetime

from sqlalchemy import event

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
