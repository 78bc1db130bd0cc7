"""Choosing: which of a reader's ranked papers make an edition, and which one is drawn to explore."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Literal

Slot = Literal["ranked", "explored"]

POOL = 20
"""From so many papers behind the chosen ones at most the explored one is drawn."""
_UNSURE = 0.25
"""So probable beside the last chosen paper one must be to be drawn; of others the model is rather sure."""
_FEWEST_RANKED = 3
"""With fewer chosen ones beside it, a drawn paper would be too large a part of the edition."""
_EVEN = 0.5
"""How much of the draw is even; the rest follows the probabilities. It bounds 1 / propensity."""
_DECIMALS = 6

Twins = Mapping[int, Collection[int]]
"""The papers that say the same as each paper; who has none is left out."""


@dataclass(frozen=True)
class Portion:
    """How much one reader gets: at most `limit` papers, each as probable as `bar` at least.

    With `draw`, a number from 0 up to 1, the last slot goes to a paper that is drawn by it.
    """

    limit: int = 10
    bar: float = 0.0
    draw: float | None = None


@dataclass(frozen=True)
class Pick:
    """A paper's row, the slot that it fills, and how probable it was to be chosen for that slot."""

    paper: int
    slot: Slot = "ranked"
    propensity: float = 1.0


@dataclass(frozen=True)
class Selection:
    """One reader's papers in order; `pool` has all that might have been drawn, with propensities.

    `held_back` says that there would have been more, but for the reader's bar.
    """

    picks: tuple[Pick, ...]
    pool: tuple[tuple[int, float], ...] = ()
    held_back: bool = False


def select(
    order: Iterable[int],
    likely: Sequence[float],
    portion: Portion,
    twins: Twins,
    kept: Collection[int] = (),
) -> Selection:
    """One reader's edition from the rows of the papers they may get, best first.

    `likely` holds each row's probability, NaN where it is unknown: such a paper passes every bar, and
    is never drawn. `kept` are rows that no drawn paper may displace.
    """
    line = list(islice(_apart(order, twins), portion.limit + POOL))
    most = line[: portion.limit]
    chosen = [row for row in most if not likely[row] < portion.bar]
    room = len(chosen) < portion.limit
    ranked = chosen if room else chosen[:-1]
    plain = Selection(tuple(map(Pick, chosen)), held_back=len(chosen) < len(most))
    if portion.draw is None or len(ranked) < _FEWEST_RANKED or (not room and chosen[-1] in kept):
        return plain
    taken = set(ranked)
    pool = _pool(
        {row: likely[row] for row in line if row not in taken}, _UNSURE * likely[ranked[-1]]
    )
    if len(pool) < 2:
        return plain
    picks = (*plain.picks[: len(ranked)], _drawn(pool, portion.draw))
    return Selection(picks, pool, plain.held_back)


def _apart(order: Iterable[int], twins: Twins) -> Iterator[int]:
    """The rows without those that say the same as an earlier one."""
    if not twins:
        yield from order
        return
    met: set[int] = set()
    for row in order:
        if row not in met:
            met.update(twins.get(row, ()))
            yield row


def _pool(likely: Mapping[int, float], least: float) -> tuple[tuple[int, float], ...]:
    """The next papers of which nobody can be sure, and how probable each is to be drawn."""
    able = (row for row, chance in likely.items() if chance >= least)  # NaN is not
    held = list(islice(able, POOL))
    total = sum(likely[row] for row in held)
    even = _EVEN / max(len(held), 1)
    return tuple((row, round(even + (1 - _EVEN) * likely[row] / total, _DECIMALS)) for row in held)


def _drawn(pool: Sequence[tuple[int, float]], draw: float) -> Pick:
    ends = list(accumulate(share for _, share in pool))
    at = bisect_right(ends, draw * ends[-1])
    row, propensity = pool[min(at, len(pool) - 1)]
    return Pick(row, "explored", propensity)
