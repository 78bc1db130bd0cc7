"""Explaining: what carried a score (words, papers liked before, authors), and what to show of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from service.ranking.arrays import ModelArrays
from service.ranking.candidates import Candidates, Weights
from service.ranking.features import Floats
from service.ranking.lifts import Lift
from service.ranking.profile import Library
from service.ranking.reasons import TRENDING, Kind, Part, Reason
from service.ranking.snippets import Abstract
from service.ranking.terms import Term, Wording, weight

LIKED_NAMED = 2
_STANDS_OUT = 0.3
"""A liked paper is named if it carried more than the reader's other likes do on average, by so much
of all that spoke for the paper: where all resemble it alike, none of them is the reason."""
_AS_USUAL = 0.5
"""What a sentence adds counts beyond half of what as much of the paper adds on average: otherwise
the longest sentence would always be shown."""


class Choice(NamedTuple):
    """A paper chosen for a reader: the column of their weights, and the paper's row."""

    reader: int
    paper: int


@dataclass(frozen=True)
class Told:
    """Why a paper was chosen for a reader, and which sentences of its abstract speak to them."""

    reason: Reason = TRENDING
    snippet: tuple[int, ...] = ()


class Likes:
    """How alike the candidates are to papers that readers liked."""

    def __init__(self, candidates: Candidates, liked: Library) -> None:
        self._liked = liked
        likeness = candidates.features.likeness(liked.features)
        usual = likeness.sum(axis=0) / max(len(candidates.paper_ids), 1)
        self._beyond = likeness - usual

    def closest(self, model: ModelArrays, paper: int, least: float) -> list[tuple[int, float]]:
        """The liked papers that pulled a candidate's score most, and how much of it that was.

        What a liked paper does to any candidate does not count; it has to have carried `least` more
        than the reader's other likes on average.
        """
        held = [at for at, paper_id in enumerate(model.liked) if paper_id in self._liked]
        names = [model.liked[at] for at in held]
        carried = self._beyond[paper, self._liked.rows(names)] * model.pulls[held]
        others = (carried.sum() - carried) / max(len(held) - 1, 1)
        strongest = np.argsort(-carried, kind="stable")[:LIKED_NAMED].tolist()
        return [
            (names[at], float(carried[at])) for at in strongest if carried[at] - others[at] >= least
        ]


class Explainer:
    """Finds the reasons of one round of ranking, paper by paper, so that readers share the work."""

    def __init__(
        self,
        candidates: Candidates,
        weights: Weights,
        models: Sequence[ModelArrays],
        likes: Likes,
    ) -> None:
        self._candidates = candidates
        self._weights = weights
        self._models = models
        self._likes = likes

    def tell(
        self,
        choices: Sequence[Choice],
        interests: Sequence[Sequence[str]],
        lifts: Mapping[Choice, tuple[Lift, float]],
    ) -> dict[Choice, Told]:
        """Why each of these papers was chosen; `interests` are the phrases of each reader.

        `lifts` tell what raised a paper beyond its text, and by how much.
        """
        by_paper: dict[int, list[Choice]] = {}
        for choice in choices:
            by_paper.setdefault(choice.paper, []).append(choice)
        return {
            choice: told
            for paper, chosen in by_paper.items()
            for choice, told in self._of_paper(paper, chosen, interests, lifts)
        }

    def _of_paper(
        self,
        paper: int,
        chosen: Sequence[Choice],
        interests: Sequence[Sequence[str]],
        lifts: Mapping[Choice, tuple[Lift, float]],
    ) -> Iterator[tuple[Choice, Told]]:
        wording = self._candidates.wording(paper)
        abstract = Abstract.of(wording.text, wording.anatomy.types)
        added = self._added(wording, [choice.reader for choice in chosen])
        for at, choice in enumerate(chosen):
            mine = added[:, at]
            found = [wording.phrase(each) for each in interests[choice.reader]]
            terms = wording.terms(mine, [term for term in found if term])
            reason = self._reason(choice, terms, mine, lifts.get(choice))
            usual = max(float(mine.sum()), 0.0) * _AS_USUAL
            yield choice, Told(reason, abstract.snippet(mine - usual * wording.room))

    def _added(self, wording: Wording, readers: Sequence[int]) -> Floats:
        """What each word of a paper added to these readers' scores: float32 (words × readers)."""
        space, anatomy = self._candidates.space, wording.anatomy
        weights, themes = self._candidates.carried(self._weights, wording.columns, readers)
        added = wording.table @ weights
        if space.dimensions_:
            scale = anatomy.scale[:, None]
            added = added + scale * (space.themes_.projection[anatomy.columns] @ themes)
        return np.asarray(added, np.float32)

    def _reason(
        self,
        choice: Choice,
        terms: Sequence[Term],
        added: Floats,
        lift: tuple[Lift, float] | None,
    ) -> Reason:
        """All that is worth naming, with its share; its kind is what carried most together."""
        raised = lift[1] if lift else 0.0
        whole = float(np.maximum(added, 0).sum()) + raised
        if whole <= 0:
            return TRENDING
        liked = [
            Part("liked", name, _share(carried, whole))
            for name, carried in self._likes.closest(
                self._models[choice.reader], choice.paper, _STANDS_OUT * whole
            )
        ]
        named = [Part("term", each.text, _share(weight(each, added), whole)) for each in terms]
        author = [Part("author", lift[0].author, _share(raised, whole))] if lift else []
        by_kind: dict[Kind, list[Part]] = {"terms": named, "liked": liked, "author": author}
        parts = [part for each in by_kind.values() for part in each]
        if not parts:
            return TRENDING
        kind = max(by_kind, key=lambda each: sum(part.share or 0 for part in by_kind[each]))
        return Reason(kind, tuple(sorted(parts, key=lambda part: -(part.share or 0))))


def _share(carried: float, whole: float) -> float:
    return round(min(carried / whole, 1.0), 3)
