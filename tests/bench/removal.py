"""Removal: what a recommendation's score loses with what its reason names, and with chance pieces.

Recommendations are the product's own, and what is left of a paper or of a reader's likes is scored
by the very code that ranked them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from service.ranking import Candidates, Portion, Recommendation, Wish, recommend, stored
from service.ranking.evaluate import Dataset, Day, ProductRanker, Reader
from service.ranking.evaluate.rankers import ProductModel
from service.ranking.rank import scored
from service.ranking.words import Token, tokens, words
from service.text import sentences

DRAWS, BEST = 10, 10


class Trial(NamedTuple):
    """By how much a score sank: without what was named, and without each of some chance pieces."""

    reader: str
    k: int
    day: int
    paper: str
    what: str
    named: float
    chance: tuple[float, ...]

    @property
    def won(self) -> bool:
        """Whether what was named carried more than chance pieces do on average."""
        return self.named > float(np.mean(self.chance))


Lost = tuple[str, list[float]]


class Asked(NamedTuple):
    """Texts whose scores make up a trial: without what was named, then without chance pieces.

    `alone` texts are the pieces themselves, which score the higher the more they say.
    """

    what: str
    texts: list[str]
    alone: bool = False


@dataclass
class Removals:
    """The trials of one reader at one k."""

    ranker: ProductRanker
    data: Dataset
    reader: Reader
    k: int

    def __post_init__(self) -> None:
        self._liked = self.data.of(self.reader.likes[: self.k])
        self._library = self.ranker.library(self._liked)
        self._models: dict[frozenset[int], ProductModel] = {}
        self._chance = np.random.default_rng([self.k, *self.reader.name.encode()])

    def of(self, number: int, day: Day) -> Iterator[Trial]:
        """The trials of a day's ten best."""
        candidates = self.ranker.candidates(self.data.of(day.candidates))
        wish = Wish(self._model().arrays, self.reader.interests, portion=Portion(BEST))
        (ranked,) = recommend(candidates, [wish], self._library)
        for best in ranked.recommendations:
            at = candidates.places[best.paper_id]
            for what, sank in self.losses(candidates, best):
                named = (self.reader.name, self.k, number, day.candidates[at], what)
                yield Trial(*named, sank[0], tuple(sank[1:]))

    def losses(self, candidates: Candidates, best: Recommendation) -> Iterator[Lost]:
        """What the score of a recommendation loses without each kind of thing that it names."""
        yield from self._of_texts(candidates, best)
        yield from self._of_likes(candidates, best)

    def _model(self, without: frozenset[int] = frozenset()) -> ProductModel:
        """What is learnt without some of the likes, by their numbers."""
        if without not in self._models:
            left = [each for at, each in enumerate(self._liked) if at not in without]
            self._models[without] = self.ranker.fit(list(self.reader.interests), left, [])
        return self._models[without]

    def _of_texts(self, candidates: Candidates, best: Recommendation) -> Iterator[Lost]:
        text = candidates.texts[candidates.places[best.paper_id]]
        asked = [each for each in self._asked(text, best) if len(each.texts) > 1]
        texts = [text, *(one for each in asked for one in each.texts)]
        whole, *left = self._scores(texts)
        for what, ours, alone in asked:
            mine, left = left[: len(ours)], left[len(ours) :]
            sank = mine if alone else [whole - each for each in mine]
            yield what, sank

    def _scores(self, texts: Sequence[str]) -> list[float]:
        space, arrays = self.ranker.space, [self._model().arrays]
        made = Candidates(
            space, tuple(range(len(texts))), tuple(texts), stored(space.features(texts))
        )
        scores: list[float] = scored(made, arrays, made.weights(arrays))[0].tolist()
        return scores

    def _asked(self, text: str, best: Recommendation) -> Iterator[Asked]:
        if best.reason.terms:
            yield Asked("terms", list(self._less_words(text, best.reason.terms)))
        if best.snippet:
            pieces = list(self._pieces(text, best.snippet))
            title, _, abstract = text.partition("\n")
            told = sentences(abstract)
            yield Asked("snippet", [_but(title, told, piece) for piece in pieces])
            alone = [" ".join(told[at] for at in piece) for piece in pieces]
            yield Asked("snippet alone", alone, alone=True)

    def _less_words(self, text: str, named: Sequence[str]) -> Iterator[str]:
        """The text without all that is named, then without as many of its other words."""
        gone = {word for term in named for word in words(term)}
        mine = [each for each in tokens(text) if each.word in gone]
        others = [each for each in tokens(text) if each.word not in gone]
        yield _cut(text, mine)
        for _ in range(DRAWS if others else 0):
            size = min(len(mine), len(others))
            drawn = self._chance.choice(len(others), size, replace=False)
            yield _cut(text, [others[at] for at in sorted(drawn.tolist())])

    def _pieces(self, text: str, snippet: Sequence[int]) -> Iterator[list[int]]:
        """The numbers of the snippet's sentences, then of as many others."""
        others = sorted(set(range(len(sentences(text.partition("\n")[2])))) - set(snippet))
        yield list(snippet)
        for _ in range(DRAWS if others else 0):
            size = min(len(snippet), len(others))
            yield sorted(self._chance.choice(others, size, replace=False).tolist())

    def _of_likes(self, candidates: Candidates, best: Recommendation) -> Iterator[Lost]:
        """Without the papers that are named, and without as many others that the reader liked."""
        numbers = {paper_id: at for at, paper_id in enumerate(self._library.paper_ids)}
        mine = frozenset(numbers[each] for each in best.reason.liked)
        others = sorted(set(numbers.values()) - mine)
        if not mine or len(others) < len(mine):
            return
        drawn = [self._chance.choice(others, len(mine), replace=False) for _ in range(DRAWS)]
        at = candidates.places[best.paper_id]
        sank = [
            best.score - self._score(candidates, at, without)
            for without in (mine, *(frozenset(each.tolist()) for each in drawn))
        ]
        yield "liked", sank

    def _score(self, candidates: Candidates, at: int, without: frozenset[int]) -> float:
        arrays = [self._model(without).arrays]
        return float(scored(candidates, arrays, candidates.weights(arrays))[0, at])


def _cut(text: str, gone: Sequence[Token]) -> str:
    """The text without these words."""
    kept, start = [], 0
    for each in gone:
        kept.append(text[start : each.start])
        start = each.end
    return "".join([*kept, text[start:]])


def _but(title: str, told: Sequence[str], gone: Sequence[int]) -> str:
    """The text without these sentences."""
    return f"{title}\n{' '.join(each for at, each in enumerate(told) if at not in gone)}"
