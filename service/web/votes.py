"""More like this, less like this: a signed link becomes a page, and its button feedback."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, func, select

from service import feedback, train
from service.db import reading, transaction
from service.errors import BadToken
from service.mail.views import ReasonView
from service.messages import reason_view
from service.models import Edition, Subscriber, SubscriberState, Verdict
from service.papers import Card, cards
from service.ranking import Portion, Ranked
from service.shelf import Shelf, rank
from service.web.deps import Here, Pressed, Visit
from service.wiring import House

LINKS_HOLD = timedelta(days=60)
VOTERS = (SubscriberState.ACTIVE, SubscriberState.PAUSED)

router = APIRouter()


@dataclass(frozen=True)
class Ballot:
    """What a link stands for: this reader's verdict on this paper, as one edition showed it."""

    edition: Edition
    reader: Subscriber
    position: int
    verdict: Verdict
    card: Card

    def refusal(self, now: datetime) -> str | None:
        """Why it does not count any more, as the name of a notice; None if it does."""
        if now.date() - self.edition.day > LINKS_HOLD:
            return "expired"
        return None if self.reader.state in VOTERS else "gone"


@dataclass(frozen=True)
class Choice:
    """A paper of the preview, and how many places the verdict moved it up; None: it was not in."""

    card: Card
    reason: ReasonView
    moved: int | None


@dataclass(frozen=True)
class Preview:
    """What an edition of that day would hold if it were composed now."""

    day: date
    trending: bool
    papers: tuple[Choice, ...]
    held_back: bool
    """Whether papers are left out for the reader's bar alone."""


@router.api_route("/v/{token}", methods=["GET", "HEAD"])
def ask(token: str, visit: Here) -> HTMLResponse:
    """The paper, the choice and one button; looking at it says nothing."""
    with reading(visit.house.engine) as session:
        ballot = _ballot(session, visit.house, token)
    if refusal := ballot.refusal(visit.now):
        return _refused(visit, ballot, refusal)
    view = {"verdict": ballot.verdict, "card": ballot.card}
    return visit.page("vote", view, reader=ballot.reader)


@router.post("/v/{token}")
def vote(token: str, visit: Here, action: Pressed) -> HTMLResponse:
    """Save the verdict or take it back, and show what it does to the next edition."""
    now = visit.now
    with reading(visit.house.engine) as session:
        ballot = _ballot(session, visit.house, token)
        if refusal := ballot.refusal(now):
            return _refused(visit, ballot, refusal)
        shelf = visit.house.shelves.get(session, _tomorrow(session, ballot.reader))
        before = _ranked(session, shelf, ballot.reader)
    undone = action == "undo"
    _save(visit.house, ballot, Verdict.NONE if undone else ballot.verdict, now)
    with reading(visit.house.engine) as session:
        after = _ranked(session, shelf, ballot.reader)
        preview = _preview(session, shelf.day, before, after)
    view = {
        "verdict": ballot.verdict,
        "card": ballot.card,
        "undone": undone,
        "preview": preview,
    }
    return visit.page("voted", view, reader=ballot.reader)


def _ballot(session: Session, house: House, token: str) -> Ballot:
    link = house.links.read_vote(token)
    edition = session.exec(
        select(Edition).where(Edition.public_id == link.edition_public_id)
    ).first()
    entries = edition.contents.get("papers", []) if edition else []
    if edition is None or not 1 <= link.position <= len(entries):
        raise BadToken("the edition that this link belongs to is not there any more")
    entry = entries[link.position - 1]
    card = cards(session, [(entry["id"], entry["text"])])[entry["id"], entry["text"]]
    reader = session.get_one(Subscriber, edition.subscriber_id)
    return Ballot(edition, reader, link.position, Verdict(link.verdict), card)


def _save(house: House, ballot: Ballot, verdict: Verdict, now: datetime) -> None:
    """The verdict and the model that has learnt it, in one transaction."""
    reader_id = ballot.edition.subscriber_id
    with transaction(house.engine) as session:
        feedback.record(
            session,
            reader_id,
            ballot.card.paper_id,
            verdict,
            edition=ballot.edition,
            position=ballot.position,
            now=now,
        )
        train.train(session, [reader_id], fading=house.fading(now), now=now)


def _tomorrow(session: Session, reader: Subscriber) -> date:
    """The day after the reader's newest edition, from which nothing was sent yet."""
    newest = select(func.max(Edition.day)).where(col(Edition.subscriber_id) == reader.id)
    day: date = session.exec(newest).one()
    return day + timedelta(days=1)


def _ranked(session: Session, shelf: Shelf, reader: Subscriber) -> Ranked:
    reader_id = reader.id or 0
    return rank(session, shelf, {reader_id: Portion(reader.max_papers, reader.bar)})[reader_id]


def _preview(session: Session, day: date, before: Ranked, after: Ranked) -> Preview:
    places = {each.paper_id: place for place, each in enumerate(before.recommendations)}
    named = {each.paper_id for each in after.recommendations}
    liked = {paper for each in after.recommendations for paper in each.reason.liked}
    shown = cards(session, [(paper, None) for paper in named | liked])
    papers = tuple(
        Choice(
            card=shown[each.paper_id, None],
            reason=reason_view(each.reason, shown),
            moved=places[each.paper_id] - place if each.paper_id in places else None,
        )
        for place, each in enumerate(after.recommendations)
    )
    return Preview(day, after.trending, papers, after.held_back)


def _refused(visit: Visit, ballot: Ballot, why: str) -> HTMLResponse:
    return visit.page("notice", {"notice": why}, status=410, reader=ballot.reader)
