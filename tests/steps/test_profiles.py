"""Profiles: interests, verdicts and what was sent, for many readers at once."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from service import profiles
from service.db import transaction
from service.models import Delivery, DeliveryKind, DeliveryState, EditionState, Verdict
from service.profiles import WINDOW_DAYS, Fading
from service.ranking import InterestText
from tests.steps.stacks import DAY, NOW, Stacks, days_before, statements


def test_interests_are_followed_and_negative_ones_mute(engine: Engine) -> None:
    with transaction(engine) as session:
        reader = Stacks(session).reader("graphs", "sleep", mutes=("survey",))
        known = profiles.load(session, [reader])[reader]
    assert known.interests == (InterestText("graphs"), InterestText("sleep"))
    assert known.mutes == ("survey",)


def test_the_last_word_on_a_paper_counts_and_none_takes_it_back(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader = stacks.reader()
        kept, taken_back, turned = (stacks.paper(title) for title in ("A", "B", "C"))
        for paper, verdicts in {
            kept: [Verdict.MORE],
            taken_back: [Verdict.LESS, Verdict.NONE],
            turned: [Verdict.MORE, Verdict.NONE, Verdict.LESS],
        }.items():
            for verdict in verdicts:
                stacks.says(reader, paper, verdict)
        known = profiles.load(session, [reader])[reader]
    assert dict(known.verdicts) == {kept: Verdict.MORE, turned: Verdict.LESS}


def test_a_discarded_verdict_was_never_said(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader, paper = stacks.reader(), stacks.paper("A")
        stacks.says(reader, paper, Verdict.MORE)
        stacks.says(reader, paper, Verdict.LESS, discarded=True)
        known = profiles.load(session, [reader])[reader]
    assert dict(known.verdicts) == {paper: Verdict.MORE}


def test_a_verdict_follows_a_paper_through_merges(engine: Engine) -> None:
    """Pitfall 7: two rows of one work are one paper."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader = stacks.reader()
        first, second, third = (stacks.paper(title) for title in ("A", "B", "C"))
        stacks.says(reader, first, Verdict.MORE)
        stacks.merge(first, second)
        stacks.merge(second, third)
        known = profiles.load(session, [reader])[reader]
    assert known.judged == {third}


def test_a_reader_of_whom_nothing_is_known_has_an_empty_profile(engine: Engine) -> None:
    with transaction(engine) as session:
        reader = Stacks(session).reader()
        assert profiles.load(session, [reader])[reader].as_lesson().empty


def test_what_was_sent_is_known_for_as_long_as_it_might_be_chosen_again(engine: Engine) -> None:
    """Pitfall 19: the window for duplicates is as long as the one for candidates."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader = stacks.reader()
        last, gone, later, today = (stacks.paper(title) for title in "ABCD")
        stacks.edition(reader, last, day=days_before(WINDOW_DAYS - 1))
        stacks.edition(reader, gone, day=days_before(WINDOW_DAYS))
        stacks.edition(reader, later, day=days_before(-1))
        stacks.edition(reader, today, day=DAY)
        assert profiles.sent_before(session, [reader], DAY) == {reader: {last, later, today}}


def test_a_sent_paper_is_known_under_the_id_it_was_merged_into(engine: Engine) -> None:
    """Pitfall 7."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader = stacks.reader()
        sent, same = stacks.paper("A"), stacks.paper("A again")
        stacks.edition(reader, sent, day=days_before(1))
        stacks.merge(sent, same)
        assert profiles.sent_before(session, [reader], DAY) == {reader: {sent, same}}


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (DeliveryState.PENDING, True),
        (DeliveryState.SENT, True),
        (DeliveryState.UNCERTAIN, True),
        (DeliveryState.FAILED, False),
        (DeliveryState.LATE, False),
        (DeliveryState.SUPPRESSED, False),
    ],
)
def test_what_never_reached_the_reader_was_not_sent(
    engine: Engine, state: DeliveryState, *, counts: bool
) -> None:
    """Pitfall 17."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader, paper = stacks.reader(), stacks.paper("A")
        edition = stacks.edition(reader, paper, day=days_before(1))
        session.add(
            Delivery(
                key="k",
                kind=DeliveryKind.EDITION,
                subscriber_id=reader,
                edition_id=edition.id,
                state=state,
                created_at=NOW,
                next_try=NOW,
                expires_at=NOW,
            )
        )
        session.flush()
        assert profiles.sent_before(session, [reader], DAY) == {
            reader: {paper} if counts else set()
        }


def test_an_edition_that_ended_late_was_not_sent(engine: Engine) -> None:
    """Pitfall 17."""
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader, paper = stacks.reader(), stacks.paper("A")
        edition = stacks.edition(reader, paper, day=days_before(1))
        edition.state = EditionState.LATE
        session.add(edition)
        session.flush()
        assert profiles.sent_before(session, [reader], DAY) == {reader: set()}


def test_many_readers_cost_as_many_queries_as_one(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        paper = stacks.paper("A")
        readers = [stacks.reader("graphs", mutes=("survey",)) for _ in range(20)]
        for reader in readers:
            stacks.says(reader, paper, Verdict.MORE)
        with statements(engine) as for_one:
            profiles.load(session, readers[:1])
            profiles.sent_before(session, readers[:1], DAY)
        with statements(engine) as for_all:
            profiles.load(session, readers)
            profiles.sent_before(session, readers, DAY)
    assert len(for_one) == len(for_all) == 4


def test_the_last_word_is_as_old_as_it_is_and_counts_half_after_a_half_life(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader = stacks.reader()
        old, new, future = (stacks.paper(title) for title in "ABC")
        stacks.says(reader, new, Verdict.LESS, at=NOW - timedelta(days=60))
        stacks.says(reader, new, Verdict.MORE, at=NOW - timedelta(days=15))
        stacks.says(reader, old, Verdict.LESS, at=NOW - timedelta(days=9_000))
        stacks.says(reader, future, Verdict.MORE, at=NOW + timedelta(days=1))
        known = profiles.load(session, [reader])[reader]
    assert known.as_lesson().weights == {}
    lesson = known.as_lesson(Fading(timedelta(days=30), NOW))
    assert lesson.weights == {new: pytest.approx(0.5**0.5), old: 2.0**-20, future: 1}
    assert (lesson.liked, lesson.disliked) == ((new, future), (old,))


def test_only_what_was_said_and_sent_before_a_moment_was_known_then(engine: Engine) -> None:
    with transaction(engine) as session:
        stacks = Stacks(session)
        reader = stacks.reader()
        first, second = (stacks.paper(title) for title in "AB")
        stacks.says(reader, first, Verdict.MORE, at=NOW)
        stacks.says(reader, first, Verdict.LESS, at=NOW + timedelta(days=1))
        stacks.edition(reader, second, day=DAY)
        for days, said, sent in ((0, {}, set()), (1, {first: Verdict.MORE}, {second})):
            before = {reader: NOW + timedelta(days=days)}
            known = profiles.load(session, [reader], before=before)[reader]
            assert dict(known.verdicts) == said
            assert profiles.sent_before(session, [reader], DAY, before=before)[reader] == sent
