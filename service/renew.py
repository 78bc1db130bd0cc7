"""Renew: as papers grow, a space is fitted from them beside the active one, and switched at once.

A renewal goes in steps that find by query what is left to do, so it can stop at any moment and go
on where it stopped: fit the new space, the papers' features in it, every reader's model in it, and
then, in one transaction, the switch. No edition ever mixes two spaces.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, SQLModel, col, select

from service import shelf, space, train
from service.chunks import apart
from service.db import one_at_a_time
from service.lessons import LoadedSpace, active_space, active_space_id
from service.logs import log
from service.models import PaperFeatures, RelevanceModel, Space
from service.profiles import Fading, first_day
from service.ranking import FeatureSpace, Portion, agreement, whole_text

FIRST_AT = 1_000
"""With fewer papers of its own an installation is better served by the space that comes with us."""

GROWTH = 0.5
"""A space is outgrown by half as many papers more as it was fitted from."""

_BACKGROUND_FROM = 100
_CLEARED_AT_ONCE = 5_000
_SAMPLE = 200
_LOCK = 0x52_45_4E_45_57  # "RENEW": one worker begins or switches, the others find it done


def coming(session: Session) -> int | None:
    """The space that is being made ready; None if none is."""
    query = select(Space.id).where(~col(Space.active), col(Space.id) > _active_id())
    return session.exec(query.order_by(col(Space.id))).first()


def is_outgrown(session: Session) -> bool:
    """Whether there are so many new papers that a space fitted from them would serve better."""
    row = session.exec(
        select(Space.paper_count, Space.known_papers).where(col(Space.active))
    ).first()
    if row is None:
        return False
    fitted, known = row
    return space.count(session) >= max(FIRST_AT, known + GROWTH * fitted)


def fitted(rows: Sequence[Any], today: date) -> FeatureSpace:
    """A space of these papers; it takes seconds, so no transaction is open meanwhile."""
    texts = [whole_text(row.title, row.abstract) for row in rows]
    old = [at for at, row in enumerate(rows) if row.announced_on < first_day(today)]
    return FeatureSpace().fit(texts, background=old if len(old) >= _BACKGROUND_FROM else None)


def begin(session: Session, made: FeatureSpace, papers: int, *, now: datetime) -> int | None:
    """Keep a fitted space to be made ready; None if another worker's came first."""
    one_at_a_time(session, _LOCK)
    if coming(session) is not None:
        return None
    return space.add(session, made, papers=papers, now=now)


def teach(
    session: Session,
    new: LoadedSpace,
    ids: Sequence[int],
    *,
    fading: Fading | None = None,
    now: datetime,
) -> int:
    """Fit these readers in that space; how many were.

    One who can't be learnt of keeps neither the others nor the switch from it.
    """

    def together(some: Sequence[int]) -> int:
        return train.train(session, some, space=new, fading=fading, now=now)

    def alone(reader: int, error: Exception) -> int:
        log.error("no model", subscriber=reader, reason=type(error).__name__, exc_info=error)
        return 0

    return sum(apart(ids, together, alone))


def switch(
    session: Session, new: LoadedSpace, *, fading: Fading | None = None, now: datetime
) -> float | None:
    """Make that space the active one; how much the readers' rankings agree with those before.

    Whoever clicked while the models were fitted is fitted here, so that nobody's word is lost.
    """
    one_at_a_time(session, _LOCK)
    if active_space_id(session) == new.id:
        return None  # another worker was faster
    teach(session, new, train.stale(session, space_id=new.id), fading=fading, now=now)
    correlation = _correlation(session, new, now.date())
    session.execute(update(Space).where(col(Space.active)).values(active=False))
    session.execute(
        update(Space).where(col(Space.id) == new.id).values(active=True, correlation=correlation)
    )
    return correlation


def _correlation(session: Session, new: LoadedSpace, day: date) -> float | None:
    """The mean rank correlation of some readers' candidates, in the old space and in the new."""
    old = active_space(session, hold=True)
    sample = session.exec(
        select(RelevanceModel.subscriber_id)
        .where(col(RelevanceModel.space_id) == new.id)
        .order_by(col(RelevanceModel.trained_at).desc(), col(RelevanceModel.subscriber_id))
        .limit(_SAMPLE)
    ).all()
    if old is None or not sample:
        return None
    before, after = (_orders(session, each, sample, day) for each in (old, new))
    return agreement(before, after)


def _orders(
    session: Session, loaded: LoadedSpace, readers: Sequence[int], day: date
) -> list[list[int]]:
    books = shelf.load(session, day, space=loaded)
    everything = dict.fromkeys(readers, Portion(len(books.paper_ids)))
    ranked = shelf.rank(session, books, everything, unseen_only=False)
    return [[each.paper_id for each in ranked[reader].recommendations] for reader in readers]


def clear(session: Session) -> int:
    """Remove what is left of spaces that were switched off, some of it at a time; how much it was."""
    gone = select(Space.id).where(col(Space.id) < _active_id())
    removed = _clear(session, RelevanceModel, col(RelevanceModel.subscriber_id), gone)
    removed += _clear(session, PaperFeatures, col(PaperFeatures.paper_id), gone)
    if not removed:
        session.connection().execute(delete(Space).where(col(Space.id).in_(gone)))
    return removed


def _clear(session: Session, table: type[SQLModel], owner: Any, gone: Any) -> int:
    space_id = col(table.space_id)  # type: ignore[attr-defined]
    some = select(owner).where(space_id.in_(gone)).limit(_CLEARED_AT_ONCE)
    theirs = delete(table).where(space_id.in_(gone), owner.in_(some.scalar_subquery()))
    return session.connection().execute(theirs).rowcount


def _active_id() -> Any:
    return select(Space.id).where(col(Space.active)).scalar_subquery()
