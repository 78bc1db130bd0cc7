"""What comes in: digests, papers, their texts and their features."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from service.db import BigId, UtcDateTime
from service.models.columns import choice

UNANNOUNCED = date.min
"""The day of a paper that somebody brought and that no digest has named yet: before all windows."""


class Digest(SQLModel, table=True):
    """What one source announced on one day."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True, max_length=120)
    """`source:day` where the source names the day, otherwise `sha256:` of its bytes."""
    source: str = Field(max_length=40)
    day: date = Field(index=True)
    ingested_at: datetime = Field(sa_type=UtcDateTime)
    refused: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """Records that could not be read: `record`, `reason`, `excerpt`."""


class Paper(SQLModel, table=True):
    """A work, under one identity, however many versions, lists and sources name it."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    announced_on: date = Field(index=True)
    """The day of the first digest that named it, or UNANNOUNCED; a merge keeps the earlier day."""
    published_on: date | None = None
    withdrawn_on: date | None = None
    author_count: int | None = None
    authors: list[str] | None = Field(default=None, sa_type=JSON)
    upvotes: int | None = None
    url: str | None = Field(default=None, max_length=2000)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What the source said beyond our columns, kept as it came."""
    merged_into: int | None = Field(
        default=None, sa_column=Column(BigId, ForeignKey("paper.id"), nullable=True, index=True)
    )
    """Set when another row turned out to be the same work; old editions still name this one."""


class IdentityKind(StrEnum):
    """How a paper can be recognised."""

    ARXIV = "arxiv"
    DOI = "doi"
    TITLE = "title"


class PaperIdentity(SQLModel, table=True):
    """One name by which a paper is known; no two papers share one."""

    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    paper_id: int = Field(
        sa_column=Column(BigId, ForeignKey("paper.id"), nullable=False, index=True)
    )
    kind: IdentityKind = Field(sa_type=choice(IdentityKind))
    value: str = Field(max_length=2000)


class PaperText(SQLModel, table=True):
    """One wording of a paper's title and abstract; appended, never changed.

    An abstract of None is unknown: its source shows none.
    """

    __table_args__ = (
        UniqueConstraint("paper_id", "version"),
        UniqueConstraint("paper_id", "fingerprint"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    paper_id: int = Field(sa_column=Column(BigId, ForeignKey("paper.id"), nullable=False))
    version: int
    source: str = Field(max_length=40)
    title: str
    abstract: str | None = None
    fingerprint: str = Field(max_length=64)
    """SHA-256 of title and abstract: a wording seen before adds no version."""


class DigestEntry(SQLModel, table=True):
    """A paper's place on a digest: what trending order is made of."""

    __table_args__ = (UniqueConstraint("digest_id", "paper_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    digest_id: int = Field(sa_column=Column(BigId, ForeignKey("digest.id"), nullable=False))
    paper_id: int = Field(
        sa_column=Column(BigId, ForeignKey("paper.id"), nullable=False, index=True)
    )
    position: int
    upvotes: int | None = None
    comments: int | None = None


class Space(SQLModel, table=True):
    """The feature space that papers and models share, as arrays; one is active.

    A newer one that is not active yet is being made ready; an older one is on its way out.
    """

    __table_args__ = (
        Index(
            "uq_space_active",
            "active",
            unique=True,
            sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    active: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    arrays: bytes = Field(sa_type=LargeBinary)
    fitted_at: datetime = Field(sa_type=UtcDateTime)
    paper_count: int
    """From how many of this installation's papers it was learnt; 0 for one that came with us."""
    known_papers: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default=text("0"))
    )
    """How many papers the installation had then: it is outgrown when there are many more."""
    fingerprint: str | None = Field(default=None, max_length=64)
    """SHA-256 of the arrays: who has read them once need not read them again."""
    correlation: float | None = None
    """How much the readers' rankings in it agree with those before: 1 is the same order."""


class PaperFeatures(SQLModel, table=True):
    """A paper's features in one space, computed once per wording."""

    paper_id: int = Field(sa_column=Column(BigId, ForeignKey("paper.id"), primary_key=True))
    space_id: int = Field(sa_column=Column(BigId, ForeignKey("space.id"), primary_key=True))
    text_version: int
    arrays: bytes = Field(sa_type=LargeBinary)
