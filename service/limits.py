"""How often somebody may make us write a mail: counted in the database, the same for all servers.

Whoever can't be counted gets nothing: a database that does not answer means no mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from service.db import one_at_a_time
from service.models import Knock

LOCK = 0x4B_4E_4F_43_4B  # "KNOCK": whoever counts, counts alone
HOUR, DAY, MONTH = timedelta(hours=1), timedelta(hours=24), timedelta(days=30)

ASKED_BY_NETWORK = "ask-network"
ASKED_FOR_ADDRESS = "ask-address"
ASKED_IN_ALL = "ask-all"
LINK_BY_NETWORK = "link-network"
LINK_FOR_READER = "link-reader"

LIMITS: dict[str, tuple[tuple[int, timedelta], ...]] = {
    ASKED_BY_NETWORK: ((5, HOUR),),
    ASKED_FOR_ADDRESS: ((1, DAY), (3, MONTH)),
    ASKED_IN_ALL: ((200, HOUR),),
    LINK_BY_NETWORK: ((20, HOUR),),
    LINK_FOR_READER: ((3, HOUR), (10, DAY)),
}
"""How many mails within how long, by what is counted."""

MOST_WAITING = {ASKED_IN_ALL: 200}
"""Where a limit is nobody's own fault, so many more are kept until there is room again."""


@dataclass(frozen=True)
class Knocker:
    """Who is counted, and for what; `who` is a keyed hash, or empty for everybody together."""

    purpose: str
    who: str = ""


def admit(session: Session, knockers: Sequence[Knocker], *, now: datetime) -> datetime | None:
    """When the mail may go out: now, or as soon as there is room; None if one of these has to stop.

    Whoever is admitted is counted once more for each.
    """
    one_at_a_time(session, LOCK)
    _forget(session, now)
    moments = [_moment(session, each, now) for each in knockers]
    admitted = [each for each in moments if each is not None]
    if len(admitted) < len(moments):
        return None
    at = max(admitted, default=now)
    for each in knockers:
        counted_at = at if each.purpose in MOST_WAITING else now
        session.add(Knock(purpose=each.purpose, who=each.who, at=counted_at))
    session.flush()
    return at


def waiting(session: Session, *, now: datetime) -> int:
    """How many mails wait until there is room for them."""
    return sum(_count(session, Knocker(purpose), since=now) for purpose in MOST_WAITING)


def _moment(session: Session, knocker: Knocker, now: datetime) -> datetime | None:
    if not _is_full(session, knocker, now):
        return now
    if _count(session, knocker, since=now) >= MOST_WAITING.get(knocker.purpose, 0):
        return None
    return max(_room(session, knocker, *limit) for limit in LIMITS[knocker.purpose])


def _room(session: Session, knocker: Knocker, most: int, window: timedelta) -> datetime:
    """When the window that ends there holds one less than the most, whoever waits included."""
    newest_first = (
        select(Knock.at)
        .where(Knock.purpose == knocker.purpose, Knock.who == knocker.who)
        .order_by(col(Knock.at).desc())
    )
    return session.exec(newest_first.offset(most - 1).limit(1)).one() + window


def _is_full(session: Session, knocker: Knocker, now: datetime) -> bool:
    return any(
        _count(session, knocker, since=now - window) >= most
        for most, window in LIMITS[knocker.purpose]
    )


def _count(session: Session, knocker: Knocker, *, since: datetime) -> int:
    return session.exec(
        select(func.count())
        .select_from(Knock)
        .where(Knock.purpose == knocker.purpose, Knock.who == knocker.who, col(Knock.at) > since)
    ).one()


def _forget(session: Session, now: datetime) -> None:
    """Take out what no limit looks at any more."""
    for purpose, limits in LIMITS.items():
        oldest = now - max(window for _, window in limits)
        session.connection().execute(
            delete(Knock).where(col(Knock.purpose) == purpose, col(Knock.at) <= oldest)
        )
