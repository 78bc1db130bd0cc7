"""The trial's mailbox: what every reader was mailed, to be seen on this machine only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from email.policy import default
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session, col, select
from starlette.exceptions import HTTPException

from service import demo, subscribe
from service.db import reading
from service.errors import WrongInput
from service.mail.mailbox import Mailbox, MailboxEntry, StoredMail
from service.models import Edition, EditionState, Interest
from service.web.deps import Here, Visit
from service.web.guard import FRAMED, FRAMING, is_ours

SIDE_BY_SIDE = 4
HEAD = re.compile("<head[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Reader:
    """Somebody who was mailed: what they asked for, and the newest that came."""

    address: str
    follows: tuple[str, ...]
    mutes: tuple[str, ...]
    newest: StoredMail


def at_home(visit: Here) -> Mailbox:
    """The mailbox, for a browser on this machine; for all others there is no such page."""
    if visit.house.mailbox is None or not visit.at_home:
        raise HTTPException(404)
    return visit.house.mailbox


Box = Annotated[Mailbox, Depends(at_home)]
router = APIRouter(prefix="/mailbox", dependencies=[Depends(at_home)])


@router.api_route("", methods=["GET", "HEAD"])
def overview(visit: Here, box: Box) -> HTMLResponse:
    """Each reader's newest mail, side by side."""
    letters = by_reader(box.entries())
    newest = [(to, letters[to][0]) for to in sorted([*letters][:SIDE_BY_SIDE])]
    with reading(visit.house.engine) as session:
        readers = [_reader(session, to, box.read(mail.name)) for to, mail in newest]
        shared = _shared(session, [each.address for each in readers])
    return _page(visit, "mailbox", letters, readers=readers, shared=shared)


@router.post("/next-day")
def next_day(request: Request, visit: Here) -> RedirectResponse:
    """Bring the next sample day, and look at what it brought."""
    if not is_ours(request.headers):
        raise HTTPException(403)
    demo.next_day(visit.house)
    return RedirectResponse(f"{visit.root}/mailbox", 303)


@router.api_route("/{name}", methods=["GET", "HEAD"])
def letter(name: str, visit: Here, box: Box) -> HTMLResponse:
    """One mail as its reader sees it."""
    return _letter(visit, box, name, "letter")


@router.api_route("/{name}/text", methods=["GET", "HEAD"])
def text(name: str, visit: Here, box: Box) -> HTMLResponse:
    """One mail as a reader without HTML sees it."""
    return _letter(visit, box, name, "text")


@router.api_route("/{name}/source", methods=["GET", "HEAD"])
def source(name: str, visit: Here, box: Box) -> HTMLResponse:
    """One mail's headers, and all of it as it would go over the wire."""
    return _letter(visit, box, name, "source")


@router.api_route("/{name}/html", methods=["GET", "HEAD"])
def framed(name: str, box: Box) -> HTMLResponse:
    """A mail's own HTML, for the frame on the pages above; its links open in a new tab."""
    html = _read(box, name).html
    head = HEAD.search(html)
    start = head.end() if head else 0
    html = f'{html[:start]}<base target="_blank">{html[start:]}'
    return HTMLResponse(html, headers={"Content-Security-Policy": FRAMED})


def by_reader(entries: Sequence[MailboxEntry]) -> dict[str, list[MailboxEntry]]:
    """The mails of each reader, newest first, and so the readers."""
    letters: dict[str, list[MailboxEntry]] = {}
    for entry in entries:
        letters.setdefault(entry.to, []).append(entry)
    return letters


def _letter(visit: Visit, box: Mailbox, name: str, shown_as: str) -> HTMLResponse:
    mail = _read(box, name)
    headers = HeaderParser(policy=default).parsestr(mail.source).items()
    letters = by_reader(box.entries())
    return _page(visit, "letter", letters, mail=mail, shown_as=shown_as, headers=headers)


def _page(
    visit: Visit, name: str, letters: dict[str, list[MailboxEntry]], **view: object
) -> HTMLResponse:
    view |= {"here": "mailbox", "letters": letters, "can_go_on": demo.can_go_on(visit.house)}
    return visit.page(name, view, headers={"Content-Security-Policy": FRAMING})


def _read(box: Mailbox, name: str) -> StoredMail:
    try:
        return box.read(name)
    except WrongInput:
        raise HTTPException(404) from None


def _reader(session: Session, address: str, newest: StoredMail) -> Reader:
    known = subscribe.by_address(session, address)
    query = select(Interest).order_by(col(Interest.id))
    found = session.exec(query.where(Interest.subscriber_id == known.id)).all() if known else []
    follows = tuple(each.text for each in found if each.weight > 0)
    mutes = tuple(each.text for each in found if each.weight < 0)
    return Reader(address, follows, mutes, newest)


def _shared(session: Session, addresses: Sequence[str]) -> int | None:
    """How many papers two readers' newest editions have in common, if both are of one day."""
    editions = [_newest_edition(session, address) for address in addresses]
    match editions:
        case [Edition() as one, Edition() as other] if one.day == other.day:
            return len(_papers(one) & _papers(other))
    return None


def _newest_edition(session: Session, address: str) -> Edition | None:
    reader = subscribe.by_address(session, address)
    if reader is None:
        return None
    return session.exec(
        select(Edition)
        .where(Edition.subscriber_id == reader.id, Edition.state == EditionState.COMPOSED)
        .order_by(col(Edition.day).desc())
    ).first()


def _papers(edition: Edition) -> set[int]:
    return {each["id"] for each in edition.contents.get("papers", [])}
