"""How the sources are asked: whose turn it is, and what each address answered last."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from service.db import BigId, UtcDateTime


class Gate(SQLModel, table=True):
    """The door before one upstream, through which our machines go one after another."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    upstream: str = Field(unique=True, max_length=300)
    """The host, with its port where that is not the usual one."""
    free_at: datetime = Field(sa_type=UtcDateTime)
    """Before this nobody asks: somebody just did, or the upstream said so."""


class SourceCheck(SQLModel, table=True):
    """What a source was asked for one day, and how that went."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    url: str = Field(unique=True, max_length=2000)
    day: date
    etag: str | None = Field(default=None, max_length=300)
    last_modified: str | None = Field(default=None, max_length=300)
    """With the etag: what the answer that was stored last can be recognised by."""
    checked_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it last gave a usable answer, were it only that nothing is new."""
    failures: int = 0
    """How often it failed since then, in a row."""
    error: str | None = Field(default=None, max_length=300)
    """Why it failed the last time; gone with the next answer."""
