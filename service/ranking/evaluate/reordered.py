"""Reordered: how past editions compare with the order in which a ranker puts the same papers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.ranking.agreement import agreement


@dataclass
class Reordered:
    """What the new orders of so many editions came to; every list has a value an edition or paper.

    `agreements` are rank correlations (Spearman) over an edition's papers; `kept` is the share of
    them among as many of the new best. `more` and `less` say of each paper that its reader called
    so which part of the other candidates it now leaves behind it.
    """

    editions: int = 0
    readers: set[int] = field(default_factory=set)
    agreements: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    more: list[float] = field(default_factory=list)
    less: list[float] = field(default_factory=list)

    def add(
        self,
        reader: int,
        ranked: Sequence[int],
        order: Sequence[int],
        *,
        more: Collection[int] = (),
        less: Collection[int] = (),
    ) -> None:
        """One more edition: the papers it ranked, best first, and the new order of all candidates.

        Papers that are no candidates any more are left out.
        """
        self.editions += 1
        self.readers.add(reader)
        places = {paper: place for place, paper in enumerate(order)}
        held = [paper for paper in ranked if paper in places]
        told = agreement([held], [order])
        self.agreements += [] if told is None else [told]
        self.kept += [len(set(held) & set(order[: len(held)])) / len(held)] if held else []
        for papers, values in ((more, self.more), (less, self.less)):
            values += [_behind(places[paper], len(order)) for paper in papers if paper in places]


def _behind(place: int, papers: int) -> float:
    return 1 - place / (papers - 1) if papers > 1 else 1.0


def mean(values: Sequence[float]) -> float | None:
    """The mean; None where there is nothing to take it of."""
    return float(np.mean(values)) if values else None
