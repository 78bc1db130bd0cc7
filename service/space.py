"""The space of this installation: fitted from its papers, and kept filled with their features."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, true, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from service.db import one_at_a_time
from service.lessons import ActiveSpace, active_space, active_space_id, newest_text
from service.models import UNANNOUNCED, Paper, PaperFeatures, PaperText, RelevanceModel, Space
from service.profiles import first_day
from service.ranking import FeatureSpace, whole_text

PAPERS = 5_000
"""From so many papers, the newest, a space is fitted; so many have their features at hand."""

GROWTH = 1.5
"""A space is fitted anew when there are so many times the papers it was fitted from."""

_BACKGROUND_FROM = 100
_LOCK = 4_071_952  # any number, as long as nothing else here locks by it
_ROWS_AT_ONCE = 500


def refresh(session: Session, *, now: datetime) -> int:
    """See to it that there is an active space, and that the newest papers have features in it.

    How many features were computed. A new space takes the old one's place at once, with all that
    was computed in it; readers' models are then stale, and fitted again when they are needed.
    """
    one_at_a_time(session, _LOCK)
    papers = min(_count(session), PAPERS)
    fitted = session.exec(select(Space.paper_count).where(col(Space.active))).first()
    if papers and (fitted is None or papers >= GROWTH * fitted):
        return _refit(session, now)
    rows = _wordings(session, lacking_in=active_space_id(session))
    active = active_space(session) if rows else None
    return _fill(session, active, rows) if active else 0


def _refit(session: Session, now: datetime) -> int:
    rows = _wordings(session)
    texts = [whole_text(row.title, row.abstract) for row in rows]
    space = FeatureSpace().fit(texts, background=_past(rows, now.date()))
    session.execute(update(Space).values(active=False))
    made = Space(active=True, arrays=space.to_bytes(), fitted_at=now, paper_count=len(rows))
    session.add(made)
    session.flush()  # before the old one goes, since SQLite gives the id of a deleted row again
    _forget_all_but(session, made.id or 0)
    return _fill(session, ActiveSpace(made.id or 0, space), rows)


def _past(rows: Sequence[Any], today: date) -> list[int] | None:
    """Which of these papers are too old to be chosen ever again; None if they are too few."""
    old = [at for at, row in enumerate(rows) if row.announced_on < first_day(today)]
    return old if len(old) >= _BACKGROUND_FROM else None


def _forget_all_but(session: Session, space_id: int) -> None:
    """Remove other spaces and all that was computed in them, in the order that the keys demand."""
    session.execute(delete(RelevanceModel).where(col(RelevanceModel.space_id) != space_id))
    session.execute(delete(PaperFeatures).where(col(PaperFeatures.space_id) != space_id))
    session.execute(delete(Space).where(col(Space.id) != space_id))


def _fill(session: Session, active: ActiveSpace, rows: Sequence[Any]) -> int:
    """Store the features of these wordings in place of those of older ones."""
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        session.execute(
            delete(PaperFeatures).where(
                col(PaperFeatures.space_id) == active.id,
                col(PaperFeatures.paper_id).in_([row.id for row in part]),
            )
        )
        packed = active.space.packed(whole_text(row.title, row.abstract) for row in part)
        session.execute(
            insert(PaperFeatures),
            [
                {
                    "paper_id": row.id,
                    "space_id": active.id,
                    "text_version": row.version,
                    "arrays": blob,
                }
                for row, blob in zip(part, packed, strict=True)
            ],
        )
    return len(rows)


def _count(session: Session) -> int:
    papers = (
        select(func.count())
        .select_from(Paper)
        .where(col(Paper.merged_into).is_(None), col(Paper.announced_on) != UNANNOUNCED)
    )
    return session.exec(papers).one()


def _wordings(session: Session, *, lacking_in: int | None = None) -> list[Any]:
    """Id, day, version and newest wording of the newest announced papers, oldest first.

    With `lacking_in`, only of those that have no features of that wording in that space, and also
    of papers that readers brought: these are learnt from by their readers only, not by the space.
    """
    brought = lacking_in is not None
    newest = (
        select_columns(col(Paper.id), col(Paper.announced_on))
        .where(
            col(Paper.merged_into).is_(None),
            true() if brought else col(Paper.announced_on) != UNANNOUNCED,
        )
        .order_by(col(Paper.announced_on).desc(), col(Paper.id).desc())
        .limit(PAPERS)
        .subquery()
    )
    query = (
        select_columns(
            newest.c.id,
            newest.c.announced_on,
            col(PaperText.version),
            col(PaperText.title),
            col(PaperText.abstract),
        )
        .join(PaperText, newest_text(newest.c.id))
        .order_by(newest.c.announced_on, newest.c.id)
    )
    if lacking_in is not None:
        stored = (
            exists()
            .where(col(PaperFeatures.space_id) == lacking_in)
            .where(col(PaperFeatures.paper_id) == newest.c.id)
            .where(col(PaperFeatures.text_version) == col(PaperText.version))
        )
        query = query.where(~stored)
    return list(session.execute(query))
