"""Ranking: texts become features, interests and verdicts become models, both become reasons.

Pure: no database, no clock, no network. scikit-learn is needed where a space is fitted, and
imported there only.
"""

from service.ranking.agreement import agreement
from service.ranking.arrays import ModelArrays
from service.ranking.candidates import Candidates
from service.ranking.features import Features, joined, pack, stored
from service.ranking.model import fit
from service.ranking.profile import InterestText, Library, Profile
from service.ranking.rank import Ranked, Recommendation, Wish, recommend
from service.ranking.reasons import Reason
from service.ranking.space import FeatureSpace
from service.ranking.taster import rank_texts
from service.ranking.words import whole_text

__all__ = [
    "Candidates",
    "FeatureSpace",
    "Features",
    "InterestText",
    "Library",
    "ModelArrays",
    "Profile",
    "Ranked",
    "Reason",
    "Recommendation",
    "Wish",
    "agreement",
    "fit",
    "joined",
    "pack",
    "rank_texts",
    "recommend",
    "stored",
    "whole_text",
]
