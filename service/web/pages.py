"""Pages for everybody: the newest digest's papers, any past day's, and an edition in the browser."""

import re
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session, col, func, select
from starlette.exceptions import HTTPException

from service.db import reading
from service.errors import BadToken
from service.models import Digest, Edition, EditionState, Paper, Subscriber, SubscriberState
from service.papers import Card, cards, listed
from service.web.deps import Here, Visit
from service.web.guard import MAIL
from service.web.subscribing import box

BODY = re.compile("(<body[^>]*>)(.*)(</body>)", re.DOTALL)

router = APIRouter()


@dataclass(frozen=True)
class Listed:
    """A paper on a day's list, and whether that day was its first."""

    card: Card
    new: bool


@router.api_route("/", methods=["GET", "HEAD"])
def home(visit: Here) -> HTMLResponse:
    """The newest digest's papers."""
    with reading(visit.house.engine) as session:
        newest = session.exec(select(func.max(Digest.day))).one()
        return _day(visit, session, newest)


@router.api_route("/day/{day}", methods=["GET", "HEAD"])
def past(day: str, visit: Here) -> HTMLResponse:
    """The papers of one day, such as `/day/2026-03-02`."""
    wanted = _date(day)
    with reading(visit.house.engine) as session:
        if session.exec(select(Digest.id).where(Digest.day == wanted)).first() is None:
            raise HTTPException(404)
        return _day(visit, session, wanted)


@router.api_route("/e/{token}", methods=["GET", "HEAD"])
def edition(token: str, visit: Here) -> Response:
    """An edition as it was mailed, made by the same function from the same row.

    All that is added is the landmark by which a screen reader finds a page's contents; in a mail
    it would stand beside that of the mail program.
    """
    house = visit.house
    public_id = house.links.read_view(token)
    with reading(house.engine) as session:
        row = session.exec(select(Edition).where(Edition.public_id == public_id)).first()
        if row is None or row.id is None or row.state is not EditionState.COMPOSED:
            raise BadToken("no edition of that name is left")
        reader = session.get_one(Subscriber, row.subscriber_id)
        if reader.state is SubscriberState.ERASED:
            raise BadToken("its reader is not known any more")
        view = house.writer.views(session, [row], {row.subscriber_id: reader})[row.id]
    html = BODY.sub(r"\1<main>\2</main>\3", house.writer.renderer.edition(view).html)
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL})


def _day(visit: Visit, session: Session, day: date | None) -> HTMLResponse:
    view = {
        "here": "papers",
        "day": day,
        "papers": _papers(session, day) if day else (),
        "earlier": _earlier(session, day) if day else None,
        "later": _later(session, day) if day else None,
        **box(visit),
    }
    return visit.page("papers", view)


def _papers(session: Session, day: date) -> list[Listed]:
    """Everything that the day's digests name, each paper once, most reactions first."""
    digests = session.exec(select(Digest.id).where(Digest.day == day).order_by(col(Digest.id)))
    ids = list(
        dict.fromkeys(paper for each in digests.all() for paper in listed(session, each or 0))
    )
    shown = cards(session, [(paper, None) for paper in ids])
    first_seen = select(Paper.id).where(col(Paper.id).in_(ids), Paper.announced_on == day)
    new = set(session.exec(first_seen))
    papers = [Listed(shown[paper, None], paper in new) for paper in ids if (paper, None) in shown]
    return sorted(papers, key=_reactions, reverse=True)


def _reactions(listed_paper: Listed) -> int:
    upvotes = listed_paper.card.upvotes
    return -1 if upvotes is None else upvotes


def _earlier(session: Session, day: date) -> date | None:
    return session.exec(select(func.max(Digest.day)).where(col(Digest.day) < day)).one()


def _later(session: Session, day: date) -> date | None:
    return session.exec(select(func.min(Digest.day)).where(col(Digest.day) > day)).one()


def _date(text: str) -> date:
    """The date in an address; only the full form counts, so that each day has one address."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise HTTPException(404) from None
    if day.isoformat() != text:
        raise HTTPException(404)
    return day
