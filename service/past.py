"""The past: editions as they were composed, and papers as rankers want to be told of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from service.chunks import CHUNK, chunks
from service.lessons import newest_text
from service.models import (
    UNANNOUNCED,
    Delivery,
    DeliveryState,
    Digest,
    DigestEntry,
    Edition,
    EditionState,
    Paper,
    PaperText,
)
from service.profiles import first_day, merged_since, names
from service.ranking.evaluate import Paper as Described

_HANDED_OVER = (DeliveryState.SENT, DeliveryState.UNCERTAIN)
_IDS_A_QUERY = 10_000  # SQLite takes some 32,000 parameters


@dataclass(frozen=True)
class Past:
    """An edition as it was composed; its papers are named by the ids that they have today.

    `explored` is the paper of the slot that chance filled; `pool` tells of all papers among which
    it was drawn how probable each was. An edition of an older release has no pool.
    """

    reader: int
    composed_at: datetime
    handed_over: bool
    ranked: tuple[int, ...]
    explored: int | None
    pool: Mapping[int, float]


def days(session: Session, first: date, last: date) -> dict[date, int]:
    """How many editions each of these days has; days without any are left out."""
    rows = session.execute(
        select_columns(col(Edition.day), func.count())
        .where(
            col(Edition.day) >= first,
            col(Edition.day) <= last,
            col(Edition.state) == EditionState.COMPOSED,
        )
        .group_by(col(Edition.day))
        .order_by(col(Edition.day))
    )
    return dict(rows.all())


def editions(session: Session, day: date, *, after: int, limit: int = CHUNK) -> dict[int, Past]:
    """A day's next editions by their ids: those that come after this id."""
    sent = exists().where(
        col(Delivery.edition_id) == col(Edition.id), col(Delivery.state).in_(_HANDED_OVER)
    )
    rows = session.execute(
        select_columns(
            col(Edition.id),
            col(Edition.subscriber_id),
            col(Edition.composed_at),
            col(Edition.contents),
            sent.label("handed_over"),
        )
        .where(
            col(Edition.day) == day,
            col(Edition.state) == EditionState.COMPOSED,
            col(Edition.id) > after,
        )
        .order_by(col(Edition.id))
        .limit(limit)
    ).all()
    merged = merged_since(session, first_day(first_day(day))) if rows else {}
    return {row.id: _past(row, merged) for row in rows}


def _past(row: Any, merged: Mapping[int, int]) -> Past:
    shown: dict[int, str] = {}
    for each in row.contents.get("papers", ()):
        shown[names(int(each["id"]), merged)[-1]] = each.get("slot", "ranked")
    pool: dict[int, float] = {}
    for paper_id, propensity in row.contents.get("pool", ()):
        today = names(int(paper_id), merged)[-1]
        pool[today] = pool.get(today, 0.0) + float(propensity)
    return Past(
        reader=row.subscriber_id,
        composed_at=row.composed_at,
        handed_over=bool(row.handed_over),
        ranked=tuple(each for each, slot in shown.items() if slot != "explored"),
        explored=next((each for each, slot in shown.items() if slot == "explored"), None),
        pool=pool,
    )


def describe(session: Session, paper_ids: Collection[int]) -> dict[int, Described]:
    """These papers, as they are worded today."""
    found: dict[int, Described] = {}
    for ids in chunks(sorted(set(paper_ids)), _IDS_A_QUERY):
        found |= _described(session, col(Paper.id).in_(ids))
    return found


def older(session: Session, day: date, *, limit: int) -> list[Described]:
    """The newest papers that were announced before a day, oldest first."""
    newest = (
        select_columns(col(Paper.id))
        .where(
            col(Paper.merged_into).is_(None),
            col(Paper.announced_on) != UNANNOUNCED,
            col(Paper.announced_on) < day,
        )
        .order_by(col(Paper.announced_on).desc(), col(Paper.id).desc())
        .limit(limit)
    )
    return list(_described(session, col(Paper.id).in_(newest)).values())


def _described(session: Session, which: Any) -> dict[int, Described]:
    rows = session.execute(
        select_columns(
            col(Paper.id),
            col(PaperText.title),
            col(PaperText.abstract),
            col(Paper.published_on),
            col(Paper.author_count),
        )
        .join(PaperText, newest_text(col(Paper.id)))
        .where(which)
        .order_by(col(Paper.announced_on), col(Paper.id))
    )
    return {
        row.id: {
            "id": str(row.id),
            "title": row.title,
            "abstract": row.abstract or "",
            "year": row.published_on.year if row.published_on else None,
            "n_authors": row.author_count,
        }
        for row in rows
    }


def arrived(session: Session, day: date) -> dict[int, datetime]:
    """When each paper of the window that ends on a day was first read from a digest."""
    rows = session.exec(
        select(DigestEntry.paper_id, func.min(Digest.ingested_at))
        .join(Digest, col(Digest.id) == col(DigestEntry.digest_id))
        .where(col(Digest.day) >= first_day(day), col(Digest.day) <= day)
        .group_by(col(DigestEntry.paper_id))
    )
    return dict(rows.all())
