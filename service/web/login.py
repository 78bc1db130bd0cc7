"""From a mail to the preferences: a link has a fresh link mailed, and that one opens the door once."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session, select
from starlette.exceptions import HTTPException

from service import limits, preferences, subscribe
from service.db import reading, transaction
from service.errors import BadToken
from service.limits import Knocker
from service.mail.links import Links
from service.models import Subscriber, SubscriberState
from service.web.deps import Here, Visit

SECONDS = int(preferences.SESSION_HOLDS.total_seconds())

router = APIRouter()


@router.api_route("/p/{token}", methods=["GET", "HEAD"])
def ask_for_link(token: str, visit: Here) -> HTMLResponse:
    """A page with a button, and without a word on whose preferences they are."""
    with reading(visit.house.engine) as session:
        reader = reader_of(session, visit.house.links.read_preferences(token))
    return visit.page("login", {"state": "asked"}, reader=reader)


@router.post("/p/{token}")
def mail_link(token: str, request: Request, visit: Here) -> HTMLResponse:
    """Mail a login link to the address that we know; the answer is the same if a limit forbids it."""
    hashed, now = visit.house.links.visitor_hash, visit.now
    network = visit.trust.network(request)
    public_id = visit.house.links.read_preferences(token)
    knockers = [
        Knocker(limits.LINK_FOR_READER, hashed(limits.LINK_FOR_READER, str(public_id))),
        Knocker(limits.LINK_BY_NETWORK, hashed(limits.LINK_BY_NETWORK, network)),
    ]
    with transaction(visit.house.engine) as session:
        reader = reader_of(session, public_id)
        preferences.send_link(session, reader, knockers, now=now)
    return visit.page("login", {"state": "mailed"}, status=202, reader=reader)


@router.api_route("/l/{token}", methods=["GET", "HEAD"])
def ask_to_enter(token: str, visit: Here) -> HTMLResponse:
    """A page with a button; a scanner that opens the link does not use it up."""
    link = visit.house.links.read_login(token)
    with reading(visit.house.engine) as session:
        reader = reader_of(session, link.subscriber_public_id)
        good = preferences.is_good(session, reader, link.issued_at, now=visit.now)
    return (
        visit.page("login", {"state": "open"}, reader=reader) if good else _used_up(visit, reader)
    )


@router.post("/l/{token}")
def enter(token: str, visit: Here) -> Response:
    """Let the reader in for an hour, and use the link up."""
    if not visit.from_ours:
        raise HTTPException(403)
    house, now = visit.house, visit.now
    link = house.links.read_login(token)
    with transaction(house.engine) as session:
        reader = reader_of(session, link.subscriber_public_id)
        good = preferences.use_link(session, reader, link.issued_at, now=now)
    if not good:
        return _used_up(visit, reader)
    answer = RedirectResponse(f"{visit.root}/preferences", 303)
    _set_cookie(answer, visit, house.links.session(reader.public_id, now))
    return answer


@router.api_route("/n/{token}", methods=["GET", "HEAD"])
def ask_to_refuse(token: str, visit: Here) -> HTMLResponse:
    """A page with a button for whoever never asked for our mail."""
    with reading(visit.house.engine) as session:
        reader = reader_of(session, visit.house.links.read_never(token))
    done = reader.state is SubscriberState.SUPPRESSED
    return visit.page("never", {"done": done}, reader=reader)


@router.post("/n/{token}")
def refuse(token: str, visit: Here) -> HTMLResponse:
    """Never mail that address again."""
    links, now = visit.house.links, visit.now
    with transaction(visit.house.engine) as session:
        reader = reader_of(session, links.read_never(token))
        if reader.email:
            subscribe.refuse(session, reader, links.address_hash(reader.email), now=now)
    return visit.page("never", {"done": True}, reader=reader)


def reader_of(session: Session, public_id: int) -> Subscriber:
    """The reader that a token names; raises BadToken."""
    reader = session.exec(select(Subscriber).where(Subscriber.public_id == public_id)).first()
    if reader is None:
        raise BadToken("nobody has such a link any more")
    return reader


def cookie_name(visit: Visit) -> str:
    """`__Host-` lets no other host and no plain connection set the cookie; it needs https."""
    return "__Host-paperround" if visit.https else "paperround"


def session_of(request: Request, visit: Visit) -> str | None:
    """The session that this browser shows, if it is ours and not over."""
    session = request.cookies.get(cookie_name(visit), "")
    return session if _is_open(visit.house.links, session, visit.now) else None


def close_session(answer: Response, visit: Visit) -> None:
    """Take the cookie away."""
    answer.delete_cookie(
        cookie_name(visit), secure=visit.https, httponly=True, samesite="lax", path="/"
    )


def _is_open(links: Links, session: str, now: datetime) -> bool:
    try:
        return now - links.read_session(session).issued_at <= preferences.SESSION_HOLDS
    except BadToken:
        return False


def _set_cookie(answer: Response, visit: Visit, session: str) -> None:
    answer.set_cookie(
        cookie_name(visit),
        session,
        max_age=SECONDS,
        secure=visit.https,
        httponly=True,
        samesite="lax",
        path="/",
    )


def _used_up(visit: Visit, reader: Subscriber) -> HTMLResponse:
    return visit.page("login", {"state": "late"}, status=410, reader=reader)
