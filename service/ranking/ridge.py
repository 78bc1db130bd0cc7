"""Ridge regression against a background that all readers share, for many readers in one go.

Given the background, the likeness of two texts is what is left of it when the background's
directions are shrunk, each by as much as the background speaks against it. What is then left to
solve is as large as the reader's own examples (Saunders, Gammerman & Vovk, 1998: the dual form).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.ranking.background import Background
from service.ranking.features import Floats
from service.ranking.lesson import Lesson

_RISING, _GROWTH = 30.0, 1.1
"""The background's firmness before the first like, and the power by which it grows with likes."""
_USUAL, _LEAST, _MOST = 0.12, 0.02, 0.3
"""How alike a reader's examples usually are, and between which bounds that counts."""
_FIRMEST = 3000.0
_SETTLED = 5.0
"""From so many likes on, what all papers share is held against a paper by half."""
_ECHO, _ECHO_FROM = 1.0, 0.002
"""How much a phrase also speaks for what it goes with, and from what strength of it on."""


@dataclass(frozen=True)
class Pulls:
    """How strongly each example pulls, per reader, and what this adds along the background."""

    examples: list[Floats]
    bearings: Floats


def solve(background: Background, lessons: Sequence[Lesson]) -> Pulls:
    """The one answer to each lesson."""
    most = max(map(len, lessons), default=0)
    likeness = np.zeros((len(lessons), most, most), np.float32)
    placed = np.zeros((len(lessons), most, len(background)), np.float32)
    left = np.zeros((len(lessons), most), np.float32)
    noise = np.ones((len(lessons), most), np.float32)
    for at, lesson in enumerate(lessons):
        size = len(lesson)
        likeness[at, :size, :size] = lesson.likeness
        placed[at, :size] = lesson.own.bearings
        left[at, :size], noise[at, :size] = lesson.targets, lesson.noise
    shrunk, drift = _background(background, lessons, likeness)
    heard = placed * _echo(background, lessons, most)
    rest = heard * (1 - shrunk)[:, None]
    likeness += rest @ heard.transpose(0, 2, 1) - placed @ placed.transpose(0, 2, 1)
    left -= (heard @ drift[:, :, None])[:, :, 0]
    diagonal = np.arange(most)
    likeness[:, diagonal, diagonal] += noise
    pulls = np.linalg.solve(likeness.astype(np.float64), left[:, :, None]).astype(np.float32)
    bearings = drift + (pulls.transpose(0, 2, 1) @ (rest - placed))[:, 0]
    own = [each[: len(lesson), 0] for each, lesson in zip(pulls, lessons, strict=True)]
    return Pulls(own, bearings)


def _background(
    background: Background, lessons: Sequence[Lesson], likeness: Floats
) -> tuple[Floats, Floats]:
    """How much of each direction is held against a paper, and where that draws every score.

    float32 (readers × directions), both.
    """
    likes = np.array([lesson.liked for lesson in lessons], np.float32)
    agreement = np.array([_agreement(*pair) for pair in zip(lessons, likeness, strict=True)])
    firmness = _RISING * (1 + likes) ** _GROWTH * agreement / _USUAL
    firmness = np.minimum(firmness, min(_FIRMEST, background.firmest))[:, None]
    against = firmness / (1 + firmness * background.strengths)
    # who named only dislikes said nothing against the rest
    wants = np.array([lesson.liked + lesson.said > 0 for lesson in lessons])[:, None]
    settled = (likes / (likes + _SETTLED))[:, None]
    shrunk = against * background.strengths
    shrunk[:, :1] *= settled  # the first direction is what all papers share
    drift = -against * background.mean * settled * wants
    return shrunk.astype(np.float32), drift.astype(np.float32)


def _agreement(lesson: Lesson, likeness: Floats) -> float:
    """How alike the reader's likes and phrases are: the narrower a taste, the firmer it is."""
    size = lesson.liked + lesson.said
    if size < 2:
        return _USUAL
    own = likeness[:size, :size]
    alike = (float(own.sum()) - float(np.trace(own))) / (size * (size - 1)) - 1
    return min(max(alike, _LEAST), _MOST)


def _echo(background: Background, lessons: Sequence[Lesson], most: int) -> Floats:
    """By how much each example's bearings are raised: only those of phrases are, and not the first.

    float32 (readers × examples × directions).
    """
    gain = _ECHO * background.strengths / (background.strengths + _ECHO_FROM)
    gain[:1] = 0
    at = np.arange(most)
    first = np.array([lesson.liked for lesson in lessons])[:, None]
    last = first + np.array([lesson.said for lesson in lessons])[:, None]
    phrase = ((at >= first) & (at < last)).astype(np.float32)
    return np.asarray(1 + phrase[:, :, None] * gain, np.float32)
