"""What happened to a reader's edition, step by step, and where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from service import turns
from service.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Edition,
    EditionState,
    Subscriber,
    SubscriberState,
)

WHY_NOT_MAILED = {
    SubscriberState.PENDING: "the address is not confirmed yet; the link in the confirmation mail does that",
    SubscriberState.PAUSED: "the reader paused the mail",
    SubscriberState.UNSUBSCRIBED: "the reader has left",
    SubscriberState.SUPPRESSED: "the address must not be mailed",
    SubscriberState.ERASED: "the reader's data were erased",
}

WHAT = {
    DeliveryState.PENDING: "waiting in the outbox",
    DeliveryState.CLAIMED: "taken by a worker",
    DeliveryState.IN_DATA: "being handed over",
    DeliveryState.SENT: "handed over",
    DeliveryState.DEFERRED: "put off by the relay",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNCERTAIN: "uncertain",
    DeliveryState.LATE: "not sent: too late",
    DeliveryState.SUPPRESSED: "not sent: no longer wanted",
}


@dataclass(frozen=True)
class Step:
    """One thing that happened, when, and why."""

    at: datetime | None
    what: str
    why: str


def trace(session: Session, reader: Subscriber, day: date | None, *, now: datetime) -> list[Step]:
    """The way of a reader's edition of that day (by default the latest), or why nothing came."""
    return list(_steps(session, reader, day, now))


def _steps(session: Session, reader: Subscriber, day: date | None, now: datetime) -> Iterator[Step]:
    yield Step(reader.created_at, "subscribed", "asked for by command or form")
    yield from _confirmation(session, reader)
    if reader.confirmed_at:
        yield Step(reader.confirmed_at, "confirmed", "from then on editions are sent")
    edition = _edition(session, reader, day)
    if edition:
        yield from _edition_steps(session, edition)
    elif day:
        yield Step(None, "no edition", f"none was composed for {day.isoformat()}")
    if reader.state is not SubscriberState.ACTIVE:
        yield Step(reader.left_at, f"not mailed: {reader.state}", WHY_NOT_MAILED[reader.state])
    elif reader.next_due:
        yield _next(session, reader, reader.next_due, now)


def _next(session: Session, reader: Subscriber, due: datetime, now: datetime) -> Step:
    hour = f"{reader.hour}:00 in {reader.time_zone} on {reader.next_day}"
    if due > now:
        return Step(due, "next due", hour)
    if until := turns.waits_until(session, reader, now=now):
        why = f"the day's digest has not come; until {until:%H:%M} UTC it is waited for"
        return Step(due, "due", f"{hour}; {why}")
    return Step(due, "overdue", hour)


def _confirmation(session: Session, reader: Subscriber) -> Iterator[Step]:
    mails = session.exec(
        select(Delivery)
        .where(Delivery.subscriber_id == reader.id, Delivery.kind == DeliveryKind.CONFIRM)
        .order_by(col(Delivery.id))
    )
    for mail in mails:
        yield Step(
            mail.settled_at or mail.created_at, f"confirmation {WHAT[mail.state]}", _why(mail)
        )


def _edition(session: Session, reader: Subscriber, day: date | None) -> Edition | None:
    query = select(Edition).where(Edition.subscriber_id == reader.id)
    if day:
        query = query.where(Edition.day == day)
    return session.exec(query.order_by(col(Edition.day).desc()).limit(1)).first()


def _edition_steps(session: Session, edition: Edition) -> Iterator[Step]:
    if edition.due_at:
        yield Step(edition.due_at, "due", f"the reader's hour for {edition.day.isoformat()}")
    if edition.state is not EditionState.COMPOSED:
        yield Step(edition.composed_at, str(edition.state), edition.note or "")
        return
    yield Step(edition.composed_at, "composed", _contents(edition))
    for delivery in session.exec(select(Delivery).where(Delivery.edition_id == edition.id)):
        yield Step(delivery.settled_at or delivery.next_try, WHAT[delivery.state], _why(delivery))


def _contents(edition: Edition) -> str:
    count = len(edition.contents.get("papers", []))
    candidates = edition.contents.get("candidates", count)
    order = "in trending order" if edition.contents.get("trending") else "ranked for this reader"
    drawn = ", the last of them drawn to explore" if edition.contents.get("pool") else ""
    return f"{count} of {candidates} papers for {edition.day.isoformat()}, {order}{drawn}"


def _why(delivery: Delivery) -> str:
    said = f"the relay said: {delivery.reply}" if delivery.reply else "not tried yet"
    return f"{said} (tries: {delivery.attempts})" if delivery.attempts else said
