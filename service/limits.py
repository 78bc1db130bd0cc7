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


@dataclass(frozen=True)
class Knocker:
    """Who is counted, and for what; `who` is a keyed hash, or empty for everybody together."""

    purpose: str
    who: str = ""


def admit(session: Session, knockers: Sequence[Knocker], *, now: datetime) -> bool:
    """Whether none of these has reached a limit; if so, each is counted once more."""
    one_at_a_time(session, LOCK)
    _forget(session, now)
    if any(_is_full(session, each, now) for each in knockers):
        return False
    session.add_all(Knock(purpose=each.purpose, who=each.who, at=now) for each in knockers)
    session.flush()
    return True


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
