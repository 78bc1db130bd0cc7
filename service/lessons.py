"""Lessons: the active space, papers' features in it, and what readers' profiles teach in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from service.models import PaperFeatures, PaperText, Space
from service.profiles import ReaderProfile
from service.ranking import FeatureSpace, Library, ModelArrays, fit, joined, stored, whole_text

_IDS_A_QUERY = 10_000  # SQLite takes some 32,000 parameters


@dataclass(frozen=True)
class ActiveSpace:
    """The space that features and models are in today."""

    id: int
    space: FeatureSpace


def active_space_id(session: Session) -> int | None:
    """The id of the active space; None before the first paper."""
    return session.exec(select(Space.id).where(col(Space.active))).first()


def active_space(
    session: Session, *, known: ActiveSpace | None = None, hold: bool = False
) -> ActiveSpace | None:
    """The active space, read only if it is not the known one; None before the first paper.

    With `hold` nobody can switch to another one before this transaction ends.
    """
    query = select(Space.id).where(col(Space.active))
    space_id = session.exec(query.with_for_update(read=True) if hold else query).first()
    if known and known.id == space_id:
        return known
    row = session.exec(select(Space.id, Space.arrays).where(col(Space.active))).first()
    return ActiveSpace(row[0] or 0, FeatureSpace.from_bytes(row[1])) if row else None


def newest_text(paper_id: Any) -> Any:
    """The condition that a row of PaperText is the newest wording of its paper."""
    other = aliased(PaperText)
    newest = select_columns(func.max(other.version)).where(other.paper_id == paper_id)
    return (col(PaperText.paper_id) == paper_id) & (
        col(PaperText.version) == newest.scalar_subquery()
    )


def library(session: Session, active: ActiveSpace, paper_ids: Sequence[int]) -> Library:
    """These papers with their features; what was never computed in this space is computed now."""
    space, wanted = active.space, sorted(set(paper_ids))
    found: dict[int, bytes] = {}
    for ids in _parts(wanted):
        rows = session.exec(
            select(PaperFeatures.paper_id, PaperFeatures.arrays).where(
                col(PaperFeatures.space_id) == active.id, col(PaperFeatures.paper_id).in_(ids)
            )
        )
        found.update(rows.all())
    missing = texts(session, [paper_id for paper_id in wanted if paper_id not in found])
    fresh = stored(space.features(missing.values()))
    return Library((*found, *missing), joined([space.unpack(list(found.values())), fresh]))


def texts(session: Session, paper_ids: Sequence[int]) -> dict[int, str]:
    """What is to be learnt of these papers: their newest wording."""
    found: dict[int, str] = {}
    for ids in _parts(paper_ids):
        rows = session.exec(
            select(PaperText.paper_id, PaperText.title, PaperText.abstract).where(
                col(PaperText.paper_id).in_(ids), newest_text(col(PaperText.paper_id))
            )
        )
        found |= {paper_id: whole_text(title, abstract) for paper_id, title, abstract in rows}
    return found


def learn(
    session: Session, active: ActiveSpace, readers: Mapping[int, ReaderProfile]
) -> dict[int, ModelArrays]:
    """A model for each of these readers, fitted now and not stored."""
    if not readers:
        return {}
    judged = {paper_id for profile in readers.values() for paper_id in profile.judged}
    papers = library(session, active, list(judged))
    lessons = [profile.as_lesson() for profile in readers.values()]
    return dict(zip(readers, fit(active.space, lessons, papers), strict=True))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _IDS_A_QUERY):
        yield ids[start : start + _IDS_A_QUERY]
