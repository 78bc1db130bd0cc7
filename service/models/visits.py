"""What the web remembers of visits, for as long as it must: who knocked, which links are used up."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from service.db import BigId, UtcDateTime


class Knock(SQLModel, table=True):
    """Somebody asked for a mail: counted against a limit, then forgotten."""

    __table_args__ = (Index("ix_knock_purpose_who_at", "purpose", "who", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    purpose: str = Field(max_length=20)
    who: str = Field(max_length=64)
    """A keyed hash of the network or the address; neither is ever written down."""
    at: datetime = Field(sa_type=UtcDateTime)


class UsedLink(SQLModel, table=True):
    """A link that was good for one use, and has had it."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True, max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
