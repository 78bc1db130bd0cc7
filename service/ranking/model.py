"""The relevance model: one reader's interests and verdicts become weights, in closed form.

What a reader likes, and each of their phrases, pulls the score towards 1; dislikes and the space's
background pull it towards -1. Each example has its own noise: how far the model may stay away
from it. One path leads from no feedback to any amount of it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from service.ranking.arrays import WEIGHTS_KEPT, ModelArrays, loudest
from service.ranking.features import Floats, joined, stored
from service.ranking.lesson import Lesson
from service.ranking.profile import InterestText, Library, Profile
from service.ranking.ridge import solve
from service.ranking.space import FeatureSpace
from service.ranking.subspace import rounded
from service.ranking.variety import second_taste

_BATCH = 64
_LIKE_NOISE = 0.1
_DISLIKE_NOISE = 8.0
"""A dislike speaks softly: firmer ones cost quality while there are few likes to stand against."""
_PHRASE_NOISE, _PHRASE_FADING = 0.5, 0.1
_PULLS_KEPT = 100


def fit(space: FeatureSpace, profiles: Sequence[Profile], library: Library) -> list[ModelArrays]:
    """A model per profile, in order; papers that the library does not hold are passed over."""
    order = sorted(range(len(profiles)), key=lambda at: _size(profiles[at]))
    models: dict[int, ModelArrays] = {}
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        fitted = _Batch(space, [profiles[at] for at in batch], library).models()
        models |= zip(batch, fitted, strict=True)
    return [models[at] for at in range(len(profiles))]


def _size(profile: Profile) -> int:
    return len(profile.interests) + len(profile.liked) + len(profile.disliked)


class _Batch:
    """Some readers with about as many examples each; what they share is looked at once."""

    def __init__(self, space: FeatureSpace, profiles: Sequence[Profile], library: Library) -> None:
        self.space = space
        self.profiles = profiles
        judged = dict.fromkeys(each for one in profiles for each in one.liked + one.disliked)
        self.papers = library.only(list(judged))
        phrases = list(dict.fromkeys(each.text for one in profiles for each in one.interests))
        spoken = stored(space.features(phrases))
        first = len(self.papers.features)
        heard = np.nonzero(np.diff(spoken.sparse.indptr))[0].tolist()
        self.phrases = {phrases[at]: first + at for at in heard}
        self.examples = joined([self.papers.features, spoken])

    def models(self) -> Iterator[ModelArrays]:
        """A model per profile."""
        lessons = [self._lesson(profile) for profile in self.profiles]
        pulls = solve(self.space.background_, lessons)
        taught = list(zip(lessons, pulls.examples, strict=True))
        whole = np.stack([own @ lesson.own.bearings for lesson, own in taught])
        dense = np.stack([own @ lesson.own.dense for lesson, own in taught])
        bias = np.array([own.sum() for own in pulls.examples], np.float32)
        kept = [_loudest(lesson, own) for lesson, own in taught]
        bearings = pulls.bearings + whole - self._said(kept, dense, bias)
        usual, spread = self.space.background_.scored(pulls.bearings + whole)
        for at, (profile, (columns, weights)) in enumerate(zip(self.profiles, kept, strict=True)):
            liked = self.papers.held(profile.liked)[:_PULLS_KEPT]
            second, strength = _second(*taught[at])
            yield ModelArrays(
                columns=columns,
                weights=weights,
                dense=dense[at],
                bias=float(bias[at]),
                liked=liked,
                pulls=pulls.examples[at][: len(liked)],
                positive=lessons[at].liked + lessons[at].said > 0,
                bearings=bearings[at],
                usual=float(usual[at]),
                spread=float(spread[at]),
                second=second,
                strength=strength,
            )

    def _lesson(self, profile: Profile) -> Lesson:
        liked = self.papers.rows(profile.liked)
        disliked = self.papers.rows(profile.disliked)
        heard = [each for each in profile.interests if each.text in self.phrases]
        said = np.array([self.phrases[each.text] for each in heard], np.int64)
        wanted = np.ones(len(liked) + len(said), np.float32)
        return Lesson(
            own=self.examples.take(np.concatenate([liked, said, disliked])),
            targets=np.concatenate([wanted, np.full(len(disliked), -1, np.float32)]),
            noise=_noise(
                self._weights(profile, profile.liked),
                heard,
                self._weights(profile, profile.disliked),
            ),
            liked=len(liked),
            said=len(said),
        )

    def _weights(self, profile: Profile, papers: Sequence[int]) -> list[float]:
        return [profile.weights.get(paper, 1.0) for paper in self.papers.held(papers)]

    def _said(self, kept: Sequence[tuple[Any, Floats]], dense: Floats, bias: Floats) -> Floats:
        """Where what a model holds points in the background: float32 (readers × directions).

        What the examples say beyond that, the model's weights for bearings make up for.
        """
        columns, weights = (np.concatenate(parts) for parts in zip(*kept, strict=True))
        ends = np.cumsum([0, *(len(each) for each, _ in kept)])
        shape = (len(kept), self.space.columns_)
        sparse = sp.csr_array((weights, columns, ends), shape=shape)
        background = self.space.background_
        themes = dense @ background.dense + np.outer(bias, background.constant)
        return np.asarray(self.space.pointing(sparse) + themes, np.float32)


def _loudest(lesson: Lesson, pulls: Floats) -> tuple[Any, Floats]:
    """The columns of the largest weights, and these as they come back from storage."""
    weights = lesson.weights(pulls)
    at = loudest(weights, WEIGHTS_KEPT)
    return lesson.columns[at], rounded(weights[at, None])[:, 0]


def _noise(
    likes: Sequence[float], heard: Sequence[InterestText], dislikes: Sequence[float]
) -> Floats:
    """What a reader has clicked on tells more than what they once wrote, the more so with time.

    Verdicts come by their weights: the less one counts, the further the model may stay away from it.
    """
    phrases = [(_PHRASE_NOISE + _PHRASE_FADING * sum(likes)) / each.weight for each in heard]
    liked = [_LIKE_NOISE / weight for weight in likes]
    disliked = [_DISLIKE_NOISE / weight for weight in dislikes]
    return np.array(liked + phrases + disliked, np.float32)


def _second(lesson: Lesson, pulls: Floats) -> tuple[Floats, float]:
    """What a second taste weighs in the themes, and by how much it is to be raised."""
    wanted = lesson.liked + lesson.said
    taste = second_taste(lesson.likeness[:wanted, :wanted] - 1) if lesson.own.dense.size else None
    if taste is None:
        return np.zeros(0, np.float32), 0.0
    pulled = (pulls[:wanted] * taste.examples) @ lesson.own.dense[:wanted]
    return np.asarray(pulled, np.float32), taste.strength
