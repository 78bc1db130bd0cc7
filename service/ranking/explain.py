"""Explaining: which words of a paper, or which paper liked before, carried a score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.ranking.arrays import ModelArrays
from service.ranking.candidates import Candidates, Weights
from service.ranking.features import Floats
from service.ranking.profile import Library
from service.ranking.reasons import TRENDING, Reason
from service.ranking.terms import Term, Wording, weight


@dataclass(frozen=True)
class Choice:
    """A paper chosen for a reader: the column of their weights, and the paper's row."""

    reader: int
    paper: int


class Likes:
    """How alike the candidates are to papers that readers liked."""

    def __init__(self, candidates: Candidates, liked: Library) -> None:
        self._liked = liked
        likeness = candidates.features.likeness(liked.features)
        usual = likeness.sum(axis=0) / max(len(candidates.paper_ids), 1)
        self._beyond = likeness - usual

    def closest(self, model: ModelArrays) -> tuple[NDArray[np.int64], Floats]:
        """Per candidate, the liked paper that pulled its score most, and how much of it that was.

        What a liked paper does to any candidate does not count. A reader without likes has none.
        """
        held = [at for at, paper_id in enumerate(model.liked) if paper_id in self._liked]
        papers = len(self._beyond)
        if not held:
            return np.zeros(papers, np.int64), np.zeros(papers, np.float32)
        names = np.array(model.liked, np.int64)[held]
        carried = self._beyond[:, self._liked.rows(names.tolist())] * model.pulls[held]
        best = carried.argmax(axis=1)
        return names[best], carried[np.arange(papers), best]


class Explainer:
    """Finds the reasons of one round of ranking, paper by paper, so that readers share the work."""

    def __init__(
        self, candidates: Candidates, weights: Weights, models: Sequence[ModelArrays], likes: Likes
    ) -> None:
        self._candidates = candidates
        self._weights = weights
        self._closest = [likes.closest(model) for model in models]

    def reasons(
        self, choices: Sequence[Choice], interests: Sequence[Sequence[str]]
    ) -> dict[Choice, Reason]:
        """Why each of these papers was chosen; `interests` are the phrases of each reader."""
        by_paper: dict[int, list[Choice]] = {}
        for choice in choices:
            by_paper.setdefault(choice.paper, []).append(choice)
        return {
            choice: reason
            for paper, chosen in by_paper.items()
            for choice, reason in self._of_paper(paper, chosen, interests)
        }

    def _of_paper(
        self, paper: int, chosen: Sequence[Choice], interests: Sequence[Sequence[str]]
    ) -> Iterator[tuple[Choice, Reason]]:
        wording = self._candidates.wording(paper)
        added = self._added(wording, [choice.reader for choice in chosen])
        for at, choice in enumerate(chosen):
            found = [wording.phrase(each) for each in interests[choice.reader]]
            terms = wording.terms(added[:, at], [term for term in found if term])
            yield choice, self._reason(choice, terms, added[:, at])

    def _added(self, wording: Wording, readers: Sequence[int]) -> Floats:
        """What each word of a paper added to these readers' scores: float32 (words × readers)."""
        space, anatomy = self._candidates.space, wording.anatomy
        weights, themes = self._candidates.carried(self._weights, wording.columns, readers)
        added = wording.table @ weights
        if space.dimensions_:
            scale = anatomy.scale[:, None]
            added = added + scale * (space.themes_.projection[anatomy.columns] @ themes)
        return np.asarray(added, np.float32)

    def _reason(self, choice: Choice, terms: Sequence[Term], added: Floats) -> Reason:
        """The liked paper, if its likeness carried more than all terms named; otherwise those."""
        names, carried = self._closest[choice.reader]
        if carried[choice.paper] > sum(weight(term, added) for term in terms):
            return Reason("liked", paper_id=int(names[choice.paper]))
        return Reason("terms", tuple(term.text for term in terms)) if terms else TRENDING
