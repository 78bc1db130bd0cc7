"""The space of this installation: there from the first paper on, and filled with papers' features."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from service.db import one_at_a_time
from service.lessons import (
    LoadedSpace,
    active_space,
    active_space_id,
    keep_space,
    newest_text,
)
from service.models import Paper, PaperFeatures, PaperText, Space
from service.ranking import FeatureSpace, whole_text

PAPERS = 5_000
"""From so many papers, the newest, a space is fitted; so many have their features at hand."""

_LOCK = 4_071_952  # any number, as long as nothing else here locks by it
_ROWS_AT_ONCE = 500


def refresh(session: Session, *, now: datetime) -> int:
    """See to it that there is an active space, and that the newest papers have features in it.

    How many features were computed. The first space is the one that comes with us; `renew` puts
    one of the installation's own papers in its place when there are enough of them.
    """
    one_at_a_time(session, _LOCK)
    known = count(session)
    if not known:
        return 0
    active = active_space_id(session)
    if active is None:
        active = add(session, FeatureSpace.starter(), papers=0, active=True, now=now)
    rows = wordings(session, lacking_in=active)
    space = active_space(session) if rows else None
    return fill(session, space, rows) if space else 0


def add(session: Session, space: FeatureSpace, *, papers: int, active: bool, now: datetime) -> int:
    """Keep a space that was learnt from so many of our papers; its id."""
    arrays = space.to_bytes()
    mark = hashlib.sha256(arrays).hexdigest()
    keep_space(mark, space)
    made = Space(
        active=active,
        arrays=arrays,
        fingerprint=mark,
        fitted_at=now,
        paper_count=papers,
        known_papers=count(session) if papers else 0,
    )
    session.add(made)
    session.flush()
    return made.id or 0


def fill(session: Session, space: LoadedSpace, rows: Sequence[Any]) -> int:
    """Store the features of these wordings in place of those of older ones; how many."""
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        session.execute(
            delete(PaperFeatures).where(
                col(PaperFeatures.space_id) == space.id,
                col(PaperFeatures.paper_id).in_([row.id for row in part]),
            )
        )
        packed = space.space.packed(whole_text(row.title, row.abstract) for row in part)
        session.execute(
            insert(PaperFeatures),
            [
                {
                    "paper_id": row.id,
                    "space_id": space.id,
                    "text_version": row.version,
                    "arrays": blob,
                }
                for row, blob in zip(part, packed, strict=True)
            ],
        )
    return len(rows)


def count(session: Session) -> int:
    """How many papers there are."""
    papers = select(func.count()).select_from(Paper).where(col(Paper.merged_into).is_(None))
    return session.exec(papers).one()


def wordings(session: Session, *, lacking_in: int | None = None) -> list[Any]:
    """Id, day, version and newest wording of the newest papers, oldest first.

    With `lacking_in`, only of those that have no features of that wording in that space.
    """
    newest = (
        select_columns(col(Paper.id), col(Paper.announced_on))
        .where(col(Paper.merged_into).is_(None))
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
