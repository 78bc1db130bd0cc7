"""Lessons: the active space, papers' features in it, and what readers' profiles teach in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from service.models import PaperFeatures, PaperText, Space
from service.profiles import Fading, ReaderProfile
from service.ranking import FeatureSpace, Library, ModelArrays, fit, joined, stored, whole_text

_SPACES_KEPT = 2
_read: dict[str, FeatureSpace] = {}
_lock = Lock()
_IDS_A_QUERY = 10_000  # SQLite takes some 32,000 parameters


@dataclass(frozen=True)
class LoadedSpace:
    """A space that features and models are in, ready to work with."""

    id: int
    space: FeatureSpace


def active_space_id(session: Session) -> int | None:
    """The id of the active space; None before the first paper."""
    return session.exec(select(Space.id).where(col(Space.active))).first()


def active_space(session: Session, *, hold: bool = False) -> LoadedSpace | None:
    """The active space; None before the first paper.

    With `hold` nobody can switch to another one before this transaction ends.
    """
    query = select(Space.id).where(col(Space.active))
    space_id = session.exec(query.with_for_update(read=True) if hold else query).first()
    return load_space(session, space_id) if space_id else None


def load_space(session: Session, space_id: int) -> LoadedSpace | None:
    """The space of that id; None if there is none any more.

    Its arrays are read once a process: what has the same fingerprint is the same.
    """
    row = session.exec(select(Space.id, Space.fingerprint).where(Space.id == space_id)).first()
    if row is None:
        return None
    mark = row[1]
    with _lock:
        if mark and mark in _read:
            return LoadedSpace(space_id, _read[mark])
    arrays = session.exec(select(Space.arrays).where(Space.id == space_id)).one()
    space = FeatureSpace.from_bytes(arrays)
    if mark:
        keep_space(mark, space)
    return LoadedSpace(space_id, space)


def keep_space(fingerprint: str, space: FeatureSpace) -> None:
    """Have that space at hand in this process; the two seen last are."""
    with _lock:
        _read[fingerprint] = space
        while len(_read) > _SPACES_KEPT:
            del _read[next(iter(_read))]


def newest_text(paper_id: Any) -> Any:
    """The condition that a row of PaperText is the newest wording of its paper."""
    other = aliased(PaperText)
    newest = select_columns(func.max(other.version)).where(other.paper_id == paper_id)
    return (col(PaperText.paper_id) == paper_id) & (
        col(PaperText.version) == newest.scalar_subquery()
    )


def library(session: Session, active: LoadedSpace, paper_ids: Sequence[int]) -> Library:
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
    session: Session,
    active: LoadedSpace,
    readers: Mapping[int, ReaderProfile],
    fading: Fading | None = None,
) -> dict[int, ModelArrays]:
    """A model for each of these readers, fitted now and not stored."""
    if not readers:
        return {}
    judged = {paper_id for profile in readers.values() for paper_id in profile.judged}
    papers = library(session, active, list(judged))
    lessons = [profile.as_lesson(fading) for profile in readers.values()]
    return dict(zip(readers, fit(active.space, lessons, papers), strict=True))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _IDS_A_QUERY):
        yield ids[start : start + _IDS_A_QUERY]
