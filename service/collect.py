"""Collect: which source is asked for which day, and what is kept of how it answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import and_, delete, or_, update
from sqlmodel import Session, col, select

from service.db import insert_new
from service.models import SourceCheck
from service.sources.fetch import Mark

DAYS = 3
REST = timedelta(minutes=58)
REST_AFTER_FAILURE = timedelta(minutes=10)
QUICK_TRIES = 5
KEEP_DAYS = 30
REASON_LENGTH = 300


@dataclass(frozen=True)
class Ask:
    """One question: what did this source announce on that day?"""

    source: str
    day: date

    @property
    def url(self) -> str:
        """The address that answers it."""
        parts = urlsplit(self.source)
        query = "&".join([*filter(None, [parts.query]), f"date={self.day.isoformat()}"])
        return urlunsplit(parts._replace(query=query))

    @property
    def name(self) -> str:
        """The source as messages call it; a query of its own may hold a secret."""
        parts = urlsplit(self.source)
        return f"{parts.netloc}{parts.path}"


def last_days(now: datetime) -> list[date]:
    """The last three UTC days, oldest first, since late papers of a day are announced after it."""
    today = now.astimezone(UTC).date()
    return [today - timedelta(days=ago) for ago in reversed(range(DAYS))]


def asks(sources: Iterable[str], days: Sequence[date]) -> list[Ask]:
    """Every source for every day, in the order in which a paper was announced first."""
    return [Ask(source, day) for source in sources for day in days]


def claim(session: Session, ask: Ask, *, rest: bool, now: datetime) -> Mark | None:
    """The right to ask, with the mark of the last answer; None while the question rests.

    A question rests for an hour after its answer, so that a task delivered ten times asks once; and
    for ten minutes where it failed, or whoever asked never came back. One that failed again and
    again rests for the hour too. Without `rest`, it may be asked at any time.
    """
    if insert_new(session, SourceCheck, [_first(ask, now)]):
        return Mark()
    rested = or_(
        col(SourceCheck.checked_at) <= now - REST,
        and_(
            col(SourceCheck.checked_at) <= now - REST_AFTER_FAILURE,
            col(SourceCheck.failures) <= QUICK_TRIES,
            or_(
                col(SourceCheck.answered_at).is_(None),
                col(SourceCheck.answered_at) < col(SourceCheck.checked_at),
            ),
        ),
    )
    mine = update(SourceCheck).where(col(SourceCheck.url) == ask.url)
    claimed = session.connection().execute(
        (mine.where(rested) if rest else mine)
        .values(checked_at=now)
        .returning(col(SourceCheck.etag), col(SourceCheck.last_modified))
    )
    row = claimed.first()
    return Mark(row.etag, row.last_modified) if row else None


def answered(session: Session, ask: Ask, mark: Mark, *, now: datetime) -> None:
    """Note a usable answer, in the transaction that stores what it held."""
    check = _check(session, ask)
    check.etag, check.last_modified = mark.etag, mark.last_modified
    check.answered_at, check.failures, check.error = now, 0, None
    session.add(check)


def failed(session: Session, ask: Ask, reason: str) -> None:
    """Note that there was no usable answer, and why; the mark of the last one still holds."""
    check = _check(session, ask)
    check.failures += 1
    check.error = reason[:REASON_LENGTH]
    session.add(check)


def tidy(session: Session, *, now: datetime) -> None:
    """Forget how days were asked for that nobody asks for any more."""
    last = now - timedelta(days=KEEP_DAYS)
    session.connection().execute(delete(SourceCheck).where(col(SourceCheck.checked_at) < last))


def _check(session: Session, ask: Ask) -> SourceCheck:
    query = select(SourceCheck).where(SourceCheck.url == ask.url).with_for_update()
    return session.exec(query).one()


def _first(ask: Ask, now: datetime) -> dict[str, object]:
    return {"url": ask.url, "day": ask.day, "checked_at": now, "failures": 0}
