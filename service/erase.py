"""Erase a reader: whatever is known of them goes, but the way to say that they have left."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from service.db import insert_new
from service.models import (
    Delivery,
    Edition,
    Feedback,
    Interest,
    RelevanceModel,
    Subscriber,
    SubscriberState,
    Suppression,
)
from service.models.columns import new_public_id
from service.wishes import USUAL_BAR

AS_NEW = {
    "email": None,
    "mailbox": None,
    "language": "en",
    "time_zone": "UTC",
    "hour": 7,
    "weekdays": 0b1111111,
    "max_papers": 10,
    "bar": USUAL_BAR,
    "explores": True,
    "next_due": None,
    "next_day": None,
    "confirmed_at": None,
    "paused_until": None,
}

KEPT_UNCONFIRMED = timedelta(days=7)


def erase(
    session: Session, reader: Subscriber, *, never_again: str | None = None, now: datetime
) -> None:
    """Forget a reader; what is left is a row without address, whose leave link answers for ever.

    Give the address's keyed hash as `never_again` if the reader wishes to get no mail ever more:
    it is all by which the address can be known.
    """
    for table in (Interest, Feedback, RelevanceModel):
        session.connection().execute(delete(table).where(col(table.subscriber_id) == reader.id))
    session.connection().execute(
        update(Edition)
        .where(col(Edition.subscriber_id) == reader.id)
        .values(contents={}, note="erased")
    )
    for name, value in AS_NEW.items():
        setattr(reader, name, value)
    reader.public_id = new_public_id()  # so that no token opens anything any more
    reader.state = SubscriberState.ERASED
    reader.left_at = now
    session.add(reader)
    session.flush()
    if never_again:
        row = {"address_hash": never_again, "reason": "asked when erased", "at": now}
        insert_new(session, Suppression, [row])


def forget_unconfirmed(session: Session, *, limit: int, now: datetime) -> int:
    """Delete whoever asked a week ago and never confirmed, with all that hangs on them; how many.

    They get no mark of having been here: nobody has said that the address is theirs. What was
    counted for the limits is kept, for it names nobody.
    """
    asked_last = col(Subscriber.profile_changed_at)
    strangers = (
        select(Subscriber.id)
        .where(
            col(Subscriber.state) == SubscriberState.PENDING,
            col(Subscriber.confirmed_at).is_(None),
            asked_last <= now - KEPT_UNCONFIRMED,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = session.exec(strangers).all()
    if ids:
        for table in (Interest, RelevanceModel, Delivery):
            session.connection().execute(delete(table).where(col(table.subscriber_id).in_(ids)))
        session.connection().execute(delete(Subscriber).where(col(Subscriber.id).in_(ids)))
    return len(ids)
