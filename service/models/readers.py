"""Who reads: subscribers, what they follow, what was learnt of them, who must not be mailed."""

import secrets
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
    true,
)
from sqlmodel import Field, SQLModel

from service.db import BigId, UtcDateTime
from service.models.columns import choice, new_public_id


class SubscriberState(StrEnum):
    """Whether a reader is mailed."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    ERASED = "erased"


class Subscriber(SQLModel, table=True):
    """A person with an address and a state; in prose, a reader."""

    __table_args__ = (
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        CheckConstraint("max_papers BETWEEN 1 AND 50", name="max_papers"),
        CheckConstraint("bar BETWEEN 0 AND 0.9", name="bar"),
        CheckConstraint("email IS NOT NULL OR state = 'erased'", name="address"),
        Index("ix_subscriber_state_next_due", "state", "next_due"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    public_id: int = Field(default_factory=new_public_id, unique=True, sa_type=BigInteger)
    unsubscribe_id: str = Field(
        default_factory=lambda: secrets.token_hex(16), unique=True, max_length=32
    )
    """Stands in the link that stops the mail; random, so no key can expire it."""
    email: str | None = Field(default=None, max_length=254)
    """As it was typed; None once erased."""
    mailbox: str | None = Field(default=None, unique=True, max_length=254)
    """The same in lower case: one mailbox is one reader, however it is written."""
    state: SubscriberState = Field(default=SubscriberState.PENDING, sa_type=choice(SubscriberState))
    language: str = Field(default="en", max_length=10)
    time_zone: str = Field(default="UTC", max_length=64)
    hour: int = 7
    weekdays: int = 0b1111111
    """A bit per weekday, Monday's the lowest."""
    max_papers: int = 10
    next_due: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_day: date | None = None
    """The local date that the edition due then is for; daylight saving may push the moment past it."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    profile_changed_at: datetime = Field(sa_type=UtcDateTime)
    """When interests or feedback last changed; a model trained before that is stale."""
    paused_until: date | None = None
    """The local day from which a paused reader is mailed again."""
    turn_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until then a worker composes for them, and no other does."""
    turn_tries: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default=text("0"))
    )
    """How often composing this turn was begun and not ended."""
    bar: float = Field(
        default=0.005, sa_column=Column(Float, nullable=False, server_default=text("0.005"))
    )
    """How probable it must be that they would say "more" for a paper to be sent to them."""
    explores: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=true())
    )
    """Whether one slot of their editions may go to a paper that is drawn."""


class InterestKind(StrEnum):
    """What an interest's text names."""

    KEYWORD = "keyword"
    AUTHOR = "author"


class Interest(SQLModel, table=True):
    """A keyword, phrase or author that a subscriber follows, or mutes by a negative weight."""

    __table_args__ = (
        UniqueConstraint("subscriber_id", "kind", "text"),
        CheckConstraint("weight <> 0", name="weight"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    subscriber_id: int = Field(sa_column=Column(BigId, ForeignKey("subscriber.id"), nullable=False))
    kind: InterestKind = Field(default=InterestKind.KEYWORD, sa_type=choice(InterestKind))
    text: str = Field(max_length=80)
    weight: float = 1.0


class RelevanceModel(SQLModel, table=True):
    """One reader's taste in one space, as arrays."""

    subscriber_id: int = Field(
        sa_column=Column(BigId, ForeignKey("subscriber.id"), primary_key=True)
    )
    space_id: int = Field(sa_column=Column(BigId, ForeignKey("space.id"), primary_key=True))
    arrays: bytes = Field(sa_type=LargeBinary)
    examples: int
    """Papers the reader has judged, and that the model has seen."""
    trained_at: datetime = Field(sa_type=UtcDateTime)


class Suppression(SQLModel, table=True):
    """An address that must not be mailed, known only by a keyed hash of it."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    address_hash: str = Field(unique=True, max_length=64)
    reason: str = Field(max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)
