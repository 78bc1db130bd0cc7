"""Ingest: a digest's drafts become papers, each work once, however many digests name it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlmodel import Session, select

from service.db import one_at_a_time
from service.models import Digest, DigestEntry
from service.sources import DigestDraft, PaperDraft, Refused
from service.works import Work, Works

_LOCK = 4_071_953


@dataclass(frozen=True)
class Ingested:
    """What became of a digest's entries: new, merged, unchanged and refused add up to them."""

    source: str
    day: date
    entries: int
    new: int
    merged: int
    unchanged: int
    refused: tuple[Refused, ...]


@dataclass
class _Entry:
    """A draft with the work that it names."""

    draft: PaperDraft
    work: Work
    is_new: bool
    changed: bool = False


def ingest(session: Session, draft: DigestDraft, *, day: date | None, now: datetime) -> Ingested:
    """Store a digest and its papers; the same digest twice changes nothing.

    Its day is the one that the source names, else `day`, else what its records hint at, else
    today's. A paper is announced on the day of the first digest that named it, whatever its own
    date says.
    """
    one_at_a_time(session, _LOCK)
    digest = _digest(session, draft, day, now)
    works = Works(session, draft.papers)
    entries = [_entry(works, paper, digest.day) for paper in draft.papers]
    session.flush()
    for entry in entries:
        _absorb(session, works, draft.source, entry)
    _list(session, digest, entries)
    session.flush()
    new = sum(entry.is_new for entry in entries)
    merged = sum(entry.changed and not entry.is_new for entry in entries)
    return Ingested(
        source=draft.source,
        day=digest.day,
        entries=draft.entries,
        new=new,
        merged=merged,
        unchanged=len(entries) - new - merged,
        refused=draft.refused,
    )


def _digest(session: Session, draft: DigestDraft, day: date | None, now: datetime) -> Digest:
    """The digest's row, known by the day that its source names or by its bytes."""
    key = f"{draft.source}:{draft.day}" if draft.day else f"sha256:{draft.sha256}"
    digest = session.exec(select(Digest).where(Digest.key == key)).first()
    if digest is None:
        chosen = draft.day or day or draft.likely_day or now.date()
        digest = Digest(key=key, source=draft.source, day=chosen, ingested_at=now)
    known = {repr(each) for each in digest.refused}
    refused = [asdict(each) for each in draft.refused]
    if fresh := [each for each in refused if repr(each) not in known]:
        digest.refused = [*digest.refused, *fresh]
    session.add(digest)
    session.flush()
    return digest


def _entry(works: Works, draft: PaperDraft, day: date) -> _Entry:
    work = works.find(draft)
    return _Entry(draft, work or works.add(draft, day), is_new=work is None)


def _absorb(session: Session, works: Works, source: str, entry: _Entry) -> None:
    """Add to a work what this digest knows of it and the house did not."""
    work, draft = entry.work.survivor, entry.draft
    named = works.save_names(work)
    filled = work.fill(draft)
    text = work.word(source, draft.title, draft.abstract)
    if text:
        session.add(text)
    entry.changed = named or filled or text is not None


def _list(session: Session, digest: Digest, entries: Sequence[_Entry]) -> None:
    """Note each paper's place on the digest, once, with the highest counts seen there."""
    rows = session.exec(select(DigestEntry).where(DigestEntry.digest_id == digest.id))
    places = {row.paper_id: row for row in rows}
    for position, entry in enumerate(entries, start=1):
        paper_id = entry.work.survivor.paper.id or 0
        if paper_id not in places:
            places[paper_id] = DigestEntry(
                digest_id=digest.id or 0, paper_id=paper_id, position=position
            )
            session.add(places[paper_id])
        place = places[paper_id]
        place.upvotes = _highest(place.upvotes, entry.draft.upvotes)
        place.comments = _highest(place.comments, entry.draft.comments)


def _highest(known: int | None, given: int | None) -> int | None:
    return max((each for each in (known, given) if each is not None), default=None)
