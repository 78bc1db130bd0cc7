"""The window: which papers may be chosen on a day, their trending order, and when either changes."""

from datetime import date
from typing import Any

from sqlalchemy import Text, cast, func, true
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from service.models import Digest, DigestEntry, Paper, PaperText
from service.profiles import first_day


def inside(day: date) -> tuple[Any, ...]:
    """The conditions that a paper was announced in the window that ends on a day."""
    return col(Paper.announced_on) >= first_day(day), col(Paper.announced_on) <= day


def trending(session: Session, day: date) -> dict[int, tuple[int, ...]]:
    """What to sort papers by: the newest digest first, in it the most upvotes, then position."""
    query = (
        select_columns(
            col(DigestEntry.paper_id),
            col(Digest.day),
            col(DigestEntry.upvotes),
            col(DigestEntry.position),
        )
        .join(Digest, col(Digest.id) == col(DigestEntry.digest_id))
        .where(col(Digest.day) >= first_day(day), col(Digest.day) <= day)
    )
    places: dict[int, tuple[int, ...]] = {}
    for paper_id, announced, upvotes, position in session.execute(query):
        noticed = (1, 0) if upvotes is None else (0, -upvotes)
        place = (-announced.toordinal(), *noticed, position)
        places[paper_id] = min(place, places.get(paper_id, place))
    return places


def version(session: Session, day: date) -> tuple[Any, ...]:
    """What changes whenever a shelf of that day would: its papers, their texts, authors and places."""
    papers = select_columns(
        func.count(),
        func.count(col(Paper.merged_into)),
        func.count(col(Paper.withdrawn_on)),
        func.sum(func.length(cast(col(Paper.authors), Text))),
    ).where(*inside(day))
    entries = (
        select_columns(
            func.count(), func.sum(col(DigestEntry.upvotes)), func.sum(col(DigestEntry.position))
        )
        .join(Digest, col(Digest.id) == col(DigestEntry.digest_id))
        .where(col(Digest.day) >= first_day(day), col(Digest.day) <= day)
    )
    p, e = papers.subquery(), entries.subquery()
    newest = select_columns(func.max(PaperText.id)).scalar_subquery()
    query = select_columns(newest, *p.c, *e.c).select_from(p.join(e, true()))
    return tuple(session.execute(query).one())
