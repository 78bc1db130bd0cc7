"""Whether several interests live side by side: `python -m tests.bench variety --dataset FOLDER`.

Two readers of a set are made one, who likes much of what the first likes and little of what the second
likes; their days hold the candidates of both. Pairs come from two halves of the readers: ways were
chosen on the first (`--half 0`) and are reported on the second. Then the ways are tried on
ordinary readers, to whom they must do no harm.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.ranking.candidates import Candidates
from service.ranking.evaluate import (
    Dataset,
    Interval,
    ProductModel,
    ProductRanker,
    Reader,
    bootstrap,
    load,
)
from service.ranking.features import Floats, joined, stored
from service.ranking.variety import SecondTaste, placed, second_taste, varied

MIXTURES = ((15, 5), (10, 1))
KS = (0, 1, 5, 20)
PARTNERS = 2
TEN, POOL = 10, 40
DISCOUNT = 1 / np.log2(np.arange(2, TEN + 2))
MAJOR, MINOR = 1, 2

Order = NDArray[np.int64]


@dataclass(frozen=True)
class Case:
    """One reader's day: scores of all candidates, which are relevant (to which taste), and the rest.

    `alike` is how alike the best forty are, `second` what the second taste adds to each score, and
    `strength` by how much the model wants that raised; `apart` has the scores of a model per taste.
    """

    scores: Floats
    relevant: NDArray[np.int64]
    alike: Floats
    taste: SecondTaste | None
    second: Floats
    strength: float
    apart: Floats


def plain(case: Case) -> Order:
    """By score."""
    return np.argsort(-case.scores, kind="stable")


def mmr(case: Case, weight: float) -> Order:
    """Score less likeness to what stands above (Carbonell & Goldstein, 1998), of the best forty."""
    best = plain(case)[:POOL]
    worth, near = case.scores[best] / case.scores.std(), np.zeros(len(best))
    chosen: list[int] = []
    for _ in range(min(TEN, len(best))):
        value = worth - weight * near
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
        near = np.maximum(near, case.alike[chosen[-1]])
    return np.asarray(best[chosen])


def calibrated(case: Case, weight: float) -> Order:
    """Each taste's share of the ten as near as may be to its share of examples (Steck, 2018)."""
    best = plain(case)[:POOL]
    if case.taste is None:
        return best
    share = float(case.taste.examples.mean())
    suits = (placed(case.second[None]) > placed((case.scores - case.second)[None]))[0, best]
    worth = placed(case.scores[None])[0, best]
    chosen: list[int] = []
    for count in range(1, min(TEN, len(best)) + 1):
        told = 0.01 * share + 0.99 * (suits[chosen].sum() + suits) / count
        parted = share * np.log(share / told) + (1 - share) * np.log((1 - share) / (1 - told))
        value = (1 - weight) * worth - weight * TEN * parted
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return np.asarray(best[chosen])


def sub_models(case: Case) -> Order:
    """By the better of two models, one for each taste, on one scale."""
    if case.taste is None:
        return plain(case)
    return np.argsort(-placed(case.apart).max(axis=0), kind="stable")


def two_tastes(case: Case) -> Order:
    """As the product does."""
    strength = np.array([case.strength], np.float32)
    return np.argsort(-varied(case.scores[None], case.second[None], strength)[0], kind="stable")


WAYS: Mapping[str, Callable[[Case], Order]] = {
    "plain": plain,
    "MMR, 0.5": lambda case: mmr(case, 0.5),
    "MMR, 2": lambda case: mmr(case, 2),
    "calibrated, 0.1": lambda case: calibrated(case, 0.1),
    "calibrated, 0.3": lambda case: calibrated(case, 0.3),
    "a model per taste": sub_models,
    "two tastes": two_tastes,
}


class Bench:
    """One data set in the space of its own background."""

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self.ranker = ProductRanker(data.background)

    def cases(
        self, interests: Sequence[str], likes: Sequence[str], days: Sequence[Mapping[str, int]]
    ) -> Iterator[Case]:
        """A reader's days; a day maps its candidates to the tastes that they are relevant to."""
        model = self.ranker.fit(interests, self.data.of(likes), [])
        spoken = stored(self.ranker.space.features(interests))
        said = np.flatnonzero(np.diff(spoken.sparse.indptr))
        liked = self.ranker.candidates(self.data.of(likes)).features
        examples = joined([liked, spoken.take(said)])
        taste = second_taste(examples.likeness(examples) - 1)
        parts = [model]
        if taste:
            phrases = [interests[at] for at in said.tolist()]
            parts = [
                self.ranker.fit(
                    [one for one, here in zip(phrases, side[len(likes) :], strict=True) if here],
                    self.data.of([one for one, here in zip(likes, side, strict=False) if here]),
                    [],
                )
                for side in (taste.examples, ~taste.examples)
            ]
        for day in days:
            papers = self.data.of(list(day))
            candidates = self.ranker.candidates(papers)
            scores = plainly(candidates, model)
            best = candidates.features.take(np.argsort(-scores, kind="stable")[:POOL])
            yield Case(
                scores,
                np.array(list(day.values())),
                best.likeness(best) - 1,
                taste,
                candidates.second(candidates.weights([model.arrays]))[:, 0],
                model.arrays.strength,
                np.array([plainly(candidates, part) for part in parts], np.float32),
            )


def plainly(candidates: Candidates, model: ProductModel) -> Floats:
    """What a model itself thinks of papers, before a second taste is raised."""
    return candidates.scores(candidates.weights([model.arrays]))[:, 0]


def mixed(bench: Bench, readers: Sequence[Reader], mixture: Sequence[int]) -> Iterator[list[Case]]:
    """Each reader with enough likes, made one with another of them."""
    many, few = mixture
    drawn = np.random.default_rng(0)
    for one in readers:
        if len(one.likes) < many:
            continue
        others = [each for each in readers if each.name != one.name and len(each.likes) >= few]
        for at in drawn.choice(len(others), PARTNERS, replace=False).tolist():
            other = others[at]
            likes = list(dict.fromkeys(one.likes[:many] + other.likes[:few]))
            days = [
                {
                    paper: MAJOR * (paper in ours.relevant) + MINOR * (paper in theirs.relevant)
                    for paper in sorted({*ours.candidates, *theirs.candidates} - {*likes})
                }
                for ours, theirs in zip(one.days, other.days, strict=False)
            ]
            interests = list(dict.fromkeys(one.interests + other.interests))
            yield list(bench.cases(interests, likes, days))


def ndcg(case: Case, order: Order) -> float:
    """nDCG@10, whichever taste a paper is relevant to."""
    found = case.relevant[order[:TEN]] > 0
    wanted = min(TEN, int((case.relevant > 0).sum()))
    return float((found * DISCOUNT[: len(found)]).sum() / DISCOUNT[:wanted].sum())


def of_taste(case: Case, order: Order, taste: int) -> float:
    """Which part of a taste's relevant papers is among the ten."""
    found = (case.relevant & taste) > 0
    return float(found[order[:TEN]].sum() / max(1, found.sum()))


def table(readers: Sequence[Sequence[Case]], ordinary: Mapping[int, Sequence[list[Case]]]) -> str:
    """A line a way, in Markdown."""
    lines = []
    for name, way in WAYS.items():
        held = [(case, way(case)) for days in readers for case in days]
        minor = [of_taste(case, order, MINOR) for case, order in held]
        major = np.mean([of_taste(case, order, MAJOR) for case, order in held])
        good = np.mean([ndcg(*pair) for pair in held])
        cells = [f"{good:.3f}", f"{np.mean(minor):.3f}", f"{np.mean(np.array(minor) == 0):.0%}"]
        costs = [_change(days, way) for days in ordinary.values()]
        cells += [f"{major:.3f}", *(f"{one.mean:+.4f} ({one.low:+.3f})" for one in costs)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _change(readers: Sequence[Sequence[Case]], way: Callable[[Case], Order]) -> Interval:
    """What a way changes in the nDCG@10 of ordinary readers."""
    return bootstrap(
        [
            float(np.mean([ndcg(case, way(case)) - ndcg(case, plain(case)) for case in days]))
            for days in readers
        ]
    )


def report(folder: Path, half: int) -> None:
    """Print a table for each mixture."""
    data = load(folder)
    bench = Bench(data)
    shuffled = np.random.default_rng(0).permutation(len(data.readers)).tolist()
    readers = [data.readers[at] for at in shuffled[half::2]]
    ordinary = {k: [_ordinary(bench, one, k) for one in readers if len(one.likes) >= k] for k in KS}
    for mixture in MIXTURES:
        held = list(mixed(bench, readers, mixture))
        print(f"\n{data.name}, likes {mixture[0]}:{mixture[1]}, {len(held)} pairs\n")
        print("| | nDCG@10 | minority's recall@10 | none of it | majority's |", end="")
        print("".join(f" k={k} |" for k in KS), "|" + "---|" * (5 + len(KS)), sep="\n")
        print(table(held, ordinary))


def _ordinary(bench: Bench, reader: Reader, k: int) -> list[Case]:
    days = [{each: int(each in day.relevant) for each in day.candidates} for day in reader.days]
    return list(bench.cases(reader.interests, reader.likes[:k], days))
