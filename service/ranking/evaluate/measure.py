"""Measuring: readers are learnt of as far as k likes go, and each of their days is ranked."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.ranking.evaluate.dataset import Dataset, Day, Reader
from service.ranking.evaluate.metrics import TOP, Interval, Values, bootstrap, fair_ties, of_day
from service.ranking.evaluate.rankers import Model, Ranker

Progress = Callable[[], None]


@dataclass
class Measured:
    """What one ranker reached with k likes, reader by reader."""

    readers: list[str] = field(default_factory=list)
    ndcg: list[float] = field(default_factory=list)
    mrr: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    auc: list[float] = field(default_factory=list)
    fit_ms: list[float] = field(default_factory=list)
    told: list[tuple[float, bool]] = field(default_factory=list)
    """Of the ten best of each day: how likely the ranker called it, and whether it was relevant."""

    def add(self, reader: str, days: Sequence[Values], fit_ms: float) -> None:
        """One more reader, by their days."""
        means = np.mean(days, axis=0).tolist()
        self.readers.append(reader)
        for values, mean in zip((self.ndcg, self.mrr, self.recall, self.auc), means, strict=True):
            values.append(mean)
        self.fit_ms.append(fit_ms)

    @property
    def interval(self) -> Interval:
        """The mean nDCG@10, with its interval."""
        return bootstrap(self.ndcg)


def row(measured: Measured) -> dict[str, float]:
    """The figures of one cell of the table, under the names that programs read."""
    sure = measured.interval
    return {
        "n": len(measured.readers),
        "ndcg10": sure.mean,
        "mrr": float(np.mean(measured.mrr)),
        "recall10": float(np.mean(measured.recall)),
        "auc": float(np.mean(measured.auc)),
        "low": sure.low,
        "high": sure.high,
        "fit_ms": float(np.median(measured.fit_ms)),
    }


def measure(
    ranker: Ranker,
    data: Dataset,
    ks: Sequence[int],
    into: dict[int, Measured],
    *,
    dislikes: bool = False,
    progress: Progress = lambda: None,
) -> None:
    """Measure a ranker, reader by reader; what was measured when it is stopped stays in `into`.

    A reader with fewer than k likes does not count at that k. With `dislikes`, the first k of
    these are learnt too.
    """
    for reader in data.readers:
        _prepare(ranker, data, reader)
        enough = [k for k in ks if len(reader.likes) >= k]
        models = [_learn(ranker, data, reader, k, dislikes) for k in enough]
        for k, days in zip(enough, _days(data, reader, [one for one, _ in models]), strict=True):
            held = into.setdefault(k, Measured())
            held.add(reader.name, [day for day, _ in days], models[enough.index(k)][1])
            held.told += [each for _, told in days for each in told]
        progress()


def _prepare(ranker: Ranker, data: Dataset, reader: Reader) -> None:
    """Let the ranker compute features before the clock runs, if it knows how to."""
    ids = {*reader.likes, *reader.dislikes, *(c for day in reader.days for c in day.candidates)}
    if prepare := getattr(ranker, "prepare", None):
        prepare(data.of(sorted(ids)))


def _learn(
    ranker: Ranker, data: Dataset, reader: Reader, k: int, dislikes: bool
) -> tuple[Model, float]:
    """What is learnt of a reader, and how many milliseconds it took."""
    liked = data.of(reader.likes[:k])
    disliked = data.of(reader.dislikes[:k]) if dislikes else []
    begin = time.perf_counter()
    model = ranker.fit(list(reader.interests), liked, disliked)
    return model, (time.perf_counter() - begin) * 1e3


def _days(
    data: Dataset, reader: Reader, models: Sequence[Model]
) -> list[list[tuple[Values, list[tuple[float, bool]]]]]:
    """Per model what each day came to; all models see a day before the next one is laid out."""
    found: list[list[tuple[Values, list[tuple[float, bool]]]]] = [[] for _ in models]
    for number, day in enumerate(reader.days):
        papers = data.of(day.candidates)
        relevant = _relevant(day)
        ties = fair_ties(f"{reader.name}{number}", len(papers))
        for model, days in zip(models, found, strict=True):
            scores = model.score(papers)
            days.append((of_day(scores, relevant, ties), _told(model, scores, relevant)))
    return found


def _relevant(day: Day) -> NDArray[np.float64]:
    return np.array([each in day.relevant for each in day.candidates], np.float64)


def _told(model: Model, scores: Sequence[float], relevant: Values) -> list[tuple[float, bool]]:
    """The ten best with their probabilities, from a model that gives any."""
    probability = getattr(model, "probability", None)
    if probability is None:
        return []
    best = np.argsort(-np.asarray(scores), kind="stable")[:TOP]
    likely = np.asarray(probability(scores), np.float64)[best].tolist()
    return list(zip(likely, (relevant[best] > 0).tolist(), strict=True))
