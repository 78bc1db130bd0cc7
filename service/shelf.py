"""The shelf: the window's papers with their features, loaded once a process, ready for anyone."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from service import profiles, window
from service.errors import PaperRoundError
from service.lessons import LoadedSpace, active_space, active_space_id, learn, library, newest_text
from service.models import Paper, PaperFeatures, PaperText, RelevanceModel
from service.profiles import WINDOW_DAYS, ReaderProfile
from service.ranking import (
    AuthorFinder,
    Candidates,
    Features,
    Lift,
    ModelArrays,
    Portion,
    Ranked,
    Wish,
    recommend,
    whole_text,
)

__all__ = ["WINDOW_DAYS", "Shelf", "Shelves", "load", "rank", "wish"]

_DAYS_KEPT = 4

Version = tuple[Any, ...]


@dataclass(frozen=True)
class Shelf:
    """What may be chosen on one day: the papers announced in its window, in trending order."""

    day: date
    active: LoadedSpace | None
    candidates: Candidates | None
    versions: Mapping[int, int]
    authors: AuthorFinder = field(default_factory=lambda: AuthorFinder({}))

    @property
    def paper_ids(self) -> tuple[int, ...]:
        """The papers, the most noticed of the newest digest first."""
        return self.candidates.paper_ids if self.candidates else ()

    @property
    def space_id(self) -> int | None:
        """The space that the features are in; None before the first paper."""
        return self.active.id if self.active else None

    def text_version(self, paper_id: int) -> int:
        """Which wording of a paper was ranked; KeyError if it is not on the shelf."""
        return self.versions[paper_id]


class Shelves:
    """The shelves of the last few days, each reloaded only when something on it has changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[date, tuple[Version, Shelf]] = OrderedDict()
        self._lock = Lock()

    def get(self, session: Session, day: date) -> Shelf:
        """The shelf of a day, as the database has it now; one small query if nothing is new."""
        version = (active_space_id(session), *window.version(session, day))
        with self._lock:
            kept = self._kept.get(day)
        if kept and kept[0] == version:
            return kept[1]
        shelf = load(session, day)
        with self._lock:
            self._kept[day] = (version, shelf)
            self._kept.move_to_end(day)
            while len(self._kept) > _DAYS_KEPT:
                self._kept.popitem(last=False)
        return shelf


def load(session: Session, day: date, *, space: LoadedSpace | None = None) -> Shelf:
    """The shelf of a day, in the active space unless another is given."""
    active = space or active_space(session)
    rows = _papers(session, day, active.id if active else 0)
    if not rows:
        return Shelf(day, active, None, {})
    if active is None:
        raise PaperRoundError(
            "There are papers but no feature space yet; ingest a digest to make it."
        )
    order = window.trending(session, day)
    rows.sort(key=lambda row: (order.get(row.id, (1,)), row.id))
    texts = tuple(whole_text(row.title, row.abstract) for row in rows)
    features = _features(active, rows, texts)
    candidates = Candidates(active.space, tuple(row.id for row in rows), texts, features)
    authors = AuthorFinder({row.id: row.authors or () for row in rows})
    return Shelf(day, active, candidates, {row.id: row.version for row in rows}, authors)


def rank(
    session: Session,
    shelf: Shelf,
    portions: Mapping[int, Portion],
    *,
    unseen_only: bool = True,
    taste: bool = True,
) -> dict[int, Ranked]:
    """Each of these readers' portion of the shelf, in a handful of queries however many they are.

    What a reader has judged or was sent is left out, unless `unseen_only` is False. A reader whose
    model is missing gets one for this call, in which nothing has faded; train first where it
    should stay. Without `taste` no model is looked at: the order is the digests' own.
    """
    if shelf.candidates is None or shelf.active is None:
        return {reader: Ranked([], trending=False) for reader in portions}
    readers = profiles.load(session, list(portions))
    sent = profiles.sent_before(session, list(portions), shelf.day) if unseen_only else {}
    models = _models(session, shelf.active, readers) if taste else {}
    wishes = [
        wish(shelf, readers[reader], models.get(reader), sent.get(reader), portion)
        for reader, portion in portions.items()
    ]
    liked = library(session, shelf.active, [each for one in models.values() for each in one.liked])
    ranked = recommend(shelf.candidates, wishes, liked)
    return dict(zip(portions, ranked, strict=True))


def wish(
    shelf: Shelf,
    profile: ReaderProfile,
    model: ModelArrays | None,
    sent: set[int] | None,
    portion: Portion,
) -> Wish:
    """What a reader may get of the shelf; `sent` of None: even what they have judged."""
    muted = {paper for name in profile.muted_authors for paper in shelf.authors.papers(name)}
    return Wish(
        model=model,
        interests=tuple(each.text for each in profile.interests),
        mutes=profile.mutes,
        left_out=frozenset(muted if sent is None else muted | profile.judged | sent),
        portion=portion,
        lifts={
            paper: Lift(name, each.weight)
            for each in sorted(profile.authors, key=lambda author: author.weight)
            for paper, name in shelf.authors.papers(each.text).items()
        },
    )


def _models(
    session: Session, active: LoadedSpace, readers: Mapping[int, ReaderProfile]
) -> dict[int, ModelArrays]:
    """The models of those readers of whom anything is known."""
    rows = session.exec(
        select(RelevanceModel.subscriber_id, RelevanceModel.arrays).where(
            col(RelevanceModel.subscriber_id).in_(readers),
            col(RelevanceModel.space_id) == active.id,
        )
    )
    models: dict[int, ModelArrays] = {}
    for reader, data in rows:
        with suppress(ValueError):  # what can't be read is learnt anew, as if it were missing
            models[reader] = ModelArrays.from_bytes(data)
    known = {reader for reader, profile in readers.items() if not profile.as_lesson().empty}
    untaught = {reader: readers[reader] for reader in readers if reader in known - models.keys()}
    return {reader: model for reader, model in models.items() if reader in known} | learn(
        session, active, untaught
    )


def _papers(session: Session, day: date, space_id: int) -> list[Any]:
    """The window's papers with their newest wording and what is stored of its features."""
    query = (
        select_columns(
            col(Paper.id),
            col(PaperText.version),
            col(PaperText.title),
            col(PaperText.abstract),
            col(Paper.authors),
            col(PaperFeatures.arrays),
            col(PaperFeatures.text_version),
        )
        .select_from(Paper)
        .join(PaperText, newest_text(col(Paper.id)))
        .outerjoin(
            PaperFeatures,
            (col(PaperFeatures.paper_id) == col(Paper.id))
            & (col(PaperFeatures.space_id) == space_id),
        )
        .where(
            *window.inside(day), col(Paper.merged_into).is_(None), col(Paper.withdrawn_on).is_(None)
        )
    )
    return list(session.execute(query))


def _features(active: LoadedSpace, rows: Sequence[Any], texts: Sequence[str]) -> Features:
    """The stored features, and fresh ones where a wording is newer than what is stored."""
    blobs = [row.arrays if row.text_version == row.version else None for row in rows]
    fresh = iter(
        active.space.packed(text for text, blob in zip(texts, blobs, strict=True) if blob is None)
    )
    return active.space.unpack([next(fresh) if blob is None else blob for blob in blobs])
