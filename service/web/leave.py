"""Joining and leaving by the links in mails: a page with one button each."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session, select

from service import subscribe, turns
from service.db import reading, transaction
from service.errors import BadToken
from service.mail.links import ReaderToken
from service.models import Subscriber, SubscriberState
from service.web.deps import Here, Pressed, Visit

UNSUBSCRIBE_ID = re.compile("[0-9a-f]{32}")
MAILED = (SubscriberState.PENDING, SubscriberState.ACTIVE, SubscriberState.PAUSED)

router = APIRouter()


@router.api_route("/u/{unsubscribe_id}", methods=["GET", "HEAD"])
def ask_to_leave(unsubscribe_id: str, visit: Here) -> HTMLResponse:
    """A page with a button; scanners open every link, so looking at it does nothing."""
    with reading(visit.house.engine) as session:
        reader = _leaver(session, unsubscribe_id)
    return _leaving(visit, reader, "reading" if reader.state in MAILED else "left")


@router.post("/u/{unsubscribe_id}")
def leave(unsubscribe_id: str, visit: Here, action: Pressed) -> HTMLResponse:
    """Stop the mail at once, whoever posts whatever, as often as they like (RFC 8058)."""
    now = visit.now
    with transaction(visit.house.engine) as session:
        reader = _leaver(session, unsubscribe_id)
        if action == "undo":
            subscribe.come_back(session, unsubscribe_id, now=now)
        else:
            subscribe.leave(session, unsubscribe_id, now=now)
    if action == "undo":
        return _leaving(visit, reader, "back" if reader.state in MAILED else "late")
    return _leaving(visit, reader, "left")


@router.api_route("/c/{token}", methods=["GET", "HEAD"])
def ask_to_confirm(token: str, visit: Here) -> HTMLResponse:
    """A page with one button; a scanner that opens the link confirms nothing."""
    link = visit.house.links.read_confirm(token)
    with reading(visit.house.engine) as session:
        reader = _joiner(session, link)
    if reader.state is SubscriberState.ACTIVE:
        return _joined(visit, reader)
    waiting = reader.state is SubscriberState.PENDING
    in_time = visit.now - link.issued_at <= subscribe.CONFIRM_WITHIN
    return _question(visit, reader) if waiting and in_time else _too_late(visit, reader)


@router.post("/c/{token}")
def confirm(token: str, visit: Here) -> HTMLResponse:
    """Start mailing the reader; a second press changes nothing and answers the same."""
    link, now = visit.house.links.read_confirm(token), visit.now
    with transaction(visit.house.engine) as session:
        reader = _joiner(session, link)
        done = subscribe.confirm(session, reader.public_id, link.issued_at, now=now)
    return _joined(visit, reader) if done else _too_late(visit, reader)


def _leaver(session: Session, unsubscribe_id: str) -> Subscriber:
    ours = UNSUBSCRIBE_ID.fullmatch(unsubscribe_id)
    reader = subscribe.by_unsubscribe_id(session, unsubscribe_id) if ours else None
    if reader is None:
        raise BadToken("nobody's mail carries this link")
    return reader


def _joiner(session: Session, link: ReaderToken) -> Subscriber:
    reader = session.exec(
        select(Subscriber).where(Subscriber.public_id == link.subscriber_public_id)
    ).first()
    if reader is None:
        raise BadToken("nobody is waiting for this link")
    return reader


def _leaving(visit: Visit, reader: Subscriber, state: str) -> HTMLResponse:
    regret = (
        reader.state is SubscriberState.UNSUBSCRIBED
        and reader.confirmed_at is not None
        and reader.left_at is not None
        and visit.now - reader.left_at <= subscribe.REGRET_WITHIN
    )
    return visit.page("leave", {"state": state, "regret": regret}, reader=reader)


def _question(visit: Visit, reader: Subscriber) -> HTMLResponse:
    return visit.page("confirm", {"state": "asked"}, reader=reader)


def _joined(visit: Visit, reader: Subscriber) -> HTMLResponse:
    view = {"state": "active", "due": _local_due(reader), "zone": reader.time_zone}
    return visit.page("confirm", view, reader=reader)


def _too_late(visit: Visit, reader: Subscriber) -> HTMLResponse:
    return visit.page("confirm", {"state": "late"}, status=410, reader=reader)


def _local_due(reader: Subscriber) -> datetime | None:
    """When the next edition comes, on the reader's own clock."""
    due = turns.promised(reader)
    return due and due.astimezone(ZoneInfo(reader.time_zone))
