"""Evaluation: how well rankers guess what readers chose, on data that tells what they chose.

The rankers here are the product's own code, behind the interface that any other ranker can have.
"""

from service.ranking.evaluate.calibration import Bin, Calibration, calibrate
from service.ranking.evaluate.dataset import Dataset, Day, Reader, load
from service.ranking.evaluate.measure import Measured, Progress, measure, row
from service.ranking.evaluate.metrics import Interval, bootstrap, paired
from service.ranking.evaluate.rankers import ProductRanker, Ranker, StarterRanker, find_ranker
from service.ranking.evaluate.snips import Draw, SlotEstimate, estimate

__all__ = [
    "Bin",
    "Calibration",
    "Dataset",
    "Day",
    "Draw",
    "Interval",
    "Measured",
    "ProductRanker",
    "Progress",
    "Ranker",
    "Reader",
    "SlotEstimate",
    "StarterRanker",
    "bootstrap",
    "calibrate",
    "estimate",
    "find_ranker",
    "load",
    "measure",
    "paired",
    "row",
]
