"""Explaining: which words of a paper, or which paper liked before, carried a score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

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


class Explainer:
    """Finds the reasons of one round of ranking, paper by paper, so that readers share the work."""

    def __init__(
        self,
        candidates: Candidates,
        weights: Weights,
        models: Sequence[ModelArrays],
        liked: Library,
    ) -> None:
        self._candidates = candidates
        self._weights = weights
        self._models = models
        self._liked = liked
        self._likeness = candidates.features.likeness(liked.features)
        self._usual = self._likeness.sum(axis=0) / max(len(candidates.paper_ids), 1)

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
        known: dict[str, Term | None] = {}
        for at, choice in enumerate(chosen):
            for phrase in interests[choice.reader]:
                if phrase not in known:
                    known[phrase] = wording.phrase(phrase)
            phrases = [term for each in interests[choice.reader] if (term := known[each])]
            yield choice, self._reason(choice, wording.terms(added[:, at], phrases), added[:, at])

    def _added(self, wording: Wording, readers: Sequence[int]) -> Floats:
        """What each word of a paper added to these readers' scores: float32 (words × readers)."""
        space, anatomy = self._candidates.space, wording.anatomy
        themes = space.themes_.projection[anatomy.columns] @ self._weights.dense[:, readers]
        sparse = self._candidates.narrowed(anatomy.sparse) @ self._weights.sparse[:, readers]
        return np.asarray(sparse + anatomy.scale[:, None] * themes, np.float32)

    def _reason(self, choice: Choice, terms: Sequence[Term], added: Floats) -> Reason:
        """The liked paper if its likeness alone carried more than all terms that would be named."""
        paper_id, carried = self._closest(choice)
        if paper_id is not None and carried > sum(weight(term, added) for term in terms):
            return Reason("liked", paper_id=paper_id)
        return Reason("terms", tuple(term.text for term in terms)) if terms else TRENDING

    def _closest(self, choice: Choice) -> tuple[int | None, float]:
        """The liked paper that pulled the score most, beyond what it does to any paper."""
        model = self._models[choice.reader]
        held = [(each, at) for at, each in enumerate(model.liked) if each in self._liked]
        if not held:
            return None, 0.0
        rows = self._liked.rows([paper_id for paper_id, _ in held])
        pulls = model.pulls[[at for _, at in held]]
        carried = pulls * (self._likeness[choice.paper, rows] - self._usual[rows])
        best = int(np.argmax(carried))
        return held[best][0], float(carried[best])
