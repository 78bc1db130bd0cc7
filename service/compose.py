"""Compose editions: papers and models become one edition a reader and day, promised in the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from service import outbox
from service.db import insert_new
from service.models import (
    DeliveryKind,
    Edition,
    EditionState,
    Subscriber,
    SubscriberState,
)
from service.models.columns import new_public_id
from service.ranking import Ranked
from service.schedule import last_due, next_due
from service.shelf import Shelf, rank


@dataclass
class Composed:
    """How many readers got an edition, had nothing to be sent, or had that day's already."""

    editions: int = 0
    empty: int = 0
    already: int = 0
    late: int = 0

    def __add__(self, other: "Composed") -> "Composed":
        return Composed(
            self.editions + other.editions,
            self.empty + other.empty,
            self.already + other.already,
            self.late + other.late,
        )


@dataclass(frozen=True)
class Slot:
    """A reader's turn: their edition's day and, where the clock called it, the moment."""

    subscriber_id: int
    due_at: datetime | None = None


def compose(
    session: Session,
    shelf: Shelf,
    slots: Sequence[Slot],
    *,
    late_after: timedelta,
    now: datetime,
) -> Composed:
    """Make the shelf's day's edition for a chunk of readers, each with its promise to be sent.

    Who has that day's edition keeps it; whoever is not active gets none.
    """
    readers = _active(session, [slot.subscriber_id for slot in slots])
    known = _known(session, list(readers), shelf.day)
    wanted = [slot for slot in slots if slot.subscriber_id in readers.keys() - known]
    late = [slot for slot in wanted if slot.due_at and now - slot.due_at > late_after]
    in_time = [slot for slot in wanted if slot not in late]
    limits = {slot.subscriber_id: readers[slot.subscriber_id].max_papers for slot in in_time}
    ranked = rank(session, shelf, list(limits), limits=limits)
    rows = [
        _row(readers[slot.subscriber_id], shelf, slot, ranked[slot.subscriber_id], now)
        for slot in in_time
    ]
    rows += [_late_row(readers[slot.subscriber_id], shelf.day, slot, now) for slot in late]
    insert_new(session, Edition, rows)
    made = _promise(session, rows, late_after, now)
    _move_on(session, slots, readers, now)
    empty = sum(row["state"] == EditionState.EMPTY for row in rows)
    return Composed(made, empty, len(known), len(late))


def _active(session: Session, ids: Sequence[int]) -> dict[int, Subscriber]:
    rows = session.exec(
        select(Subscriber).where(
            col(Subscriber.id).in_(ids), col(Subscriber.state) == SubscriberState.ACTIVE
        )
    )
    return {row.id: row for row in rows if row.id is not None}


def _known(session: Session, ids: Sequence[int], day: date) -> set[int]:
    return set(
        session.exec(
            select(Edition.subscriber_id).where(
                col(Edition.subscriber_id).in_(ids), col(Edition.day) == day
            )
        )
    )


def _row(
    reader: Subscriber, shelf: Shelf, slot: Slot, ranked: Ranked, now: datetime
) -> dict[str, Any]:
    papers = [
        {
            "id": each.paper_id,
            "text": shelf.text_version(each.paper_id),
            "score": round(each.score, 5),
            "reason": each.reason.as_data(),
            "slot": "ranked",
        }
        for each in ranked.recommendations
    ]
    row = _bare_row(reader, shelf.day, slot, now)
    if not papers:
        return row | {
            "state": EditionState.EMPTY,
            "note": _why_empty(shelf),
        }
    return row | {
        "contents": {
            "papers": papers,
            "trending": ranked.trending,
            "candidates": len(shelf.paper_ids),
        }
    }


def _why_empty(shelf: Shelf) -> str:
    if not shelf.paper_ids:
        return "no paper was announced in the two weeks up to this day"
    return f"all {len(shelf.paper_ids)} papers of the two weeks were sent before, judged or muted"


def _late_row(reader: Subscriber, day: date, slot: Slot, now: datetime) -> dict[str, Any]:
    return _bare_row(reader, day, slot, now) | {
        "state": EditionState.LATE,
        "note": "nobody was there to send it in time, and stale news are worse than none",
    }


def _bare_row(reader: Subscriber, day: date, slot: Slot, now: datetime) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "subscriber_id": reader.id,
        "day": day,
        "state": EditionState.COMPOSED,
        "language": reader.language,
        "contents": {},
        "note": None,
        "due_at": slot.due_at,
        "composed_at": now,
    }


def _promise(
    session: Session, rows: Sequence[Mapping[str, Any]], late_after: timedelta, now: datetime
) -> int:
    """Queue the delivery of every edition among these rows that this call made; how many."""
    mine = [row["public_id"] for row in rows if row["state"] == EditionState.COMPOSED]
    made = session.exec(select(Edition).where(col(Edition.public_id).in_(mine))).all()
    promises = [
        outbox.Promise(
            key=f"edition:{edition.subscriber_id}:{edition.day.isoformat()}",
            kind=DeliveryKind.EDITION,
            subscriber_id=edition.subscriber_id,
            edition_id=edition.id,
            expires_at=(edition.due_at or now) + late_after,
        )
        for edition in made
    ]
    return outbox.queue(session, promises, now=now)


def _move_on(
    session: Session, slots: Sequence[Slot], readers: Mapping[int, Subscriber], now: datetime
) -> None:
    """Set the next due moment of readers whom the clock called, one mail however long it slept."""
    changes = []
    for slot in slots:
        if slot.due_at and (reader := readers.get(slot.subscriber_id)):
            due = next_due(reader.time_zone, reader.hour, reader.weekdays, after=now)
            changes.append({"row": reader.id, "next_due": due.at, "next_day": due.day})
    if changes:
        table = Subscriber.__table__  # type: ignore[attr-defined]
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values(next_due=bindparam("next_due"), next_day=bindparam("next_day")),
            changes,
        )


def due(session: Session, *, limit: int, now: datetime) -> dict[date, list[Slot]]:
    """The next chunk of readers whose time has come, by the day that their edition is for."""
    rows = session.exec(
        select(Subscriber)
        .where(
            col(Subscriber.state) == SubscriberState.ACTIVE,
            col(Subscriber.next_due) <= now,
        )
        .order_by(col(Subscriber.next_due), col(Subscriber.id))
        .limit(limit)
    ).all()
    days: dict[date, list[Slot]] = {}
    for row in rows:
        turn = last_due(row.time_zone, row.hour, row.weekdays, until=now)
        days.setdefault(turn.day, []).append(Slot(row.id or 0, turn.at))
    return days
