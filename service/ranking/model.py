"""The relevance model: one reader's interests and verdicts become weights, in closed form.

What a reader likes, and each of their phrases, pulls the score towards 1; dislikes and the space's
background pull it towards -1. Each example has its own noise: how far the model may stay away
from it. One path leads from no feedback to any amount of it.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp

from service.ranking.arrays import WEIGHTS_KEPT, ModelArrays, loudest
from service.ranking.features import Floats, joined, stored
from service.ranking.profile import InterestText, Library, Profile
from service.ranking.ridge import Lesson, Pulls, solve
from service.ranking.space import FeatureSpace
from service.ranking.subspace import rounded

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
        pulls = solve(self.examples, self.space.background_, lessons)
        own = self._own(lessons, pulls)
        sparse = _loudest((own @ self.examples.sparse).tocsr())
        dense = own @ self.examples.dense
        bias = np.asarray(own.sum(axis=1)).ravel()
        unsaid = self._whole_bearings(own) - self.space.pointing(sparse)
        for at, profile in enumerate(self.profiles):
            held = slice(*sparse.indptr[at : at + 2])
            liked = self.papers.held(profile.liked)[:_PULLS_KEPT]
            yield ModelArrays(
                columns=sparse.indices[held],
                weights=sparse.data[held],
                dense=dense[at],
                bias=float(bias[at]),
                liked=liked,
                pulls=pulls.examples[at][: len(liked)],
                positive=lessons[at].liked + lessons[at].said > 0,
                bearings=pulls.bearings[at] + unsaid[at],
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
            said=len(said),
        )

    def _own(self, lessons: Sequence[Lesson], pulls: Pulls) -> Any:
        """How strongly each example pulls each reader: CSR (readers × examples)."""
        rows = np.concatenate([lesson.rows for lesson in lessons])
        ends = np.cumsum([0, *(len(lesson.rows) for lesson in lessons)])
        shape = (len(lessons), len(self.examples))
        return sp.csr_array((np.concatenate(pulls.examples), rows, ends), shape=shape)

    def _whole_bearings(self, own: Any) -> Floats:
        """Where the readers' weights for sparse columns point, before any of them is dropped."""
        examples, background = self.examples, self.space.background_
        words = examples.bearings - examples.dense @ background.dense - background.constant
        return np.asarray(own @ words, np.float32)


def _loudest(rows: Any) -> Any:
    """The largest weights of each row, as they come back from storage: CSR (readers × columns)."""
    columns, weights = [], []
    for first, end in pairwise(rows.indptr.tolist()):
        at = first + loudest(rows.data[first:end], WEIGHTS_KEPT)
        at = at[np.argsort(rows.indices[at])]
        columns.append(rows.indices[at])
        weights.append(rounded(rows.data[at, None])[:, 0])
    ends = np.cumsum([0, *map(len, columns)])
    return sp.csr_array((np.concatenate(weights), np.concatenate(columns), ends), shape=rows.shape)


def _noise(likes: int, heard: Sequence[InterestText], dislikes: int) -> Floats:
    """What a reader has clicked on tells more than what they once wrote, the more so with time."""
    phrases = [(_PHRASE_NOISE + _PHRASE_FADING * likes) / each.weight for each in heard]
    noise = [_LIKE_NOISE] * likes + phrases + [_DISLIKE_NOISE] * dislikes
    return np.array(noise, np.float32)
