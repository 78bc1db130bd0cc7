"""Ingest: a digest's drafts become papers, each work once, however many digests name it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlmodel import Session, select

from service.db import one_at_a_time
from service.models import Digest, DigestEntry
from service.sources import DigestDraft, PaperDraft, Refused
from service.works import LOCK, Work, Works, names_of


@dataclass(frozen=True)
class Ingested:
    """What became of a digest's entries: new, merged, unchanged and refused add up to them.

    Merged entries name papers that were known, and told something new of them, were it only that
    this digest lists them too.
    """

    source: str
    day: date
    entries: int
    new: int
    merged: int
    unchanged: int
    refused: tuple[Refused, ...]


@dataclass
class _Entry:
    """A draft with the work that it names, and whether it told anything that was not known."""

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
    one_at_a_time(session, LOCK)
    digest = _digest(session, draft, day, now)
    entries = _entries(session, draft.papers, digest.day)
    for entry in entries:
        _absorb(session, draft.source, entry)
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
    chosen = draft.day or day or draft.likely_day or now.date()
    told = draft.day or not draft.entries  # the bytes of one quiet day are those of any other
    key = f"{draft.source}:{chosen}" if told else f"sha256:{draft.sha256}"
    digest = session.exec(select(Digest).where(Digest.key == key)).first()
    if digest is None:
        digest = Digest(key=key, source=draft.source, day=chosen, ingested_at=now)
    known = {repr(each) for each in digest.refused}
    refused = [asdict(each) for each in draft.refused]
    if fresh := [each for each in refused if repr(each) not in known]:
        digest.refused = [*digest.refused, *fresh]
    session.add(digest)
    session.flush()
    return digest


def _entries(session: Session, drafts: Sequence[PaperDraft], day: date) -> list[_Entry]:
    """Each draft with its work; new works have their rows."""
    named = [(draft, names_of(draft)) for draft in drafts]
    works = Works(session, [name for _, names in named for name in names])
    entries: list[_Entry] = []
    for draft, names in named:
        known = works.find(names)
        work = known or works.add(names, day)
        entries.append(_Entry(draft, work, is_new=known is None))
    session.flush()
    for entry in entries:
        again = entry.work.is_new and not entry.is_new
        entry.is_new = entry.is_new and entry.work.survivor.is_new
        announced = entry.work.survivor.announce(day)
        entry.changed = again or announced  # `again`: the digest names a new paper twice
    return entries


def _absorb(session: Session, source: str, entry: _Entry) -> None:
    """Add to a work what this digest knows of it and the house did not."""
    work, draft = entry.work.survivor, entry.draft
    names = work.unsaved_rows()
    session.add_all(names)
    filled = work.fill(draft)
    text = work.word(source, draft.title, draft.abstract)
    if text:
        session.add(text)
    entry.changed |= bool(names) or filled or text is not None


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
            entry.changed = True
        entry.changed |= _count(places[paper_id], entry.draft)


def _count(place: DigestEntry, draft: PaperDraft) -> bool:
    """Raise the counts at this place to those of the draft; False if nothing changed."""
    before = (place.upvotes, place.comments)
    place.upvotes = _highest(place.upvotes, draft.upvotes)
    place.comments = _highest(place.comments, draft.comments)
    return before != (place.upvotes, place.comments)


def _highest(known: int | None, given: int | None) -> int | None:
    return max((each for each in (known, given) if each is not None), default=None)
