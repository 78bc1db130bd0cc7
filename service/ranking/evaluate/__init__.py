"""Evaluation: how well rankers guess what readers chose, on data that tells what they chose.

The rankers here are the product's own code, behind the interface that any other ranker can have.
"""

from service.ranking.evaluate.calibration import Bin, Calibration, calibrate
from service.ranking.evaluate.dataset import Dataset, Day, Paper, Reader, load
from service.ranking.evaluate.measure import Measured, Progress, measure, row
from service.ranking.evaluate.metrics import Interval, bootstrap, paired
from service.ranking.evaluate.rankers import (
    Model,
    ProductModel,
    ProductRanker,
    Ranker,
    SpaceRanker,
    StarterRanker,
    find_ranker,
)
from service.ranking.evaluate.reordered import Reordered, mean
from service.ranking.evaluate.snips import Draw, SlotEstimate, estimate

__all__ = [
    "Bin",
    "Calibration",
    "Dataset",
    "Day",
    "Draw",
    "Interval",
    "Measured",
    "Model",
    "Paper",
    "ProductModel",
    "ProductRanker",
    "Progress",
    "Ranker",
    "Reader",
    "Reordered",
    "SlotEstimate",
    "SpaceRanker",
    "StarterRanker",
    "bootstrap",
    "calibrate",
    "estimate",
    "find_ranker",
    "load",
    "mean",
    "measure",
    "paired",
    "row",
]
