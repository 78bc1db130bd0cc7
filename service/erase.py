"""Erase a reader: whatever is known of them goes, but the way to say that they have left."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col

from service.db import insert_new
from service.models import (
    Edition,
    Feedback,
    Interest,
    RelevanceModel,
    Subscriber,
    SubscriberState,
    Suppression,
)
from service.models.columns import new_public_id

AS_NEW = {
    "email": None,
    "mailbox": None,
    "language": "en",
    "time_zone": "UTC",
    "hour": 7,
    "weekdays": 0b1111111,
    "max_papers": 10,
    "next_due": None,
    "next_day": None,
    "confirmed_at": None,
    "paused_until": None,
}


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
