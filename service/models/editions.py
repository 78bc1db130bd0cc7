"""What goes out and what comes back: editions, deliveries, feedback."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from service.db import BigId, UtcDateTime
from service.models.columns import choice, new_public_id


class EditionState(StrEnum):
    """What became of a reader's day."""

    COMPOSED = "composed"
    EMPTY = "empty"
    LATE = "late"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


class Edition(SQLModel, table=True):
    """One subscriber's issue for one day: all that rendering needs, or why there is none."""

    __table_args__ = (UniqueConstraint("subscriber_id", "day"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    public_id: int = Field(default_factory=new_public_id, unique=True, sa_type=BigInteger)
    subscriber_id: int = Field(sa_column=Column(BigId, ForeignKey("subscriber.id"), nullable=False))
    day: date = Field(index=True)
    state: EditionState = Field(default=EditionState.COMPOSED, sa_type=choice(EditionState))
    language: str = Field(default="en", max_length=10)
    contents: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """`papers`: in order, each `id`, `text` (version), `score`, `probability` (of "more"; None: unknown),
    `reason` (its parts with their shares), `snippet` (numbers of sentences), `slot` (ranked or
    explored) and `propensity` (how probable it was to fill that slot); `pool`: where one was explored,
    the ids of all from which it was drawn, with their propensities; `trending`: bool. Of an empty
    day, `held_back`: whether papers were left out for the reader's bar alone."""
    note: str | None = Field(default=None, max_length=300)
    """Why the edition is what it is, for `trace`."""
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    composed_at: datetime = Field(sa_type=UtcDateTime)


class DeliveryKind(StrEnum):
    """What a delivery carries."""

    EDITION = "edition"
    CONFIRM = "confirm"
    LOGIN = "login"
    KNOWN = "known"


class DeliveryState(StrEnum):
    """How far a promised message has come."""

    PENDING = "pending"
    CLAIMED = "claimed"
    IN_DATA = "in_data"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    FAILED = "failed"
    LATE = "late"
    SUPPRESSED = "suppressed"


class Delivery(SQLModel, table=True):
    """A promise to send one message, and what came of it."""

    __table_args__ = (Index("ix_delivery_state_next_try", "state", "next_try"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True, max_length=120)
    kind: DeliveryKind = Field(sa_type=choice(DeliveryKind))
    subscriber_id: int = Field(
        sa_column=Column(BigId, ForeignKey("subscriber.id"), nullable=False, index=True)
    )
    edition_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("edition.id"), nullable=True, index=True)
    )
    state: DeliveryState = Field(default=DeliveryState.PENDING, sa_type=choice(DeliveryState))
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_try: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    """After this it is not sent any more: stale news are worse than none."""
    first_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    crashes: int = 0
    """Times a worker died between handing it over and learning the answer."""
    doubts: int = 0
    """Times the relay hung up between taking the last byte and answering."""
    owner: str | None = Field(default=None, max_length=120)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reply: str | None = Field(default=None, max_length=500)
    """The relay's last words, without the reader's address."""


class Verdict(StrEnum):
    """What a reader said of a paper; `none` takes the last word back."""

    MORE = "more"
    LESS = "less"
    NONE = "none"


class Feedback(SQLModel, table=True):
    """A verdict on a paper; appended, and the newest that is not discarded counts."""

    __table_args__ = (Index("ix_feedback_subscriber_id_paper_id", "subscriber_id", "paper_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    subscriber_id: int = Field(sa_column=Column(BigId, ForeignKey("subscriber.id"), nullable=False))
    paper_id: int = Field(sa_column=Column(BigId, ForeignKey("paper.id"), nullable=False))
    verdict: Verdict = Field(sa_type=choice(Verdict))
    edition_id: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("edition.id"), nullable=True)
    )
    position: int | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    discarded: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
