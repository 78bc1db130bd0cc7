"""The outbox is emptied: nothing lost, nothing twice, whatever the relay does."""

import threading
from collections import Counter
from datetime import timedelta

import pytest

from service import leases, outbox
from service.db import transaction
from service.deliver import deliver
from service.mail.smtp import OutcomeKind
from service.models import DeliveryState, SubscriberState
from service.owner import new_owner
from service.wiring import House
from tests.world import World

PAPERS = ("Graphs that mend themselves", "Sleep and its spindles", "Glass that remembers")


def states(world: World) -> Counter[str]:
    return Counter(str(row.state) for row in world.deliveries())


@pytest.fixture
def crowd(mailing: World) -> World:
    """Six readers whose editions of Monday wait in the outbox."""
    mailing.digest("2026-03-02", *PAPERS)
    for name in ("ada", "bo", "cy", "di", "ed", "flo"):
        mailing.reader(name, "graphs")
    mailing.compose("2026-03-02")
    return mailing


def test_every_reader_gets_one_mail_and_a_second_run_sends_nothing(crowd: World) -> None:
    """Pitfall 27."""
    assert crowd.deliver().outcomes[OutcomeKind.SENT] == 6
    assert crowd.deliver().total == 0
    assert [len(crowd.inbox(name)) for name in ("ada", "bo", "cy", "di", "ed", "flo")] == [1] * 6


def test_one_refused_recipient_does_not_end_the_batch(crowd: World) -> None:
    """Pitfall 24."""
    crowd.postbox.refuse(crowd.address("bo"), code=550)
    done = crowd.deliver()
    assert done.outcomes == {OutcomeKind.SENT: 5, OutcomeKind.FAILED: 1}
    assert states(crowd) == {"sent": 5, "failed": 1}
    assert crowd.deliver().total == 0


def test_a_retry_goes_only_to_whom_it_was_put_off(crowd: World) -> None:
    """Pitfall 27."""
    crowd.postbox.refuse(crowd.address("cy"), code=451, times=1)
    assert crowd.deliver().outcomes[OutcomeKind.DEFERRED] == 1
    assert crowd.deliver().total == 0  # five minutes have not passed
    crowd.passes(minutes=6)
    assert crowd.deliver().outcomes == {OutcomeKind.SENT: 1}
    assert [len(crowd.inbox(name)) for name in ("ada", "cy", "flo")] == [1, 1, 1]


def test_nothing_is_marked_as_sent_before_the_relay_said_so(crowd: World) -> None:
    """Pitfall 17."""
    crowd.postbox.refuse(code=451, at="dot")
    crowd.deliver()
    assert states(crowd) == {"deferred": 6}
    assert all(row.settled_at is None for row in crowd.deliveries())


def test_a_hang_up_after_the_dot_is_uncertain_and_sent_again_as_the_same_mail(crowd: World) -> None:
    crowd.postbox.hang_up(crowd.address("di"), at="dot", accepted=True, times=1)
    assert crowd.deliver().outcomes == {OutcomeKind.SENT: 5, OutcomeKind.UNCERTAIN: 1}
    assert states(crowd) == {"sent": 5, "uncertain": 1}
    crowd.passes(seconds=1)
    assert crowd.deliver().outcomes == {OutcomeKind.SENT: 1}
    first, second = crowd.inbox("di")
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


def test_a_relay_that_always_hangs_up_is_not_tried_for_ever(crowd: World) -> None:
    crowd.postbox.hang_up(at="dot", accepted=True)
    for _ in range(5):
        crowd.deliver()
        crowd.passes(seconds=1)
    assert states(crowd) == {"uncertain": 6}
    assert max(len(crowd.inbox(name)) for name in ("ada", "bo", "cy")) == outbox.MOST_DOUBTS


def test_whoever_leaves_after_queueing_is_not_mailed(crowd: World) -> None:
    """Pitfall 23."""
    crowd.browser.post(f"/u/{crowd.subscriber('ada').unsubscribe_id}")
    assert crowd.state("ada") is SubscriberState.UNSUBSCRIBED
    crowd.deliver()
    assert crowd.inbox("ada") == []
    assert states(crowd) == {"sent": 5, "suppressed": 1}


def test_whoever_leaves_after_the_claim_is_not_mailed_either(crowd: World) -> None:
    """Pitfall 23: the last look is in the transaction that begins the hand-over."""
    owner = new_owner()
    with transaction(crowd.house.engine) as session:
        rows = outbox.claim(session, owner, limit=10, due_by=crowd.now, now=crowd.now)
    crowd.browser.post(f"/u/{crowd.subscriber('ada').unsubscribe_id}")
    with transaction(crowd.house.engine) as session:
        ids = [row.id or 0 for row in rows]
        begun = outbox.begin(session, owner, ids, now=crowd.now)
    gone = {row.id for row in rows if row.subscriber_id == crowd.subscriber("ada").id}
    assert begun == set(ids) - gone


def test_a_stale_edition_is_not_sent_and_says_so(crowd: World) -> None:
    """Pitfall 28."""
    crowd.passes(hours=12, seconds=1)
    crowd.deliver()
    assert states(crowd) == {"late": 6}
    assert "too old" in (crowd.deliveries()[0].reply or "")


def test_an_edition_is_still_sent_within_twelve_hours(crowd: World) -> None:
    crowd.passes(hours=11, minutes=59)
    assert crowd.deliver().outcomes == {OutcomeKind.SENT: 6}


def test_what_a_dead_worker_had_claimed_waits_for_its_lease_and_is_sent(crowd: World) -> None:
    """Pitfall 18."""
    with transaction(crowd.house.engine) as session:
        outbox.claim(session, "elsewhere/1/2/3", limit=4, due_by=crowd.now, now=crowd.now)
    assert crowd.deliver().outcomes == {OutcomeKind.SENT: 2}
    crowd.passes(seconds=61)
    assert crowd.deliver().outcomes == {OutcomeKind.SENT: 4}


def test_what_a_dead_worker_was_handing_over_is_sent_again_last(crowd: World) -> None:
    """Pitfall 18."""
    with transaction(crowd.house.engine) as session:
        rows = outbox.claim(session, "elsewhere/1/2/3", limit=1, due_by=crowd.now, now=crowd.now)
        outbox.begin(session, "elsewhere/1/2/3", [rows[0].id or 0], now=crowd.now)
    crowd.passes(seconds=61)
    with transaction(crowd.house.engine) as session:
        leases.sweep(session, now=crowd.now)
        again = outbox.claim(session, new_owner(), limit=6, due_by=crowd.now, now=crowd.now)
    assert [row.id for row in again][-1] == rows[0].id
    assert again[-1].crashes == 1


def test_a_dead_process_of_this_machine_is_not_waited_for(crowd: World) -> None:
    machine, _pid, _started, run = new_owner().split("/")
    gone = f"{machine}/4194304/1/{run}"  # above the highest process id that Linux gives
    with transaction(crowd.house.engine) as session:
        outbox.claim(session, gone, limit=6, due_by=crowd.now, now=crowd.now)
    assert crowd.deliver().outcomes == {OutcomeKind.SENT: 6}


def test_a_live_lease_is_respected(crowd: World) -> None:
    with transaction(crowd.house.engine) as session:
        outbox.claim(session, new_owner(), limit=6, due_by=crowd.now, now=crowd.now)
    assert crowd.deliver().total == 0


def test_a_relay_out_of_reach_costs_nothing(crowd: World) -> None:
    crowd.postbox.hang_up(at="connect")
    done = crowd.deliver()
    assert set(done.outcomes) == {OutcomeKind.UNREACHABLE}
    assert states(crowd) == {"pending": 6}


async def _deliver_until_stopped(house: House, stop: threading.Event) -> None:
    await deliver(
        house.engine,
        house.mailer,
        house.writer.envelopes,
        clock=house.now,
        connections=1,
        stop=stop,
        progress=lambda _kind: stop.set(),
    )


@pytest.mark.anyio
async def test_a_clean_stop_finishes_what_is_in_flight_and_puts_the_rest_back(crowd: World) -> None:
    await _deliver_until_stopped(crowd.house, threading.Event())
    assert states(crowd) == {"sent": 1, "pending": 5}
    assert {row.owner for row in crowd.deliveries()} == {None}


def test_a_mail_that_cannot_be_written_fails_alone(crowd: World) -> None:
    with transaction(crowd.house.engine) as session:
        row = crowd.deliveries()[2]
        row.edition_id = None
        session.merge(row)
    done = crowd.deliver()
    assert done.outcomes == {OutcomeKind.SENT: 5, OutcomeKind.FAILED: 1}
    assert "could not be written" in (crowd.deliveries()[2].reply or "")


def test_leases_that_are_renewed_do_not_end(crowd: World) -> None:
    owner = "elsewhere/1/2/3"
    with transaction(crowd.house.engine) as session:
        outbox.claim(session, owner, limit=6, due_by=crowd.now, now=crowd.now)
    crowd.passes(seconds=50)
    with transaction(crowd.house.engine) as session:
        leases.renew(session, owner, now=crowd.now)
    crowd.passes(seconds=50)
    assert crowd.deliver().total == 0
    assert {row.state for row in crowd.deliveries()} == {DeliveryState.CLAIMED}


def test_a_promise_is_made_once_however_often_it_is_queued(crowd: World) -> None:
    row = crowd.deliveries()[0]
    promise = outbox.Promise(row.key, row.kind, row.subscriber_id, crowd.now + timedelta(hours=1))
    with transaction(crowd.house.engine) as session:
        assert outbox.queue(session, [promise, promise], now=crowd.now) == 0
    assert len(crowd.deliveries()) == 6
