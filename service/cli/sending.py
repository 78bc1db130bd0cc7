"""Commands about what goes out: compose, deliver."""

import asyncio
import signal
import threading
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import func, select

from service import leases, mornings, rounds
from service.cli.app import Day, Json, answer, app, aside, parse_day, progress
from service.cli.readers import reader_of
from service.compose import Composed
from service.db import reading
from service.deliver import Delivered
from service.mail.address import same_mailbox
from service.mail.smtp import OutcomeKind
from service.models import Delivery, Subscriber, SubscriberState
from service.wiring import House, open_house


@app.command("compose")
def compose_command(
    day: Day = None,
    email: Annotated[list[str] | None, typer.Option(help="Only this reader; repeatable.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only readers whose hour has come.")] = False,
    as_json: Json = False,
) -> None:
    """Compose editions and promise them in the outbox; who has that day's keeps it."""
    house = open_house()
    now = house.now()
    wanted = parse_day(day)
    _check_readers(house, email or [])
    if due:
        made = mornings.compose_due(house, now=now)
    else:
        made = mornings.compose_day(
            house, wanted, [same_mailbox(each) for each in email or []], now=now
        )
    total = Composed()
    with progress("composing", _active_readers(house)) as bar:
        for each in made:
            total += each
            bar.advance(bar.task_ids[0], len(each.ends) + each.already)
    ends = {"empty": total.empty, "late": total.late, "failed": total.failed}
    answer(
        as_json,
        {"editions": total.editions, "already": total.already, **ends},
        f"{total.editions} editions composed, {total.empty} days with nothing new, "
        f"{total.already} had theirs already, {total.late} came too late",
    )


def _check_readers(house: House, emails: list[str]) -> None:
    with reading(house.engine) as session:
        for email in emails:
            reader_of(session, email)


def _active_readers(house: House) -> int:
    query = select(func.count()).select_from(Subscriber)
    with reading(house.engine) as session:
        return session.exec(query.where(Subscriber.state == SubscriberState.ACTIVE)).one()


@app.command("deliver")
def deliver_command(as_json: Json = False) -> None:
    """Hand over everything that is due; a second run goes on where a first one was stopped."""
    house = open_house()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    total = asyncio.run(_deliver(house, stop))
    counts = {kind.value: total.outcomes[kind] for kind in OutcomeKind}
    answer(
        as_json,
        counts,
        f"{counts['sent']} sent, {counts['deferred']} deferred, {counts['failed']} failed, "
        f"{counts['uncertain']} uncertain, {counts['unreachable']} kept: the relay was out of reach",
    )
    if counts["unreachable"] and not counts["sent"]:
        aside.print(
            "paperround: The relay at PAPERROUND_SMTP_URL can't be reached; every message is kept, "
            "and the next run tries again.",
            markup=False,
        )
        raise typer.Exit(1)


async def _deliver(house: House, stop: threading.Event) -> Delivered:
    """Rounds until nothing is due and no lease of a vanished worker is left to wait for."""
    total = Delivered()
    waiting = _waiting(house)
    with progress("delivering", waiting) as bar:
        while True:
            done = await rounds.deliver_round(
                house, stop=stop, progress=lambda _kind: bar.advance(bar.task_ids[0])
            )
            total.outcomes.update(done.outcomes)
            if stop.is_set() or not await _lease_ends(house, stop):
                return total


async def _lease_ends(house: House, stop: threading.Event) -> bool:
    """Wait for the lease of a worker that may be dead; False if none is held, or it is alive."""
    until = _held_until(house)
    if until is None:
        return False
    aside.print(
        f"paperround: another worker holds some until {until:%H:%M:%S} UTC; waiting", markup=False
    )
    while not stop.is_set() and house.now() <= until:
        await asyncio.sleep(1)
        if (now_until := _held_until(house)) != until:
            return now_until is None  # settled or renewed: somebody is at work
    return True


def _held_until(house: House) -> datetime | None:
    with reading(house.engine) as session:
        return leases.held_elsewhere(session)


def _waiting(house: House) -> int:
    query = select(func.count()).select_from(Delivery)
    with reading(house.engine) as session:
        return session.exec(query.where(Delivery.settled_at.is_(None))).one()  # type: ignore[union-attr]
