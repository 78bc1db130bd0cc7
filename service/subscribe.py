"""Who reads: ask, confirm, change, leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from service import outbox
from service.errors import WrongInput
from service.mail.address import same_mailbox
from service.models import (
    DeliveryKind,
    Interest,
    Subscriber,
    SubscriberState,
    Suppression,
)
from service.schedule import next_due
from service.text import collapse

CONFIRM_WITHIN = timedelta(hours=48)
ASK_AGAIN_AFTER = timedelta(hours=24)
REGRET_WITHIN = timedelta(hours=1)
MOST_INTERESTS = 50
LONGEST_INTEREST = 80


@dataclass(frozen=True)
class Wishes:
    """What a reader asks for; interests and mutes as they were typed."""

    interests: Sequence[str] = field(default_factory=tuple)
    mutes: Sequence[str] = field(default_factory=tuple)
    time_zone: str = "UTC"
    hour: int = 7
    weekdays: int = 0b1111111
    max_papers: int = 10

    def __post_init__(self) -> None:
        """Refuse what can't be honoured, in a sentence for the reader."""
        if not 0 <= self.hour <= 23:
            raise WrongInput(f"{self.hour} is no hour of the day; use 0 to 23.")
        if not 1 <= self.max_papers <= 50:
            raise WrongInput(f"An edition holds 1 to 50 papers, not {self.max_papers}.")

    def weights(self) -> dict[str, float]:
        """Every phrase once, with its weight: 1 to follow, -1 to mute; a mute wins."""
        weights = {_phrase(text): 1.0 for text in self.interests}
        weights |= {_phrase(text): -1.0 for text in self.mutes}
        if len(weights) > MOST_INTERESTS:
            raise WrongInput(
                f"{len(weights)} interests are too many; {MOST_INTERESTS} can be followed."
            )
        return weights


def _phrase(text: str) -> str:
    phrase = collapse(text)
    if not any(sign.isalnum() for sign in phrase):
        raise WrongInput(f"An interest needs at least one letter or digit: {text!r} has none.")
    if len(phrase) > LONGEST_INTEREST:
        raise WrongInput(
            f"An interest may have {LONGEST_INTEREST} characters: {phrase[:40]!r}… has more."
        )
    return phrase


def ask(
    session: Session,
    email: str,
    wishes: Wishes,
    address_hash: str,
    *,
    confirmed: bool = False,
    now: datetime,
) -> Subscriber:
    """The reader at that address with these wishes, who is mailed a link to confirm.

    Who reads already stays a reader; `confirmed` says that the address is known to be theirs,
    so that no link is needed. A suppressed address is refused.
    """
    if session.exec(select(Suppression).where(Suppression.address_hash == address_hash)).first():
        raise WrongInput("This address asked not to be mailed again, so it can't be subscribed.")
    reader = by_address(session, email)
    if reader is None:
        mailbox = same_mailbox(email)
        reader = Subscriber(email=email, mailbox=mailbox, created_at=now, profile_changed_at=now)
    elif reader.state is SubscriberState.UNSUBSCRIBED:
        reader.state = SubscriberState.PENDING
    session.add(reader)
    session.flush()
    change(session, reader, wishes, now=now)
    if reader.state is SubscriberState.PENDING and confirmed:
        activate(session, reader, now=now)
    elif reader.state is SubscriberState.PENDING:
        _promise_confirmation(session, reader, now)
    return reader


def change(session: Session, reader: Subscriber, wishes: Wishes, *, now: datetime) -> None:
    """Give a reader these wishes in place of the earlier ones."""
    weights = wishes.weights()
    session.exec(delete(Interest).where(col(Interest.subscriber_id) == reader.id))
    session.add_all(
        Interest(subscriber_id=reader.id or 0, text=text, weight=weight)
        for text, weight in weights.items()
    )
    reader.time_zone = wishes.time_zone
    reader.hour = wishes.hour
    reader.weekdays = wishes.weekdays
    reader.max_papers = wishes.max_papers
    reader.profile_changed_at = now
    if reader.state is SubscriberState.ACTIVE:
        _schedule(reader, now)
    session.add(reader)
    session.flush()


def confirm(session: Session, public_id: int, issued_at: datetime, *, now: datetime) -> bool:
    """Make a pending reader active; False if the link is too old or nobody waits for it."""
    reader = session.exec(select(Subscriber).where(Subscriber.public_id == public_id)).first()
    if reader is None:
        return False
    if reader.state is SubscriberState.ACTIVE:
        return True  # a second press of the same button
    if reader.state is not SubscriberState.PENDING or now - issued_at > CONFIRM_WITHIN:
        return False
    activate(session, reader, now=now)
    return True


def activate(session: Session, reader: Subscriber, *, now: datetime) -> None:
    """Start mailing a reader, from their next hour on."""
    reader.state = SubscriberState.ACTIVE
    reader.confirmed_at = now
    reader.left_at = None
    _schedule(reader, now)
    session.add(reader)
    session.flush()


def leave(session: Session, unsubscribe_id: str, *, now: datetime) -> bool:
    """Stop mailing the reader whose link this is, as often as they ask; False if it is nobody's."""
    reader = by_unsubscribe_id(session, unsubscribe_id)
    if reader is None:
        return False
    if reader.state in (SubscriberState.PENDING, SubscriberState.ACTIVE, SubscriberState.PAUSED):
        reader.state = SubscriberState.UNSUBSCRIBED
        reader.left_at = now
        reader.next_due = reader.next_day = None
        session.add(reader)
    return True


def come_back(session: Session, unsubscribe_id: str, *, now: datetime) -> bool:
    """Undo leaving, within the hour; False if it is too late for that."""
    reader = by_unsubscribe_id(session, unsubscribe_id)
    left = reader and reader.state is SubscriberState.UNSUBSCRIBED and reader.confirmed_at
    if not reader or not left or not reader.left_at or now - reader.left_at > REGRET_WITHIN:
        return False
    activate(session, reader, now=now)
    return True


def by_address(session: Session, email: str) -> Subscriber | None:
    """The reader with that address, however it is capitalised."""
    return session.exec(select(Subscriber).where(Subscriber.mailbox == same_mailbox(email))).first()


def by_unsubscribe_id(session: Session, unsubscribe_id: str) -> Subscriber | None:
    """The reader whose mails carry this id in their leave link."""
    return session.exec(
        select(Subscriber).where(Subscriber.unsubscribe_id == unsubscribe_id)
    ).first()


def _schedule(reader: Subscriber, now: datetime) -> None:
    due = next_due(reader.time_zone, reader.hour, reader.weekdays, after=now)
    reader.next_due, reader.next_day = due.at, due.day


def _promise_confirmation(session: Session, reader: Subscriber, now: datetime) -> None:
    """At most one mail in 24 hours, whoever asks however often: the day is in the key."""
    period = int(now.timestamp() // ASK_AGAIN_AFTER.total_seconds())
    promise = outbox.Promise(
        key=f"confirm:{reader.id}:{period}",
        kind=DeliveryKind.CONFIRM,
        subscriber_id=reader.id or 0,
        expires_at=now + CONFIRM_WITHIN,
    )
    outbox.queue(session, [promise], now=now)
