"""Calibration: how probable it is that a reader would say "more" to a paper of theirs.

A logistic regression on where the paper stands among the day's candidates, how these are spread and
how far they are from the background, and how much the reader has said. `make calibration` learns its
coefficients anew, from the ten best of held-out days of the readers of several sets, each set
counting as much as any other. Days that were thinned, so that many or few of the candidates are good,
have a small say: without them, nothing would seem good on a day when much is.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.ranking.arrays import ModelArrays
from service.ranking.features import Floats

LEARNT = "calibration.json"
_RANKS = (1, 3, 5, 10, 20, 40)
_BEST = -len(_RANKS)
"""Which of the features says where the best paper stands."""
_FLATTEST = 0.1


class Known(NamedTuple):
    """What is known of each reader, float32 (readers): how many likes and phrases they have, and mean
    and standard deviation of what their model scores the background's papers.
    """

    likes: Any
    phrases: Any
    usual: Any
    spread: Any

    @classmethod
    def of(cls, models: Sequence[ModelArrays], phrases: Sequence[int]) -> "Known":
        """What these models tell of readers who follow so many phrases."""
        told = [(len(model.liked), model.usual, model.spread) for model in models]
        likes, usual, spread = np.array(told, np.float32).reshape(-1, 3).T
        return cls(likes, np.array(phrases, np.float32), usual, spread)


class Day(NamedTuple):
    """What is known of each reader's day, float64 (readers × features), and where papers stand.

    Papers stand at so many standard deviations above the mean: float32 (readers × papers).
    """

    features: NDArray[np.float64]
    placed: Floats


@dataclass(frozen=True)
class Learnt:
    """The coefficients: of the features, their squares and products, and of the paper's place.

    `last` corrects the log-odds for what thinned days did to them: a constant, the log-odds, the
    likes, and their product. Features beyond `low` and `high` count no further, since nothing was learnt there.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    level: tuple[float, ...]
    slope: tuple[float, ...]
    last: tuple[float, ...] = (0.0, 1.0, 0.0, 0.0)

    def probabilities(self, day: Day) -> Floats:
        """The probability of each paper for each reader: float32 (readers × papers).

        A better place is never less probable. Beyond the best that was learnt of, it is as probable.
        """
        known = self.bounded(day.features)
        level, slope = squared(known) @ self.level, straight(known) @ self.slope
        placed = np.minimum(day.placed, self.high[_BEST])
        logits = level[:, None] + np.maximum(slope, _FLATTEST)[:, None] * placed
        start, turn, likes, both = self.last
        said = known[:, :1]
        logits = start + likes * said + np.maximum(turn + both * said, _FLATTEST) * logits
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    def bounded(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """The features between -1 and 1, which stand for the bounds; 0 for one that never changed."""
        low, high = np.array(self.low), np.array(self.high)
        known = 2 * (features - low) / np.maximum(high - low, 1e-9) - 1
        return np.where(high > low, np.clip(known, -1, 1), 0.0)

    def to_json(self) -> str:
        """The coefficients as text, for `from_json`."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Learnt":
        """The coefficients that `to_json` wrote."""
        return cls(**{name: tuple(values) for name, values in json.loads(text).items()})


def day_of(scores: Floats, known: Known) -> Day:
    """What the scores (readers × papers, at least one paper) tell of each reader's day.

    Its features are how many likes and phrases the reader has, how the scores are spread around
    which mean, how both compare with the background's, where the median is, and how far the best,
    third, fifth … stand above the mean.
    """
    mean, spread = scores.mean(axis=1), np.maximum(scores.std(axis=1), 1e-6)
    placed = (scores - mean[:, None]) / spread[:, None]
    ordered = np.sort(placed, axis=1)
    ranks = [ordered[:, -min(rank, ordered.shape[1])] for rank in _RANKS]
    median = np.median(ordered, axis=1)
    beyond, wider = (mean - known.usual) / known.spread, np.log(spread / known.spread)
    said = (np.log1p(known.likes), known.phrases)
    features = np.stack([*said, spread, mean, beyond, wider, median, *ranks], axis=1)
    return Day(features.astype(np.float64), placed)


def straight(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """A one and the features."""
    return np.hstack([np.ones((len(known), 1)), known])


def squared(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """A one, the features, and the product of each two of them."""
    first, second = np.triu_indices(known.shape[1])
    return np.hstack([straight(known), known[:, first] * known[:, second]])


def probabilities(scores: Floats, known: Known) -> Floats:
    """The probability of each paper for each reader: float32 (readers × papers).

    A better score is never less probable.
    """
    if not scores.size:
        return np.zeros(scores.shape, np.float32)
    return _learnt().probabilities(day_of(scores, known))


@cache
def _learnt() -> Learnt:
    return Learnt.from_json(files(__package__).joinpath(LEARNT).read_text(encoding="utf-8"))
