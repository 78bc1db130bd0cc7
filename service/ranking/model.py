"""The relevance model: one reader's interests and verdicts become weights, in closed form.

What a reader likes, and each of their phrases, pulls the score towards 1; dislikes and the space's
background pull it towards -1. Each example has its own noise: how far the model may stay away
from it. One path leads from no feedback to any amount of it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from service.ranking.arrays import ModelArrays, loudest_columns
from service.ranking.background import Background
from service.ranking.features import Floats, joined, stored
from service.ranking.profile import InterestText, Library, Profile
from service.ranking.ridge import Class, Lesson, Pulls
from service.ranking.space import FeatureSpace

_BATCH = 64
_LIKE_NOISE, _DISLIKE_NOISE = 0.1, 0.5
_PAST_NOISE, _PRESENT_NOISE = 0.5, 8.0
_PULLS_KEPT = 100


def fit(space: FeatureSpace, profiles: Sequence[Profile], library: Library) -> list[ModelArrays]:
    """A model per profile, in order; papers that the library does not hold are passed over."""
    models: list[ModelArrays] = []
    for start in range(0, len(profiles), _BATCH):
        models += _Batch(space, profiles[start : start + _BATCH], library).models()
    return models


class _Batch:
    """Some readers whose examples are compared with the background together, each paper once."""

    def __init__(self, space: FeatureSpace, profiles: Sequence[Profile], library: Library) -> None:
        self.space = space
        self.profiles = profiles
        judged = dict.fromkeys(each for one in profiles for each in one.liked + one.disliked)
        self.papers = library.only(list(judged))
        phrases = list(dict.fromkeys(each.text for one in profiles for each in one.interests))
        spoken = stored(space.features(phrases))
        first = len(self.papers.features)
        self.phrases = {
            phrase: first + at for at, phrase in enumerate(phrases) if spoken.sparse[[at]].nnz
        }
        self.examples = Class(joined([self.papers.features, spoken]), space.background_)

    def models(self) -> Iterator[ModelArrays]:
        """A model per profile."""
        lessons = [self._lesson(profile) for profile in self.profiles]
        pulls = [self.examples.solve(lesson) for lesson in lessons]
        sparse, dense, bias = self._weights(lessons, pulls)
        for at, profile in enumerate(self.profiles):
            columns, words = loudest_columns(sparse[at], self.space.first_gram_)
            liked = self.papers.held(profile.liked)[:_PULLS_KEPT]
            yield ModelArrays(
                columns=columns,
                weights=sparse[at, columns],
                words=words,
                dense=dense[at],
                bias=float(bias[at]),
                liked=liked,
                pulls=pulls[at].examples[: len(liked)],
                positive=_positive(lessons[at]),
            )

    def _lesson(self, profile: Profile) -> Lesson:
        liked = self.papers.rows(profile.liked)
        disliked = self.papers.rows(profile.disliked)
        heard = [each for each in profile.interests if each.text in self.phrases]
        said = np.array([self.phrases[each.text] for each in heard], np.int64)
        wanted = np.ones(len(liked) + len(said), np.float32)
        return Lesson(
            rows=np.concatenate([liked, said, disliked]),
            targets=np.concatenate([wanted, np.full(len(disliked), -1, np.float32)]),
            noise=_noise(len(liked), heard, len(disliked)),
            liked=len(liked),
            # who named only dislikes said nothing against the rest
            background_target=-1.0 if len(wanted) else 0.0,
            background_noise=_background_noise(len(liked), self.space.background_),
        )

    def _weights(self, lessons: Sequence[Lesson], pulls: Sequence[Pulls]) -> tuple[Any, Any, Any]:
        rows, background = self.examples.features, self.space.background_.rows
        own = np.zeros((len(lessons), len(rows)), np.float32)
        for at, (lesson, pull) in enumerate(zip(lessons, pulls, strict=True)):
            np.add.at(own[at], lesson.rows, pull.examples)
        others = np.stack([pull.background for pull in pulls])
        sparse = rows.sparse.T @ own.T + background.sparse.T @ others.T
        dense = own @ rows.dense + others @ background.dense
        return np.ascontiguousarray(sparse.T), dense, own.sum(axis=1) + others.sum(axis=1)


def _positive(lesson: Lesson) -> bool:
    return bool((lesson.targets > 0).any())


def _noise(likes: int, heard: Sequence[InterestText], dislikes: int) -> Floats:
    """What a reader has clicked on tells more than what they once wrote, the more so with time."""
    phrases = [(0.5 + 0.1 * likes) / each.weight for each in heard]
    noise = [_LIKE_NOISE] * likes + phrases + [_DISLIKE_NOISE] * dislikes
    return np.array(noise, np.float32)


def _background_noise(likes: int, background: Background) -> float:
    """The less a reader has said, the less firmly the background speaks against all else.

    Where it is made of possible candidates it never speaks firmly.
    """
    firmness: float = max(30 / (1 + likes) ** 1.15, 0.8)
    least = _PAST_NOISE if background.past else _PRESENT_NOISE
    return max(firmness * len(background) / 1000, least)
