"""The preferences: what a reader follows and when, all that is known of them, and the way out."""

import hmac
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from sqlmodel import Session, col, select
from starlette.exceptions import HTTPException

from service import erase, preferences, subscribe, train, turns
from service.db import reading, transaction
from service.errors import BadToken, WrongInput
from service.models import Edition, Interest, InterestKind, Subscriber
from service.outbox import MAY_LOG_IN
from service.web.deps import Here, Visit
from service.web.forms import Fields, Filled, Form, day_names
from service.web.login import close_session, reader_of, session_of
from service.wishes import written

router = APIRouter(prefix="/preferences")


@dataclass(frozen=True)
class Guest:
    """A reader in their own room, by the session that let them in."""

    public_id: int
    form_key: str


class NoSession(HTTPException):
    """Nobody is logged in here, or no longer."""

    def __init__(self) -> None:
        super().__init__(403, "no session")


def guest(request: Request, visit: Here) -> Guest:
    """Whose browser this is; raises NoSession."""
    session = session_of(request, visit)
    if session is None:
        raise NoSession
    links = visit.house.links
    return Guest(links.read_session(session).subscriber_public_id, links.form_key(session))


def sender(visit: Here, fields: Filled, who: Annotated[Guest, Depends(guest)]) -> Guest:
    """The same for a form, which has to come from the page that we showed in this session."""
    key = fields.get("key", "").encode(errors="replace")
    if not visit.from_ours or not hmac.compare_digest(key, who.form_key.encode()):
        raise HTTPException(403)
    return who


Inside = Annotated[Guest, Depends(guest)]
Sender = Annotated[Guest, Depends(sender)]


@router.api_route("", methods=["GET", "HEAD"])
def show(visit: Here, who: Inside) -> HTMLResponse:
    """The forms, filled with what holds now."""
    with reading(visit.house.engine) as session:
        reader = _reader(session, who)
        return _room(session, visit, who, reader, Form(_fields(session, reader)))


@router.post("")
def save(visit: Here, who: Sender, fields: Filled) -> HTMLResponse:
    """Keep the wishes and refit the reader's model; a wrong field changes nothing at all."""
    form, now = Form(fields), visit.now
    wishes, until = form.wishes(), form.day("pause")
    if until and not _may_pause(until, wishes.time_zone, visit):
        form.mistakes.add("pause")
    with transaction(visit.house.engine) as session:
        reader = _reader(session, who)
        if not form.mistakes:
            subscribe.change(session, reader, wishes, now=now)
            preferences.pause(session, reader, until, now=now)
            train.train(session, [reader.id or 0], fading=visit.house.fading(now), now=now)
            form = Form(_fields(session, reader))
            return _room(session, visit, who, reader, form, said="saved")
        return _room(session, visit, who, reader, form, status=422)


@router.api_route("/export", methods=["GET", "HEAD"])
def export(visit: Here, who: Inside) -> JSONResponse:
    """All that is known of the reader, to keep."""
    with reading(visit.house.engine) as session:
        known = preferences.export(session, _reader(session, who))
    name = 'attachment; filename="paperround.json"'
    return JSONResponse(known, headers={"Content-Disposition": name})


@router.post("/erase")
def forget(visit: Here, who: Sender, fields: Filled) -> HTMLResponse:
    """Erase the reader in this very request, if they are sure."""
    with transaction(visit.house.engine) as session:
        reader = _reader(session, who)
        if "sure" not in fields:
            form = Form(_fields(session, reader), {"sure"})
            return _room(session, visit, who, reader, form, status=422)
        language = reader.language
        hashed = visit.house.links.address_hash(reader.email or "")
        never_again = hashed if "never" in fields else None
        erase.erase(session, reader, never_again=never_again, now=visit.now)
    reader.language = language
    answer = visit.page("erased", {"never_again": never_again is not None}, reader=reader)
    close_session(answer, visit)
    return answer


@router.post("/out", dependencies=[Depends(sender)])
def log_out(visit: Here) -> Response:
    """End the session in this browser."""
    answer = RedirectResponse(f"{visit.root}/", 303)
    close_session(answer, visit)
    return answer


def _reader(session: Session, who: Guest) -> Subscriber:
    try:
        reader = reader_of(session, who.public_id)
    except BadToken:
        raise NoSession from None
    if reader.state not in MAY_LOG_IN:
        raise NoSession
    return reader


def _may_pause(until: date, zone: str, visit: Visit) -> bool:
    try:
        preferences.check_pause(until, zone, now=visit.now)
    except WrongInput:
        return False
    return True


def _fields(session: Session, reader: Subscriber) -> Fields:
    """What holds now, as the form would send it."""
    rows = session.exec(
        select(Interest).where(Interest.subscriber_id == reader.id).order_by(col(Interest.id))
    ).all()
    lines: dict[tuple[InterestKind, bool], list[str]] = {}
    for row in rows:
        lines.setdefault((row.kind, row.weight > 0), []).append(written(row.text, row.weight))
    return {
        **{
            name: "\n".join(lines.get(kind, []))
            for name, kind in (
                ("interests", (InterestKind.KEYWORD, True)),
                ("mutes", (InterestKind.KEYWORD, False)),
                ("authors", (InterestKind.AUTHOR, True)),
                ("muted_authors", (InterestKind.AUTHOR, False)),
            )
        },
        "hour": str(reader.hour),
        "time_zone": reader.time_zone,
        "days": ",".join(day_names(reader.weekdays)),
        "max_papers": str(reader.max_papers),
        "bar": f"{reader.bar:g}",
        "explores": "yes" if reader.explores else "",
        "pause": reader.paused_until.isoformat() if reader.paused_until else "",
    }


def _held_back(session: Session, reader: Subscriber) -> date | None:
    """The day of the reader's newest edition, if it stayed empty for their bar alone."""
    newest = select(Edition).where(Edition.subscriber_id == reader.id)
    edition = session.exec(newest.order_by(col(Edition.day).desc()).limit(1)).first()
    return edition.day if edition and edition.contents.get("held_back") else None


def _room(
    session: Session,
    visit: Visit,
    who: Guest,
    reader: Subscriber,
    form: Form,
    *,
    status: int = 200,
    said: str = "",
) -> HTMLResponse:
    due = turns.promised(reader)
    view = {
        "email": reader.email,
        "state": reader.state,
        "due": due and due.astimezone(ZoneInfo(reader.time_zone)),
        "zone": reader.time_zone,
        "key": who.form_key,
        "fields": form.shown,
        "mistakes": form.mistakes,
        "said": said,
        "held_back": _held_back(session, reader),
        "exploring": visit.house.settings.explore,
    }
    return visit.page("preferences", view, status=status, reader=reader)
