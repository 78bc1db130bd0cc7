"""Ranking: texts become features, interests and verdicts become models, both become reasons.

Pure: no database, no clock, no network.
"""

from service.ranking.agreement import agreement
from service.ranking.arrays import ModelArrays
from service.ranking.authors import AuthorFinder
from service.ranking.candidates import Candidates
from service.ranking.choose import Portion, Slot
from service.ranking.features import Features, joined, pack, stored
from service.ranking.lifts import Lift
from service.ranking.model import fit
from service.ranking.profile import InterestText, Library, Profile
from service.ranking.rank import Ranked, Recommendation, Wish, ordered, recommend
from service.ranking.reasons import Part, Reason
from service.ranking.space import FeatureSpace
from service.ranking.taster import rank_texts
from service.ranking.words import whole_text

__all__ = [
    "AuthorFinder",
    "Candidates",
    "FeatureSpace",
    "Features",
    "InterestText",
    "Library",
    "Lift",
    "ModelArrays",
    "Part",
    "Portion",
    "Profile",
    "Ranked",
    "Reason",
    "Recommendation",
    "Slot",
    "Wish",
    "agreement",
    "fit",
    "joined",
    "ordered",
    "pack",
    "rank_texts",
    "recommend",
    "stored",
    "whole_text",
]
