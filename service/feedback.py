"""A click becomes feedback: appended, and the last word counts."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.models import Edition, Feedback, Paper, Subscriber, Verdict


def record(
    session: Session,
    subscriber_id: int,
    paper_id: int,
    verdict: Verdict,
    *,
    edition: Edition | None = None,
    position: int | None = None,
    now: datetime,
) -> bool:
    """Save a verdict and mark the reader's model as stale; False if it says nothing new."""
    paper_id = _surviving(session, paper_id)
    if _last_word(session, subscriber_id, paper_id) is verdict:
        return False
    session.add(
        Feedback(
            subscriber_id=subscriber_id,
            paper_id=paper_id,
            verdict=verdict,
            edition_id=edition.id if edition else None,
            position=position,
            at=now,
        )
    )
    reader = session.get_one(Subscriber, subscriber_id)
    reader.profile_changed_at = now
    session.add(reader)
    session.flush()
    return True


def _last_word(session: Session, subscriber_id: int, paper_id: int) -> Verdict:
    last = session.exec(
        select(Feedback.verdict)
        .where(
            col(Feedback.subscriber_id) == subscriber_id,
            col(Feedback.paper_id) == paper_id,
            col(Feedback.discarded).is_(False),
        )
        .order_by(col(Feedback.id).desc())
        .limit(1)
    ).first()
    return Verdict(last or Verdict.NONE)


def _surviving(session: Session, paper_id: int) -> int:
    """The paper's own id, or that of the row it was merged into."""
    paper = session.get_one(Paper, paper_id)
    return paper.merged_into or paper_id
