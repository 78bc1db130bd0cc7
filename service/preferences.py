"""A reader's own room: a login link by mail, a pause, and all that is known of them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from service import limits, outbox, turns
from service.db import insert_new
from service.errors import WrongInput
from service.limits import Knocker
from service.models import (
    DeliveryKind,
    Edition,
    EditionState,
    Feedback,
    Interest,
    Subscriber,
    SubscriberState,
    UsedLink,
)
from service.papers import cards
from service.schedule import local_day

LINK_HOLDS = timedelta(minutes=15)
SESSION_HOLDS = timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=366)


def send_link(
    session: Session, reader: Subscriber, knockers: Sequence[Knocker], *, now: datetime
) -> bool:
    """Promise the reader a fresh login link; False if they may have none, or none more in this hour."""
    if reader.state not in outbox.MAY_LOG_IN or not limits.admit(session, knockers, now=now):
        return False
    promise = outbox.Promise(
        key=f"login:{reader.id}:{int(now.timestamp())}",
        kind=DeliveryKind.LOGIN,
        subscriber_id=reader.id or 0,
        expires_at=now + LINK_HOLDS,
    )
    return bool(outbox.queue(session, [promise], now=now))


def is_good(session: Session, reader: Subscriber, issued_at: datetime, *, now: datetime) -> bool:
    """Whether a login link of that moment still opens the door."""
    used = select(UsedLink.id).where(UsedLink.key == _link_key(reader, issued_at))
    return (
        reader.state in outbox.MAY_LOG_IN
        and now - issued_at <= LINK_HOLDS
        and session.exec(used).first() is None
    )


def use_link(session: Session, reader: Subscriber, issued_at: datetime, *, now: datetime) -> bool:
    """Use a login link up; False if it is no longer good, or somebody was faster."""
    if not is_good(session, reader, issued_at, now=now):
        return False
    session.connection().execute(delete(UsedLink).where(col(UsedLink.at) < now - timedelta(days=1)))
    row = {"key": _link_key(reader, issued_at), "at": now}
    return bool(insert_new(session, UsedLink, [row]))


def _link_key(reader: Subscriber, issued_at: datetime) -> str:
    return f"login:{reader.public_id}:{int(issued_at.timestamp())}"


def check_pause(until: date, zone: str, *, now: datetime) -> None:
    """Refuse a day that is no end of a pause, in a sentence for the reader."""
    today = local_day(zone, now)
    if not today < until <= today + LONGEST_PAUSE:
        raise WrongInput("A pause ends on a later day than today, and within a year.")


def pause(session: Session, reader: Subscriber, until: date | None, *, now: datetime) -> None:
    """Send nothing before that local day; with no day, go on at the reader's next hour."""
    if reader.state not in (SubscriberState.ACTIVE, SubscriberState.PAUSED):
        return
    if until:
        check_pause(until, reader.time_zone, now=now)
        midnight = datetime.combine(until, time(0), ZoneInfo(reader.time_zone))
        turns.schedule(reader, after=midnight - timedelta(seconds=1))
    else:
        turns.reschedule(reader, now=now)
    reader.state = SubscriberState.PAUSED if until else SubscriberState.ACTIVE
    reader.paused_until = until
    session.add(reader)
    session.flush()


def resume(session: Session, *, now: datetime) -> int:
    """Make readers active whose pause has ended and whose hour has come; how many."""
    resumed = session.connection().execute(
        update(Subscriber)
        .where(
            col(Subscriber.state) == SubscriberState.PAUSED,
            col(Subscriber.paused_until).is_not(None),
            col(Subscriber.next_due) <= now,
        )
        .values(state=SubscriberState.ACTIVE, paused_until=None)
    )
    return resumed.rowcount


def export(session: Session, reader: Subscriber) -> dict[str, Any]:
    """All that is known of a reader, as plain values for JSON."""
    return {
        "profile": _profile(reader),
        "interests": _interests(session, reader),
        "feedback": _feedback(session, reader),
        "editions": _editions(session, reader),
    }


def _profile(reader: Subscriber) -> dict[str, Any]:
    days = ("paused_until", "created_at", "confirmed_at", "left_at")
    wishes = ("language", "time_zone", "hour", "weekdays", "max_papers", "bar", "explores")
    plain = ("email", "state", *wishes)
    moments = {name: getattr(reader, name) for name in days}
    return {name: getattr(reader, name) for name in plain} | {
        name: value.isoformat() if value else None for name, value in moments.items()
    }


def _interests(session: Session, reader: Subscriber) -> list[dict[str, Any]]:
    rows = session.exec(
        select(Interest).where(Interest.subscriber_id == reader.id).order_by(col(Interest.id))
    )
    return [{"text": row.text, "kind": row.kind, "weight": row.weight} for row in rows]


def _feedback(session: Session, reader: Subscriber) -> list[dict[str, Any]]:
    rows = session.exec(
        select(Feedback).where(Feedback.subscriber_id == reader.id).order_by(col(Feedback.id))
    ).all()
    shown = cards(session, [(row.paper_id, None) for row in rows])
    return [
        {
            "verdict": row.verdict,
            "at": row.at.isoformat(),
            "title": shown[row.paper_id, None].title,
            "url": shown[row.paper_id, None].url,
        }
        for row in rows
        if (row.paper_id, None) in shown
    ]


def _editions(session: Session, reader: Subscriber) -> list[dict[str, Any]]:
    rows = session.exec(
        select(Edition).where(Edition.subscriber_id == reader.id).order_by(col(Edition.day))
    ).all()
    wordings = {
        (each["id"], each["text"]): None for row in rows for each in row.contents.get("papers", [])
    }
    shown = cards(session, list(wordings))
    return [
        {
            "day": row.day.isoformat(),
            "state": EditionState(row.state),
            "papers": [
                {"title": card.title, "url": card.url, "score": each["score"]}
                for each in row.contents.get("papers", [])
                if (card := shown.get((each["id"], each["text"])))
            ],
        }
        for row in rows
    ]
