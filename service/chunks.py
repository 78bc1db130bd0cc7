"""Chunks: work on many readers at once, and on each alone only where it must be."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

Item = TypeVar("Item")
Done = TypeVar("Done")

CHUNK = 500
"""Readers whom one task works for."""


def chunks(items: Sequence[Item], size: int = CHUNK) -> list[list[Item]]:
    """The items in order, so many at a time."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def apart(
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Done],
    alone: Callable[[Item, Exception], Done],
) -> list[Done]:
    """Work on all together; where that fails, on halves, until what stops it stands alone.

    An error of the database is nobody's fault here, and goes up.
    """
    try:
        return [work(items)] if items else []
    except (SQLAlchemyError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the others
        if len(items) == 1:
            return [alone(items[0], error)]
        middle = len(items) // 2
        return apart(items[:middle], work, alone) + apart(items[middle:], work, alone)
