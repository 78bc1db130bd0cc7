"""The space of this installation: fitted from its papers, and kept filled with their features."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, text, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from service.lessons import active_space, newest_text
from service.models import Paper, PaperFeatures, PaperText, RelevanceModel, Space
from service.ranking import FeatureSpace, pack, whole_text

PAPERS = 5_000
"""From so many papers, the newest, a space is fitted; so many have their features at hand."""

GROWTH = 1.5
"""A space is fitted anew when there are so many times the papers it was fitted from."""

_LOCK = 4_071_952  # any number, as long as it is ours alone
_ROWS_AT_ONCE = 500


def refresh(session: Session, *, now: datetime) -> int:
    """See to it that there is an active space and that the newest papers have features in it.

    How many features were computed. A new space replaces the old one at once, together with all
    that was computed in it; readers' models are then stale, and fitted again when they are needed.
    """
    _one_at_a_time(session)
    papers = _newest(session)
    if not papers:
        return 0
    fitted = session.exec(select(Space.paper_count).where(col(Space.active))).first()
    if fitted is None or len(papers) >= GROWTH * fitted:
        return _fit(session, papers, now)
    return _fill(session)


def _one_at_a_time(session: Session) -> None:
    """Keep a second refresh waiting; SQLite has one writer at any time as it is."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
