"""Rankers: the product's own code behind the interface that evaluations speak."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from service.errors import WrongInput
from service.ranking.arrays import ModelArrays
from service.ranking.calibration import Known, probabilities
from service.ranking.candidates import Candidates
from service.ranking.evaluate.dataset import Paper
from service.ranking.features import Floats
from service.ranking.model import fit
from service.ranking.profile import InterestText, Library, Profile
from service.ranking.rank import scored
from service.ranking.space import FeatureSpace
from service.ranking.words import whole_text


class Model(Protocol):
    """What was learnt of one reader."""

    def score(self, papers: Sequence[Paper]) -> Sequence[float]:
        """A number a paper; higher is more relevant."""


class Ranker(Protocol):
    """Learns of readers, one at a time."""

    def fit(
        self, interests: Sequence[str], likes: Sequence[Paper], dislikes: Sequence[Paper]
    ) -> Model:
        """A model of someone with these interests and verdicts."""


MakeRanker = Callable[[Sequence[Paper]], Ranker]


class _Ranker:
    """One space for all readers; each paper's features are computed once, and kept as stored."""

    def __init__(self, space: FeatureSpace) -> None:
        self.space = space
        self._rows: dict[str, tuple[int, bytes]] = {}
        self._last: tuple[tuple[str, ...], Candidates] | None = None

    def prepare(self, papers: Sequence[Paper]) -> None:
        """Compute features beforehand, as the product does when papers come in."""
        new = {each["id"]: each for each in papers if each["id"] not in self._rows}
        packed = self.space.packed(_text(each) for each in new.values())
        for name, blob in zip(new, packed, strict=True):
            self._rows[name] = (len(self._rows), blob)

    def fit(
        self,
        interests: Sequence[str | InterestText],
        likes: Sequence[Paper],
        dislikes: Sequence[Paper],
        weights: Mapping[str, float] | None = None,
    ) -> "ProductModel":
        """The reader's model, as it comes back from the database.

        `weights` has the papers, by name, that count otherwise than 1.
        """
        library = self.library([*likes, *dislikes])
        profile = Profile(
            tuple(InterestText(each) if isinstance(each, str) else each for each in interests),
            tuple(library.paper_ids[: len(likes)]),
            tuple(library.paper_ids[len(likes) :]),
            {self._rows[name][0]: weight for name, weight in (weights or {}).items()},
        )
        (model,) = fit(self.space, [profile], library)
        stored = ModelArrays.from_bytes(model.to_bytes())
        return ProductModel(self, stored, len(interests))

    def library(self, papers: Sequence[Paper]) -> Library:
        """These papers with their features, as the product would read them back."""
        self.prepare(papers)
        held = [self._rows[each["id"]] for each in papers]
        ids = tuple(number for number, _ in held)
        return Library(ids, self.space.unpack([blob for _, blob in held]))

    def candidates(self, papers: Sequence[Paper]) -> Candidates:
        """These papers, ready to be ranked; the same as last time are not made ready anew."""
        names = tuple(each["id"] for each in papers)
        if self._last is None or self._last[0] != names:
            held = self.library(papers)
            texts = tuple(map(_text, papers))
            made = Candidates(self.space, tuple(held.paper_ids), texts, held.features)
            self._last = (names, made)
        return self._last[1]


class ProductModel:
    """One reader's stored model, which scores as editions are ranked."""

    def __init__(self, ranker: _Ranker, arrays: ModelArrays, phrases: int) -> None:
        self.arrays = arrays
        self._phrases = phrases
        self._ranker = ranker

    def score(self, papers: Sequence[Paper]) -> Floats:
        """What an edition would order these papers by."""
        candidates = self._ranker.candidates(papers)
        scores: Floats = scored(candidates, [self.arrays], candidates.weights([self.arrays]))[0]
        return scores

    def probability(self, scores: Sequence[float]) -> Floats:
        """How probable it is that the reader would say "more", given a whole day's scores."""
        told: Floats = probabilities(np.array([scores], np.float32), self.known)[0]
        return told

    @property
    def known(self) -> Known:
        """What is known of the reader beside the scores."""
        return Known.of([self.arrays], [self._phrases])


class ProductRanker(_Ranker):
    """As an installation ranks whose space was fitted on the papers of its past."""

    def __init__(self, background: Sequence[Paper]) -> None:
        texts = [_text(each) for each in background]
        super().__init__(FeatureSpace().fit(texts, background=range(len(texts))))


class StarterRanker(_Ranker):
    """As an installation ranks on its first day: in the space that it came with."""

    def __init__(self, background: Sequence[Paper]) -> None:
        super().__init__(FeatureSpace.starter())


class SpaceRanker(_Ranker):
    """As an installation ranks in the space that it has; interests may come with their weights."""


def find_ranker(spec: str) -> MakeRanker:
    """The class named by MODULE:CLASS, which may stand in the current folder; raises WrongInput."""
    module, _, name = spec.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        made: MakeRanker = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise WrongInput(f"There is no ranker {spec!r} ({error}); name it MODULE:CLASS.") from None
    return made


def _text(paper: Paper) -> str:
    return whole_text(paper["title"], paper["abstract"])
