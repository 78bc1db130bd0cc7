"""Calibration: whether papers that are called likely are chosen as often as they are called so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10
_SURE = 1e-6


@dataclass(frozen=True)
class Bin:
    """Papers of about the same probability: the mean of what was told, how many came true."""

    told: float
    came_true: float
    papers: int


@dataclass(frozen=True)
class Calibration:
    """How far probabilities can be trusted.

    `error` is the expected calibration error over bins of equal mass (Naeini et al., 2015);
    `base_log_loss` is that of always telling the share of all that came true.
    """

    bins: tuple[Bin, ...]
    error: float
    log_loss: float
    base_log_loss: float

    @property
    def gain(self) -> float:
        """By which part the log-loss is under that of the base rate."""
        return 1 - self.log_loss / self.base_log_loss


def calibrate(told: Sequence[tuple[float, bool]]) -> Calibration | None:
    """The calibration of what was told; None where nothing was, or always the same came true."""
    if not told or len({true for _, true in told}) < 2:
        return None
    likely, true = np.array(told, np.float64).T
    order = np.argsort(likely, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    bins = tuple(
        Bin(float(likely[part].mean()), float(true[part].mean()), len(part)) for part in parts
    )
    error = sum(each.papers * abs(each.told - each.came_true) for each in bins) / len(told)
    base = np.full_like(true, true.mean())
    return Calibration(bins, error, _log_loss(likely, true), _log_loss(base, true))


def _log_loss(likely: np.ndarray, true: np.ndarray) -> float:
    bounded = np.clip(likely, _SURE, 1 - _SURE)
    return float(-np.mean(true * np.log(bounded) + (1 - true) * np.log(1 - bounded)))
