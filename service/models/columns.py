"""Column types that the tables share."""

import secrets
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum
from sqlmodel import SQLModel

# One naming rule for constraints, set before any table is made, so that both databases and
# Alembic call them alike.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def choice(values: type[StrEnum]) -> Any:
    """A column that holds one of these words, checked by the database and stored as the word."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
        name=values.__name__.lower(),
    )


def new_public_id() -> int:
    """A random 63-bit name for the outside, which tells nothing of how many there are."""
    return secrets.randbits(63)
