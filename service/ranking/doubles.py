"""Doubles: papers that tell the same work twice, so that no edition shows them side by side.

A work under another title, a preprint and its journal twin, a later version, two parts with almost
one abstract. Chosen on 18,797 real papers, where ninety pairs around the threshold were read.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from service.ranking.features import Features
from service.ranking.space import FeatureSpace
from service.ranking.stems import stem
from service.ranking.words import STOP_WORDS

ALIKE = 0.7
"""From this likeness of words and letter groups on, two abstracts tell the same; 1 is the most."""
_ROWS_AT_ONCE = 256
_WORD = re.compile(r"[^\W_]+")

Pairs = Iterator[tuple[int, int]]


def doubles(
    texts: Sequence[str], features: Features, *, first_gram: int, first_mark: int
) -> dict[int, frozenset[int]]:
    """The rows that are doubles of each row; a row without any is missing.

    `texts` are whole texts, `first_gram` and `first_mark` are the space's. A text without an abstract says too little
    to be judged by its likeness: it is a double only where the titles are the same in words. The
    relation holds both ways, but is not handed on: a double's double may be something else.
    """
    told = np.array(["\n" in text for text in texts], bool)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in (
        *_same_titles(texts),
        *_alike(features.sparse[:, :first_mark], first_gram, told),
    ):
        found[one].add(other)
    return {row: frozenset(others) for row, others in found.items()}


def _same_titles(texts: Sequence[str]) -> Pairs:
    rows: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        rows[_title_words(text)].append(row)
    for title, same in rows.items():
        if title:
            yield from permutations(same, 2)


def _title_words(text: str) -> tuple[str, ...]:
    """Single letters and digits count: hepatitis B is not hepatitis C."""
    title = _WORD.findall(text.partition("\n")[0].casefold())
    return tuple(stem(word) for word in title if word not in STOP_WORDS)


def _alike(sparse: Any, first_gram: int, told: NDArray[np.bool_]) -> Pairs:
    """Letter groups add at most their share, so only pairs whose words come so near are looked at."""
    least = ALIKE - FeatureSpace.grams_share
    known = np.nonzero(told)[0]
    spoken = sparse[known, :first_gram]
    turned = spoken.T.tocsr()
    for start in range(0, len(known), _ROWS_AT_ONCE):
        near = (spoken[start : start + _ROWS_AT_ONCE] @ turned).tocoo()
        kept = (near.data >= least) & (near.row + start != near.col)
        ones, others = known[near.row[kept] + start], known[near.col[kept]]
        alike = _likeness(sparse, ones, others) >= ALIKE
        yield from zip(ones[alike].tolist(), others[alike].tolist(), strict=True)


def _likeness(sparse: Any, ones: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[Any]:
    return np.asarray(sp.csr_array(sparse[ones].multiply(sparse[others])).sum(axis=1)).ravel()
