"""Bringing: a reader's bibliography becomes papers that they like, and announces none of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.db import one_at_a_time
from service.models import UNANNOUNCED, Feedback, IdentityKind, Subscriber, Verdict
from service.sources import PaperDraft, Refused
from service.sources.bibliography import Bibliography
from service.works import LOCK, Name, Work, Works, names_of

SOURCE = "import"
_IDS_A_QUERY = 500


@dataclass(frozen=True)
class Brought:
    """What became of a bibliography: papers liked now, and those that the reader had judged before.

    `new` papers were not known here; `refused` tells of each record that could not be used.
    """

    liked: int
    already: int
    new: int
    refused: tuple[Refused, ...]


def bring(
    session: Session, reader: Subscriber, bibliography: Bibliography, *, now: datetime
) -> Brought:
    """Like every paper of a bibliography on which the reader has said nothing yet.

    The same file twice changes nothing, and takes back nothing that was said in between. Papers that
    no digest has named stay unannounced, so that they are nobody's candidates; what is stored of a
    known paper is not touched, nor are two papers merged on a reader's word.
    """
    one_at_a_time(session, LOCK)
    drafts = [(draft, names_of(draft)) for draft in bibliography.papers]
    by_id: list[Name] = [(IdentityKind.ARXIV, each) for each in bibliography.ids]
    works = Works(session, [*by_id, *(name for _, names in drafts for name in names)])
    known = [works.seek([name]) for name in by_id]
    strangers = [
        Refused(number, "this arXiv id is not known here, and the file tells nothing else", name[1])
        for number, (name, work) in enumerate(zip(by_id, known, strict=True), start=1)
        if work is None
    ]
    brought = [works.seek(names) or _add(works, draft, names) for draft, names in drafts]
    session.flush()
    new = {id(work): work for work in brought if work.is_new}
    for work in new.values():
        session.add_all(work.unsaved_rows())
        for text in work.texts:
            text.paper_id = work.paper.id or 0
            session.add(text)
    wanted = dict.fromkeys(work.paper.id or 0 for work in (*known, *brought) if work is not None)
    fresh = _like(session, reader, list(wanted), now)
    return Brought(fresh, len(wanted) - fresh, len(new), (*bibliography.refused, *strangers))


def _add(works: Works, draft: PaperDraft, names: Sequence[Name]) -> Work:
    work = works.add(names, UNANNOUNCED)
    work.fill(draft)
    work.word(SOURCE, draft.title, draft.abstract)
    return work


def _like(session: Session, reader: Subscriber, paper_ids: Sequence[int], now: datetime) -> int:
    """Save a verdict on each of these papers that has none of this reader; how many."""
    judged = _judged(session, reader, paper_ids)
    fresh = [paper_id for paper_id in paper_ids if paper_id not in judged]
    session.add_all(
        Feedback(subscriber_id=reader.id or 0, paper_id=each, verdict=Verdict.MORE, at=now)
        for each in fresh
    )
    if fresh:
        reader.profile_changed_at = now
        session.add(reader)
    session.flush()
    return len(fresh)


def _judged(session: Session, reader: Subscriber, paper_ids: Sequence[int]) -> Collection[int]:
    found: set[int] = set()
    for start in range(0, len(paper_ids), _IDS_A_QUERY):
        part = paper_ids[start : start + _IDS_A_QUERY]
        found.update(
            session.exec(
                select(Feedback.paper_id).where(
                    Feedback.subscriber_id == reader.id, col(Feedback.paper_id).in_(part)
                )
            )
        )
    return found
