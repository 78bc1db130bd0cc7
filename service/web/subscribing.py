"""The box to subscribe: one answer for every address, and at most one mail behind it."""

from datetime import timedelta

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import HTMLResponse

from service import limits, subscribe
from service.db import transaction
from service.errors import BadToken
from service.limits import Knocker
from service.mail.address import behind_tags
from service.web.deps import Here, Visit
from service.web.forms import Filled, Form
from service.wiring import House
from service.wishes import Wishes

TYPING_TAKES = timedelta(seconds=2)

router = APIRouter()


@router.api_route("/subscribe", methods=["GET", "HEAD"])
def ask(visit: Here) -> HTMLResponse:
    """The box on a page of its own."""
    return visit.page("subscribe", box(visit))


@router.post("/subscribe")
def subscribe_form(
    request: Request, visit: Here, fields: Filled, later: BackgroundTasks
) -> HTMLResponse:
    """The same page for any address, sent before anything is looked up, so that it tells nothing.

    What a machine filled in is thanked for too, and forgotten.
    """
    form = Form(fields)
    email, wishes = form.email(), form.wishes(visit.language)
    if form.mistakes:
        return visit.page("subscribe", box(visit, form), status=422)
    if _was_typed(visit, fields):
        network = visit.trust.network(request)
        later.add_task(knock, visit.house, email, wishes, network)
    return visit.page("asked", {}, status=202)


def knock(house: House, email: str, wishes: Wishes, network: str) -> None:
    """Have the one mail sent that this address may get, within the limits."""
    with transaction(house.engine) as session:
        subscribe.knock(
            session,
            email,
            wishes,
            house.links.address_hash(email),
            _knockers(house, email, network),
            now=house.now(),
        )


def box(visit: Visit, form: Form | None = None) -> dict[str, object]:
    """What the box is drawn from, with what was typed before if it has to be typed again."""
    form = form or Form()
    return {
        "stamp": visit.house.links.stamp(visit.now),
        "fields": form.shown,
        "mistakes": form.mistakes,
    }


def _knockers(house: House, email: str, network: str) -> list[Knocker]:
    hashed = house.links.visitor_hash
    return [
        Knocker(limits.ASKED_BY_NETWORK, hashed(limits.ASKED_BY_NETWORK, network)),
        Knocker(limits.ASKED_FOR_ADDRESS, hashed(limits.ASKED_FOR_ADDRESS, behind_tags(email))),
        Knocker(limits.ASKED_IN_ALL),
    ]


def _was_typed(visit: Visit, fields: Filled) -> bool:
    """Whether a person sent this from a page of ours, as far as can be told."""
    if fields.get("website") or not visit.from_ours:
        return False
    try:
        shown_at = visit.house.links.read_stamp(fields.get("stamp", ""))
    except BadToken:
        return False
    return visit.now - shown_at >= TYPING_TAKES
