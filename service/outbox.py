"""The outbox: promises to send a message, who holds them, and what came of them.

A row moves `pending → claimed → in_data → sent | deferred | failed | uncertain`. The lease on a
claimed row carries correctness on both databases; SKIP LOCKED only spares Postgres the queueing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, or_, update
from sqlmodel import Session, col, select

from service.db import UtcDateTime, insert_new
from service.leases import LEASE
from service.mail.smtp import Outcome, OutcomeKind
from service.models import Delivery, DeliveryKind, DeliveryState, Subscriber, SubscriberState

FIRST_BACKOFF = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(seconds=4000)
NEXT_RUN = timedelta(seconds=1)
"""What a run leaves uncertain is for the next run, not for its own end."""
RECONNECT_AFTER = timedelta(seconds=30)
MOST_DOUBTS = 2
WAITING = (DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.UNCERTAIN)
MAY_LOG_IN = (SubscriberState.ACTIVE, SubscriberState.PAUSED, SubscriberState.UNSUBSCRIBED)
"""Who left may still look at what is known of them, and have it erased."""


@dataclass(frozen=True)
class Promise:
    """A message that will be sent once, known by its key."""

    key: str
    kind: DeliveryKind
    subscriber_id: int
    expires_at: datetime
    edition_id: int | None = None


def edition_key(subscriber_id: int, day: date) -> str:
    """The one name of a reader's edition of a day, from due to handed over."""
    return f"edition:{subscriber_id}:{day.isoformat()}"


def queue(session: Session, promises: Sequence[Promise], *, now: datetime) -> int:
    """Promise to send messages once each; a key seen before changes nothing. How many are new."""
    return len(insert_new(session, Delivery, [_row(promise, now) for promise in promises]))


def _row(promise: Promise, now: datetime) -> dict[str, Any]:
    return {
        "key": promise.key,
        "kind": promise.kind,
        "subscriber_id": promise.subscriber_id,
        "edition_id": promise.edition_id,
        "expires_at": promise.expires_at,
        "state": DeliveryState.PENDING,
        "created_at": now,
        "next_try": now,
        "attempts": 0,
        "crashes": 0,
        "doubts": 0,
    }


def claim(
    session: Session, owner: str, *, limit: int, due_by: datetime, now: datetime
) -> list[Delivery]:
    """Take up to `limit` deliveries that are due, for as long as the lease lasts.

    What must not be sent any more is settled instead: too late, or the reader has left.
    """
    _settle_unwanted(session, now)
    rows = session.exec(
        select(Delivery)
        .where(
            col(Delivery.state).in_(WAITING),
            col(Delivery.next_try) <= due_by,
            col(Delivery.settled_at).is_(None),
        )
        # whoever was in flight when a worker died goes last, so that it can't block the others
        .order_by(col(Delivery.crashes), col(Delivery.next_try), col(Delivery.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    session.connection().execute(
        update(Delivery)
        .where(col(Delivery.id).in_([row.id for row in rows]))
        .values(state=DeliveryState.CLAIMED, owner=owner, lease_until=now + LEASE)
    )
    return list(rows)


def begin(session: Session, owner: str, ids: Iterable[int], *, now: datetime) -> set[int]:
    """Mark deliveries as being handed over; the ids of those whose reader still wants them.

    This is the last look before the relay: whoever left a moment ago is not mailed.
    """
    begun = session.connection().execute(
        update(Delivery)
        .where(
            col(Delivery.id).in_(list(ids)),
            col(Delivery.owner) == owner,
            col(Delivery.state) == DeliveryState.CLAIMED,
            ~_unwanted(),
        )
        .values(
            state=DeliveryState.IN_DATA,
            attempts=Delivery.attempts + 1,
            lease_until=now + LEASE,
            first_try_at=func.coalesce(col(Delivery.first_try_at), literal(now, UtcDateTime())),
        )
        .returning(col(Delivery.id))
    )
    return {row.id for row in begun}


def settle(session: Session, owner: str, outcomes: Mapping[int, Outcome], *, now: datetime) -> None:
    """Write down what came of deliveries that this run handed over."""
    if not outcomes:
        return
    rows = session.exec(select(Delivery).where(col(Delivery.id).in_(list(outcomes)))).all()
    changes = [
        {"row": row.id, **_after(row, outcomes[row.id or 0], now)}
        for row in rows
        if row.owner == owner
    ]
    if changes:
        table = Delivery.__table__  # type: ignore[attr-defined]
        fields: dict[str, Any] = {name: bindparam(name) for name in changes[0] if name != "row"}
        statement = update(table).where(table.c.id == bindparam("row")).values(fields)
        session.connection().execute(statement, changes)


def _unwanted() -> Any:
    """The reader may not be mailed this: left, paused, suppressed, or confirmed meanwhile."""
    wanted = or_(
        and_(
            col(Delivery.kind) == DeliveryKind.EDITION,
            col(Subscriber.state) == SubscriberState.ACTIVE,
        ),
        and_(
            col(Delivery.kind) == DeliveryKind.CONFIRM,
            col(Subscriber.state) == SubscriberState.PENDING,
        ),
        and_(
            col(Delivery.kind) == DeliveryKind.KNOWN,
            col(Subscriber.state).in_((SubscriberState.ACTIVE, SubscriberState.PAUSED)),
        ),
        and_(
            col(Delivery.kind) == DeliveryKind.LOGIN,
            col(Subscriber.state).in_(MAY_LOG_IN),
        ),
    )
    return ~select(Subscriber.id).where(Subscriber.id == Delivery.subscriber_id, wanted).exists()


def _settle_unwanted(session: Session, now: datetime) -> None:
    waiting = and_(col(Delivery.state).in_(WAITING), col(Delivery.settled_at).is_(None))
    connection = session.connection()
    connection.execute(
        update(Delivery)
        .where(waiting, _unwanted())
        .values(
            state=DeliveryState.SUPPRESSED, settled_at=now, reply="the reader no longer wants it"
        )
    )
    connection.execute(
        update(Delivery)
        .where(waiting, col(Delivery.expires_at) < now)
        .values(state=DeliveryState.LATE, settled_at=now, reply="it was too old to be sent")
    )


def _after(row: Delivery, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The columns of a delivery after its hand-over came to this outcome."""
    change = {
        "state": DeliveryState.PENDING,
        "reply": outcome.reply[:500],
        "next_try": row.next_try,
        "settled_at": None,
        "doubts": row.doubts,
        "owner": None,
        "lease_until": None,
    }
    match outcome.kind:
        case OutcomeKind.SENT:
            change |= {"state": DeliveryState.SENT, "settled_at": now}
        case OutcomeKind.FAILED:
            change |= {"state": DeliveryState.FAILED, "settled_at": now}
        case OutcomeKind.DEFERRED:
            wait = min(FIRST_BACKOFF * 2 ** min(row.attempts - 1, 10), LONGEST_BACKOFF)
            change |= {"state": DeliveryState.DEFERRED, "next_try": now + wait}
        case OutcomeKind.UNREACHABLE:
            change |= {"next_try": now + RECONNECT_AFTER}
        case OutcomeKind.UNCERTAIN:
            held = row.doubts + 1 >= MOST_DOUBTS
            change |= {
                "state": DeliveryState.UNCERTAIN,
                "doubts": row.doubts + 1,
                "next_try": now + NEXT_RUN,
                "settled_at": now if held else None,
            }
    return change
