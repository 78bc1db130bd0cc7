"""Who reads: ask, confirm, change, leave, refuse."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from service import limits, outbox, ticks, turns
from service.db import insert_new
from service.errors import WrongInput
from service.limits import Knocker
from service.logs import log
from service.mail.address import same_mailbox
from service.models import (
    DeliveryKind,
    Interest,
    Subscriber,
    SubscriberState,
    Suppression,
)
from service.wishes import Wishes

CONFIRM_WITHIN = timedelta(hours=48)
ASK_AGAIN_AFTER = timedelta(hours=24)
REGRET_WITHIN = timedelta(hours=1)
ANSWER_WITHIN = timedelta(minutes=15)
"""As long as the login link in it is good."""
READING = (SubscriberState.ACTIVE, SubscriberState.PAUSED)


def ask(
    session: Session,
    email: str,
    wishes: Wishes,
    address_hash: str,
    *,
    confirmed: bool = False,
    mail_at: datetime | None = None,
    now: datetime,
) -> Subscriber:
    """The reader at that address with these wishes, who is mailed a link to confirm.

    Who reads already stays a reader; `confirmed` says that the address is known to be theirs,
    so that no link is needed. The mail may have to wait for `mail_at`. A suppressed address is
    refused.
    """
    if _is_suppressed(session, address_hash):
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
        _promise_confirmation(session, reader, mail_at or now)
    return reader


def knock(
    session: Session,
    email: str,
    wishes: Wishes,
    address_hash: str,
    knockers: Sequence[Knocker],
    *,
    now: datetime,
) -> None:
    """What anybody's form may do for an address: have one mail sent there, and decide nothing.

    Who reads already is told so; all others are asked, but not those who want no mail ever more.
    """
    # before anybody is looked up, so that time tells nothing to whoever is refused
    mail_at = limits.admit(session, knockers, now=now)
    _tell_of_crowd(session, now)
    if mail_at is None:
        return
    reader = by_address(session, email)
    unwanted = reader is not None and reader.state is SubscriberState.SUPPRESSED
    if unwanted or _is_suppressed(session, address_hash):
        return
    if reader is not None and reader.state in READING:
        _promise_answer(session, reader, mail_at)
    else:
        ask(session, email, wishes, address_hash, mail_at=mail_at, now=now)


def _tell_of_crowd(session: Session, now: datetime) -> None:
    """Say once an hour that more people ask than we write to: it may be somebody's prank."""
    waiting = limits.waiting(session, now=now)
    if waiting and ticks.take(session, ticks.CROWD, timedelta(hours=1), now=now):
        log.warning("more ask to subscribe than an hour allows", waiting=waiting)


def change(session: Session, reader: Subscriber, wishes: Wishes, *, now: datetime) -> None:
    """Give a reader these wishes in place of the earlier ones."""
    named = wishes.named()
    session.exec(delete(Interest).where(col(Interest.subscriber_id) == reader.id))
    session.add_all(
        Interest(subscriber_id=reader.id or 0, kind=kind, text=text, weight=weight)
        for (kind, text), weight in named.items()
    )
    reader.time_zone = wishes.time_zone
    reader.hour = wishes.hour
    reader.weekdays = wishes.weekdays
    reader.max_papers = wishes.max_papers
    reader.bar = wishes.bar
    reader.explores = wishes.explores
    reader.language = wishes.language or reader.language
    reader.profile_changed_at = now
    if reader.state is SubscriberState.ACTIVE:
        turns.reschedule(reader, now=now)
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
    turns.schedule(reader, after=now)
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
        reader.next_due = reader.next_day = reader.paused_until = None
        session.add(reader)
    return True


def refuse(session: Session, reader: Subscriber, address_hash: str, *, now: datetime) -> None:
    """Never mail this address again, whoever asks; what was typed for it is forgotten."""
    row = {"address_hash": address_hash, "reason": "said: not me, never again", "at": now}
    insert_new(session, Suppression, [row])
    session.exec(delete(Interest).where(col(Interest.subscriber_id) == reader.id))
    reader.state = SubscriberState.SUPPRESSED
    reader.left_at = now
    reader.next_due = reader.next_day = reader.paused_until = None
    session.add(reader)


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


def _is_suppressed(session: Session, address_hash: str) -> bool:
    known = select(Suppression.id).where(Suppression.address_hash == address_hash)
    return session.exec(known).first() is not None


def _promise_answer(session: Session, reader: Subscriber, at: datetime) -> None:
    promise = outbox.Promise(
        key=f"known:{reader.id}:{int(at.timestamp())}",
        kind=DeliveryKind.KNOWN,
        subscriber_id=reader.id or 0,
        expires_at=at + ANSWER_WITHIN,
    )
    outbox.queue(session, [promise], now=at)


def _promise_confirmation(session: Session, reader: Subscriber, at: datetime) -> None:
    """At most one mail in 24 hours, whoever asks however often: the day is in the key."""
    period = int(at.timestamp() // ASK_AGAIN_AFTER.total_seconds())
    promise = outbox.Promise(
        key=f"confirm:{reader.id}:{period}",
        kind=DeliveryKind.CONFIRM,
        subscriber_id=reader.id or 0,
        expires_at=at + CONFIRM_WITHIN,
    )
    outbox.queue(session, [promise], now=at)
