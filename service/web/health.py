"""Whether this process lives, and whether it can serve: for whoever watches over it."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from service.migrations import is_current
from service.web.deps import Here, Visit

router = APIRouter(prefix="/health")


@router.api_route("/live", methods=["GET", "HEAD"])
def live() -> PlainTextResponse:
    """That this process answers; nothing else is asked."""
    return _say("alive")


@router.api_route("/ready", methods=["GET", "HEAD"])
def ready(visit: Here) -> PlainTextResponse:
    """That the database answers and has the tables of this release."""
    trouble = _trouble(visit)
    return _say(trouble or "ready", 503 if trouble else 200)


def _trouble(visit: Visit) -> str | None:
    try:
        current = is_current(visit.house.engine)
    except (SQLAlchemyError, OSError):
        return "The database does not answer."
    return None if current else "The database is not of this release: run `paperround migrate`."


def _say(word: str, status: int = 200) -> PlainTextResponse:
    return PlainTextResponse(f"{word}\n", status, headers={"Cache-Control": "no-store"})
