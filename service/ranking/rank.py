"""Ranking: many readers' models against the window's papers in one product, best first."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.ranking.arrays import ModelArrays
from service.ranking.calibration import Known, probabilities
from service.ranking.candidates import Candidates, Weights
from service.ranking.choose import Pick, Portion, Selection, Slot, select
from service.ranking.explain import Choice, Explainer, Likes, Told
from service.ranking.features import Floats
from service.ranking.lifts import Lift, lifted
from service.ranking.profile import Library
from service.ranking.reasons import Reason
from service.ranking.variety import varied

_AT_ONCE = 50  # readers; their weights side by side, some 6 MB, stay near the processor
_DECIMALS = 5
"""Scores nearer than this are equal: the last bits depend on how many readers were scored at once."""

_FEWEST_COMPARED = 30
"""What a score means is known from days with many candidates; among fewer nobody knows."""


@dataclass(frozen=True)
class Recommendation:
    """A paper for one reader, its score, and what carried it.

    `snippet` numbers the sentences of its abstract, from 0, that speak most to the reader.
    `probability` says how probable it is that the reader would say "more"; it is unknown where
    they have not said what they want, where there are few candidates to compare it with, and for
    papers by an author they follow. `propensity` says how probable the paper was to fill its `slot`.
    """

    paper_id: int
    score: float
    reason: Reason
    snippet: tuple[int, ...] = ()
    probability: float | None = None
    slot: Slot = "ranked"
    propensity: float = 1.0


@dataclass(frozen=True)
class Ranked:
    """One reader's papers, best first; `trending` if the order is the digest's own.

    `pool` has the ids of all papers that the explored one was drawn from, with their propensities;
    `held_back` says that there would have been more, but for the reader's bar.
    """

    recommendations: list[Recommendation]
    trending: bool
    pool: tuple[tuple[int, float], ...] = ()
    held_back: bool = False


@dataclass(frozen=True)
class Wish:
    """What one reader is to get: a portion of the papers, none left out, none that is muted.

    A model of None stands for a reader of whom nothing is known. `lifts` raise papers, by their id.
    What says the same as a paper that is left out is left out, too.
    """

    model: ModelArrays | None = None
    interests: tuple[str, ...] = ()
    mutes: tuple[str, ...] = ()
    left_out: frozenset[int] = frozenset()
    portion: Portion = field(default_factory=Portion)
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
    likely = _probabilities(scores, raised, models, wishes)
    scores = np.round(scores + raised, _DECIMALS)
    chosen = list(_selections(scores, likely, raised, candidates, wishes))
    choices = [
        Choice(reader, pick.paper)
        for reader, each in enumerate(chosen)
        for pick in each.picks
        if models[reader].positive or raised[reader, pick.paper] > 0
    ]
    lifts = {
        choice: (
            wishes[choice.reader].lifts[candidates.paper_ids[choice.paper]],
            float(raised[choice]),
        )
        for choice in choices
        if raised[choice] > 0
    }
    explainer = Explainer(candidates, weights, models, likes)
    told = explainer.tell(choices, [wish.interests for wish in wishes], lifts)
    for reader, (each, model) in enumerate(zip(chosen, models, strict=True)):
        papers = [
            _recommendation(candidates, pick, scores[reader], likely[reader], why)
            for pick in each.picks
            for why in (told.get(Choice(reader, pick.paper), Told()),)
        ]
        pool = tuple((candidates.paper_ids[row], share) for row, share in each.pool)
        yield Ranked(papers, not model.positive, pool, each.held_back)


def ordered(candidates: Candidates, scores: Floats, wishes: Sequence[Wish]) -> Iterator[list[int]]:
    """All papers that each wish lets through, best first by any ranker's float32 (readers × papers).

    Lifts count, and of papers that tell the same only the best is there; portions do not count.
    """
    raised = lifted(scores, [wish.lifts for wish in wishes], candidates.places)
    unknown = [math.nan] * scores.shape[1]
    for may in _orders(scores + raised, candidates, wishes):
        picks = select(may, unknown, Portion(len(may)), candidates.twins).picks
        yield [candidates.paper_ids[pick.paper] for pick in picks]


def scored(candidates: Candidates, models: Sequence[ModelArrays], weights: Weights) -> Floats:
    """What papers are ranked by, second tastes in their right: float32 (readers × papers).

    Who wants nothing gets the digest's order.
    """
    scores = candidates.scores(weights).T
    trending = np.array([not model.positive for model in models], bool)
    scores[trending] += np.linspace(1, 0, scores.shape[1], endpoint=False, dtype=np.float32)
    scores = varied(scores, candidates.second(weights).T, weights.strength)
    return np.asarray(np.round(scores, _DECIMALS), np.float32)


def _probabilities(
    scores: Floats, raised: Floats, models: Sequence[ModelArrays], wishes: Sequence[Wish]
) -> Floats:
    """How probable "more" is: float32 (readers × papers), NaN where nobody knows."""
    likely = probabilities(scores, Known.of(models, [len(wish.interests) for wish in wishes]))
    unknown = (raised > 0) | (scores.shape[1] < _FEWEST_COMPARED)
    unknown[[not model.positive for model in models]] = True
    likely[unknown] = np.nan
    return likely


def _selections(
    scores: Floats,
    likely: Floats,
    raised: Floats,
    candidates: Candidates,
    wishes: Sequence[Wish],
) -> Iterator[Selection]:
    """What each reader gets."""
    orders = _orders(scores, candidates, wishes)
    chances = likely.tolist()
    for reader, (may, wish) in enumerate(zip(orders, wishes, strict=True)):
        kept = np.flatnonzero(raised[reader]).tolist() if wish.lifts else ()
        yield select(may, chances[reader], wish.portion, candidates.twins, kept)


def _orders(scores: Floats, candidates: Candidates, wishes: Sequence[Wish]) -> Iterator[list[int]]:
    """The rows that each reader may get, best first; the columns of `scores` are in trending order."""
    barred = _barred(candidates, wishes)
    order = np.argsort(np.where(barred, np.inf, -scores), axis=1, kind="stable")
    for row, free in zip(order, (~barred).sum(axis=1).tolist(), strict=True):
        yield row[:free].tolist()


def _barred(candidates: Candidates, wishes: Sequence[Wish]) -> NDArray[np.bool_]:
    """Which papers each reader must not get: bool (readers × papers)."""
    barred = np.zeros((len(wishes), len(candidates.paper_ids)), bool)
    left_out = [np.fromiter(wish.left_out, np.int64, len(wish.left_out)) for wish in wishes]
    sizes = [len(each) for each in left_out]
    reader = np.repeat(np.arange(len(wishes)), sizes)
    row = candidates.rows(np.concatenate([np.zeros(0, np.int64), *left_out]))
    barred[reader[row >= 0], row[row >= 0]] = True
    left = barred.copy()
    for paper, same in candidates.twins.items():
        barred[:, sorted(same)] |= left[:, [paper]]
    for at, wish in enumerate(wishes):
        for phrase in wish.mutes:
            barred[at, candidates.finder.holders(phrase)] = True
    return barred


def _recommendation(
    candidates: Candidates, pick: Pick, scores: Floats, likely: Floats, why: Told
) -> Recommendation:
    chance = float(likely[pick.paper])
    return Recommendation(
        paper_id=candidates.paper_ids[pick.paper],
        score=round(float(scores[pick.paper]), _DECIMALS),
        reason=why.reason,
        snippet=why.snippet,
        probability=None if math.isnan(chance) else round(chance, 3),
        slot=pick.slot,
        propensity=pick.propensity,
    )
