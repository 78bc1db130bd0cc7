"""Column types that the tables share."""

import secrets
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum


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
