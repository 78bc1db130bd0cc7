"""What the clock leaves behind: when each of its hands last moved."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.db import BigId, UtcDateTime


class Tick(SQLModel, table=True):
    """The last time that something regular happened, as a worker saw it."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(unique=True, max_length=40)
    at: datetime = Field(sa_type=UtcDateTime)
