"""Calibration: how probable it is that a reader would say "more" to a paper of theirs.

A logistic regression on where the paper stands among the day's candidates, how these are spread,
and how much the reader has said. Its coefficients were learnt on the ten best of held-out days of
251 readers of two kinds, each kind counting half; cross-validated by reader in both.
"""

import numpy as np

from service.ranking.features import Floats

_INTERCEPT = -3.5693
_LEVEL = (
    *(
        -18.8545,
        0.4222,
        -0.1116,
        0.1489,
        -0.4575,
        0.0882,
    ),  # spread, mean, best, tenth, median, tenth²
    *(0.6691, -0.0331, 0.8912, -0.0271, -0.3072, -1.8594, 0.1246),  # likes, …, phrases
)
_SLOPE = (0.9974, 14.2527, -0.0328, -0.3851)
_RANGES = ((0.018, 0.093), (0.4, 0.636), (2.786, 9.3), (0.563, 2.938), (-0.415, -0.076))
"""Between which values of spread, mean, best, tenth and median it was learnt; beyond, no further."""
_MOST_LIKES, _MOST_PHRASES = 50, 4
_FLATTEST = 0.1
_LENGTH = 10


def probabilities(scores: Floats, likes: Floats, phrases: Floats) -> Floats:
    """The probability of each paper for each reader: float32 (readers × papers).

    `likes` and `phrases` are how many each reader has. A better score is never less probable.
    """
    if not scores.size:
        return np.zeros(scores.shape, np.float32)
    mean, spread = scores.mean(axis=1), np.maximum(scores.std(axis=1), 1e-6)
    placed = (scores - mean[:, None]) / spread[:, None]
    ordered = np.sort(placed, axis=1)
    last = ordered[:, -min(_LENGTH, ordered.shape[1])]
    raw = (spread, mean, ordered[:, -1], last, np.median(placed, axis=1))
    values = [np.clip(each, *span) for each, span in zip(raw, _RANGES, strict=True)]
    spread, mean, best, tenth, median = values
    said = np.log1p(np.minimum(likes, _MOST_LIKES))
    asked = np.minimum(phrases, _MOST_PHRASES)
    crossed = (median * said, tenth * said, mean * said, spread * said)
    level = np.stack([*values, tenth**2, said, said**2, *crossed, asked], axis=1) @ _LEVEL
    slope = np.stack([np.ones_like(said), spread, said, tenth], axis=1) @ _SLOPE
    placed = np.minimum(placed, best[:, None])
    logits = _INTERCEPT + level[:, None] + np.maximum(slope, _FLATTEST)[:, None] * placed
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
