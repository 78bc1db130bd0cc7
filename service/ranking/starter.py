"""The starter space: learnt once from a corpus, and shipped, for the first days of an installation.

    python -m service.ranking.starter CORPUS OUT

CORPUS is a gzipped file of JSON lines with `title` and `abstract`. What is written are statistics
of words that stand in many papers; no paper can be read from them.
"""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from service.ranking.space import FeatureSpace
from service.ranking.words import whole_text

COMMON_FROM = 20
"""A word is in the starter space if so many papers of the corpus have it."""

_THEMES, _DIRECTIONS, _GRAMS, _PAPERS = 256, 192, 16_000, 20_000


def learn(texts: Iterable[str]) -> FeatureSpace:
    """The starter space of these texts; none of them is taken for a candidate of the future."""
    known = list(texts)
    space = FeatureSpace(
        themes=_THEMES,
        directions=_DIRECTIONS,
        grams=_GRAMS,
        negatives=_PAPERS,
        known_from=COMMON_FROM,
    )
    return space.fit(known, background=range(len(known)))


def read(corpus: Path) -> Iterator[str]:
    """The texts of the corpus' papers."""
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            yield whole_text(paper["title"], paper["abstract"])


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_bytes(learn(read(source)).to_bytes())
