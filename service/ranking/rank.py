"""Ranking: many readers' models against the window's papers in one product, best first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from service.ranking.arrays import ModelArrays
from service.ranking.calibration import probabilities
from service.ranking.candidates import Candidates, Weights
from service.ranking.explain import Choice, Explainer, Likes, Told
from service.ranking.features import Floats
from service.ranking.lifts import Lift, lifted
from service.ranking.profile import Library
from service.ranking.reasons import Reason

_AT_ONCE = 200  # readers; their weights side by side fill some 40 MB
_DECIMALS = 5
"""Scores nearer than this are equal: the last bits depend on how many readers were scored at once."""


@dataclass(frozen=True)
class Recommendation:
    """A paper for one reader, its score, and what carried it.

    `snippet` numbers the sentences of its abstract, from 0, that speak most to the reader.
    `probability` says how probable it is that the reader would say "more"; it is unknown where
    they have not said what they want.
    """

    paper_id: int
    score: float
    reason: Reason
    snippet: tuple[int, ...] = ()
    probability: float | None = None


@dataclass(frozen=True)
class Ranked:
    """One reader's papers, best first; `trending` if the order is the digest's own."""

    recommendations: list[Recommendation]
    trending: bool


@dataclass(frozen=True)
class Wish:
    """What one reader is to get: at most `limit` papers, none left out, none that is muted.

    A model of None stands for a reader of whom nothing is known. `lifts` raise papers, by their id.
    """

    model: ModelArrays | None = None
    interests: tuple[str, ...] = ()
    mutes: tuple[str, ...] = ()
    left_out: frozenset[int] = frozenset()
    limit: int = 10
    lifts: Mapping[int, Lift] = field(default_factory=dict)


def recommend(candidates: Candidates, wishes: Sequence[Wish], liked: Library) -> list[Ranked]:
    """The best candidates for each wish, in order; equal scores keep the trending order.

    `liked` holds the features of papers that the readers liked, to say which one a paper
    resembles. A reader who has said nothing yet gets the trending order; one who has only said
    what they dislike gets it with that kind of paper further down.
    """
    likes = Likes(candidates, liked)
    ranked: list[Ranked] = []
    for start in range(0, len(wishes), _AT_ONCE):
        ranked += _recommend(candidates, wishes[start : start + _AT_ONCE], likes)
    return ranked


def _recommend(candidates: Candidates, wishes: Sequence[Wish], likes: Likes) -> Iterator[Ranked]:
    models = [wish.model or ModelArrays.empty() for wish in wishes]
    weights = candidates.weights(models)
    scores = scored(candidates, models, weights)
    raised = lifted(scores, [wish.lifts for wish in wishes], candidates.places)
    scores = np.round(scores + raised, _DECIMALS)
    likely = _probabilities(scores, models, wishes)
    trending = [not model.positive for model in models]
    chosen = [
        [Choice(reader, paper) for paper in papers]
        for reader, papers in enumerate(_best(scores, candidates, wishes))
    ]
    lifts = {
        choice: (wish.lifts[candidates.paper_ids[choice.paper]], float(raised[choice]))
        for wish, one in zip(wishes, chosen, strict=True)
        for choice in one
        if raised[choice] > 0
    }
    explained = [
        choice for one in chosen for choice in one if not trending[choice.reader] or choice in lifts
    ]
    explainer = Explainer(candidates, weights, models, likes)
    told = explainer.tell(explained, [wish.interests for wish in wishes], lifts)
    for one, known in zip(chosen, trending, strict=True):
        papers = [
            _recommendation(candidates, scores, told, choice, None if known else likely[choice])
            for choice in one
        ]
        yield Ranked(papers, known)


def scored(candidates: Candidates, models: Sequence[ModelArrays], weights: Weights) -> Floats:
    """What papers are ranked by: float32 (readers × papers); who wants nothing gets the digest's order."""
    scores = candidates.scores(weights).T
    trending = np.array([not model.positive for model in models], bool)
    scores[trending] += np.linspace(1, 0, scores.shape[1], endpoint=False, dtype=np.float32)
    return np.asarray(np.round(scores, _DECIMALS), np.float32)


def _probabilities(scores: Floats, models: Sequence[ModelArrays], wishes: Sequence[Wish]) -> Floats:
    likes = np.array([len(model.liked) for model in models], np.float32)
    phrases = np.array([len(wish.interests) for wish in wishes], np.float32)
    return probabilities(scores, likes, phrases)


def _best(scores: Floats, candidates: Candidates, wishes: Sequence[Wish]) -> Iterator[list[int]]:
    """The rows of the best papers for each wish; the columns of `scores` are in trending order."""
    order = np.argsort(-scores, axis=1, kind="stable")
    for row, wish in zip(order.tolist(), wishes, strict=True):
        barred = _barred(candidates, wish)
        free = (paper for paper in row if paper not in barred)
        yield list(islice(free, wish.limit))


def _barred(candidates: Candidates, wish: Wish) -> set[int]:
    places = candidates.places
    barred = {places[paper_id] for paper_id in wish.left_out if paper_id in places}
    for phrase in wish.mutes:
        barred.update(candidates.finder.holders(phrase).tolist())
    return barred


def _recommendation(
    candidates: Candidates,
    scores: Floats,
    told: Mapping[Choice, Told],
    choice: Choice,
    likely: float | None,
) -> Recommendation:
    score = round(float(scores[choice]), _DECIMALS)
    why = told.get(choice, Told())
    probability = None if likely is None else round(float(likely), 3)
    paper_id = candidates.paper_ids[choice.paper]
    return Recommendation(paper_id, score, why.reason, why.snippet, probability)
