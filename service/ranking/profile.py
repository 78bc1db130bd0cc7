"""What a model learns from: a reader's phrases and verdicts, and the papers these speak of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.ranking.features import Features
from service.ranking.space import FeatureSpace


@dataclass(frozen=True)
class InterestText:
    """A word or phrase that a reader follows; the weight says how much it counts beside others."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Profile:
    """A reader's phrases, and the papers they judged, named by their id in a `Library`.

    `weights` has the papers that count otherwise than 1, such as those that were judged long ago.
    """

    interests: tuple[InterestText, ...] = ()
    liked: tuple[int, ...] = ()
    disliked: tuple[int, ...] = ()
    weights: Mapping[int, float] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to learn from."""
        return not (self.interests or self.liked or self.disliked)


@dataclass(frozen=True)
class Library:
    """Papers by id, with their features in one space."""

    paper_ids: Sequence[int]
    features: Features
    _rows: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rows = {paper_id: row for row, paper_id in enumerate(self.paper_ids)}
        object.__setattr__(self, "_rows", rows)

    def __contains__(self, paper_id: object) -> bool:
        return paper_id in self._rows

    def rows(self, paper_ids: Sequence[int]) -> NDArray[np.int64]:
        """Where those of these papers that are here stand."""
        return np.array([self._rows[each] for each in paper_ids if each in self._rows], np.int64)

    def held(self, paper_ids: Sequence[int]) -> tuple[int, ...]:
        """Those of these papers that are here."""
        return tuple(each for each in paper_ids if each in self._rows)

    def only(self, paper_ids: Sequence[int]) -> "Library":
        """A library of those of these papers that are here."""
        return Library(self.held(paper_ids), self.features.take(self.rows(paper_ids)))

    @classmethod
    def nothing(cls, space: FeatureSpace) -> "Library":
        """A library without papers."""
        return cls((), space.unpack([]))
