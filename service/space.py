"""The space of this installation: there from the first paper on, and filled with papers' features."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import delete, exists, func, insert, true, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from service.db import one_at_a_time
from service.lessons import (
    LoadedSpace,
    active_space,
    keep_space,
    newest_text,
)
from service.logs import log
from service.models import UNANNOUNCED, Paper, PaperFeatures, PaperText, Space
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
    if not count(session):
        return 0
    space = _readable(session) or _begin(session, now)
    return fill(session, space, wordings(session, lacking_in=space.id))


def _readable(session: Session) -> LoadedSpace | None:
    """The active space; None if there is none, or an earlier release wrote it in its own way."""
    try:
        return active_space(session)
    except ValueError as error:
        log.warning("the space can't be read; it is begun anew", reason=str(error))
        session.execute(update(Space).where(col(Space.active)).values(active=False))
        return None


def _begin(session: Session, now: datetime) -> LoadedSpace:
    """The space that comes with us becomes the active one."""
    starter, arrays = _starter()
    made = _add(session, starter, arrays, papers=0, active=True, now=now)
    return LoadedSpace(made, starter)


@cache
def _starter() -> tuple[FeatureSpace, bytes]:
    starter = FeatureSpace.starter()
    return starter, starter.to_bytes()


def add(session: Session, space: FeatureSpace, *, papers: int, now: datetime) -> int:
    """Keep a space that was learnt from so many of our papers, not active yet; its id."""
    return _add(session, space, space.to_bytes(), papers=papers, now=now)


def _add(
    session: Session,
    space: FeatureSpace,
    arrays: bytes,
    *,
    papers: int,
    active: bool = False,
    now: datetime,
) -> int:
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
    papers = (
        select(func.count())
        .select_from(Paper)
        .where(col(Paper.merged_into).is_(None), col(Paper.announced_on) != UNANNOUNCED)
    )
    return session.exec(papers).one()


def wordings(session: Session, *, lacking_in: int | None = None) -> list[Any]:
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
