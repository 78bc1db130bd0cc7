"""Compose editions: papers and models become one edition a reader and day, promised in the outbox."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from service import outbox, turns
from service.db import insert_new
from service.models import (
    DeliveryKind,
    Edition,
    EditionState,
    Subscriber,
    SubscriberState,
)
from service.models.columns import new_public_id
from service.outbox import edition_key
from service.ranking import Portion, Ranked, Recommendation
from service.shelf import Shelf, rank
from service.turns import MOST_TRIES, Slot


@dataclass(frozen=True)
class Composed:
    """What became of readers' days: a state for each promise made now, by its key.

    `already` counts those whose day had ended in some way before.
    """

    ends: Mapping[str, EditionState] = field(default_factory=dict)
    already: int = 0

    def __add__(self, other: "Composed") -> "Composed":
        return Composed({**self.ends, **other.ends}, self.already + other.already)

    @property
    def editions(self) -> int:
        """How many editions were composed and promised."""
        return self._count(EditionState.COMPOSED)

    @property
    def empty(self) -> int:
        """How many days had nothing to be sent."""
        return self._count(EditionState.EMPTY)

    @property
    def late(self) -> int:
        """How many turns came too late to be worth a mail."""
        return self._count(EditionState.LATE)

    @property
    def failed(self) -> int:
        """How many days had to be given up."""
        return self._count(EditionState.FAILED)

    def _count(self, state: EditionState) -> int:
        return sum(each is state for each in self.ends.values())


def compose(
    session: Session,
    shelf: Shelf,
    slots: Sequence[Slot],
    *,
    late_after: timedelta,
    taste: bool = True,
    explore: bool = True,
    now: datetime,
) -> Composed:
    """Make the shelf's day's edition for a chunk of readers, each with its promise to be sent.

    Who has that day's edition keeps it; whoever is not active gets none. Without `taste` the
    papers come in trending order, for whose model can't be used; without `explore` none is drawn.
    """
    readers = _active(session, [slot.subscriber_id for slot in slots])
    known = _known(session, list(readers), shelf.day)
    wanted = [slot for slot in slots if slot.subscriber_id in readers.keys() - known]
    late = [slot for slot in wanted if slot.due_at and now - slot.due_at > late_after]
    in_time = [slot for slot in wanted if slot not in late]
    portions = {
        slot.subscriber_id: _portion(readers[slot.subscriber_id], shelf.day, explore)
        for slot in in_time
    }
    ranked = rank(session, shelf, portions, taste=taste)
    rows = [
        _row(readers[slot.subscriber_id], shelf, slot, ranked[slot.subscriber_id], now)
        for slot in in_time
    ]
    rows += [_late_row(readers[slot.subscriber_id], shelf.day, slot, now) for slot in late]
    ends = _store(session, rows, late_after, now)
    _move_on(session, slots, readers, now)
    return Composed(ends, len(known))


def give_up(session: Session, day: date, slot: Slot, *, now: datetime) -> Composed:
    """End the turn of a reader for whom nothing can be composed, and say so in the day's row."""
    readers = _active(session, [slot.subscriber_id])
    rows = [_failed_row(reader, day, slot, now) for reader in readers.values()]
    ends = _store(session, rows, timedelta(0), now)
    _move_on(session, [slot], readers, now)
    return Composed(ends, len(rows) - len(ends))


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


def _portion(reader: Subscriber, day: date, explore: bool) -> Portion:
    draw = chance(reader.public_id, day) if explore and reader.explores else None
    return Portion(reader.max_papers, reader.bar, draw)


def chance(public_id: int, day: date) -> float:
    """A number from 0 up to 1 that is always the same for that reader and day, and like no other."""
    told = hashlib.blake2b(f"explore:{public_id}:{day.isoformat()}".encode(), digest_size=6)
    return int.from_bytes(told.digest(), "big") / 2**48


def _row(
    reader: Subscriber, shelf: Shelf, slot: Slot, ranked: Ranked, now: datetime
) -> dict[str, Any]:
    papers = [_entry(each, shelf) for each in ranked.recommendations]
    row = _bare_row(reader, shelf.day, slot, now)
    if not papers:
        return row | {
            "state": EditionState.EMPTY,
            "contents": {"held_back": True} if ranked.held_back else {},
            "note": _why_empty(reader, shelf, ranked),
        }
    contents = {
        "papers": papers,
        "trending": ranked.trending,
        "candidates": len(shelf.paper_ids),
    }
    return row | {"contents": contents | ({"pool": ranked.pool} if ranked.pool else {})}


def _entry(each: Recommendation, shelf: Shelf) -> dict[str, Any]:
    return {
        "id": each.paper_id,
        "text": shelf.text_version(each.paper_id),
        "score": round(each.score, 5),
        "probability": each.probability,
        "reason": each.reason.as_data(),
        "snippet": list(each.snippet),
        "slot": each.slot,
        "propensity": each.propensity,
    }


def _why_empty(reader: Subscriber, shelf: Shelf, ranked: Ranked) -> str:
    if not shelf.paper_ids:
        return "no paper was announced in the two weeks up to this day"
    if ranked.held_back:
        return f"no paper reached the reader's bar of {reader.bar * 100:g}%"
    return f"all {len(shelf.paper_ids)} papers of the two weeks were sent before, judged or muted"


def _late_row(reader: Subscriber, day: date, slot: Slot, now: datetime) -> dict[str, Any]:
    return _bare_row(reader, day, slot, now) | {
        "state": EditionState.LATE,
        "note": "nobody was there to send it in time, and stale news are worse than none",
    }


def _failed_row(reader: Subscriber, day: date, slot: Slot, now: datetime) -> dict[str, Any]:
    return _bare_row(reader, day, slot, now) | {
        "state": EditionState.FAILED,
        "note": f"composing it failed {MOST_TRIES} times; the log of the worker says why",
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


def _store(
    session: Session, rows: Sequence[dict[str, Any]], late_after: timedelta, now: datetime
) -> dict[str, EditionState]:
    """Keep these days' ends, and queue a delivery for each that is an edition; those that are new."""
    insert_new(session, Edition, rows)
    ours = col(Edition.public_id).in_([row["public_id"] for row in rows])
    made = {
        edition_key(each.subscriber_id, each.day): each
        for each in session.exec(select(Edition).where(ours))
    }
    promises = [
        outbox.Promise(
            key=key,
            kind=DeliveryKind.EDITION,
            subscriber_id=edition.subscriber_id,
            edition_id=edition.id,
            expires_at=(edition.due_at or now) + late_after,
        )
        for key, edition in made.items()
        if edition.state is EditionState.COMPOSED
    ]
    outbox.queue(session, promises, now=now)
    return {key: edition.state for key, edition in made.items()}


def _move_on(
    session: Session, slots: Sequence[Slot], readers: Mapping[int, Subscriber], now: datetime
) -> None:
    """Set the next due moment of readers whom the clock called, one mail however long it slept."""
    called = [slot.subscriber_id for slot in slots if slot.due_at and slot.subscriber_id in readers]
    changes = [
        {"row": each, **turns.next_turn(readers[each], after=now)} for each in sorted(called)
    ]
    if changes:
        table = Subscriber.__table__  # type: ignore[attr-defined]
        values: dict[str, Any] = {name: bindparam(name) for name in changes[0] if name != "row"}
        statement = update(table).where(table.c.id == bindparam("row")).values(values)
        session.connection().execute(statement, changes)
