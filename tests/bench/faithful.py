"""Measure whether reasons are true, and write it down: `python -m tests.bench.faithful DATASET`.

What a reason names is removed (words from the paper, liked papers from the reader) and the score
taken anew; what is named truly carried the score if this loses more than as much at random does.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from service.cli.app import progress
from service.ranking.evaluate import Dataset, Interval, ProductRanker, load
from tests.bench.relevance import DOCS, percent, write
from tests.bench.removal import Removals, Trial

KS = (0, 1, 5, 20)
COLUMNS = {
    "recommendations": ("terms", "liked"),
    "by terms": ("terms",),
    "by liked papers": ("liked",),
    "snippets": ("snippet",),
    "snippets alone": ("snippet alone",),
}
_RESAMPLES = 2_000


@dataclass(frozen=True)
class Share:
    """How many were true of how many, and the share with its interval over readers."""

    true: int
    of: int
    sure: Interval

    def __str__(self) -> str:
        if not self.of:
            return "–"
        low, high = self.sure.low, self.sure.high
        return f"{percent(self.true / self.of)} ({percent(low)} to {percent(high)}) of {self.of:,}"


def trials(data: Dataset, ks: Sequence[int]) -> Iterator[Trial]:
    """The trials of all readers, each as often as they have enough likes."""
    ranker = ProductRanker(data.background)
    with progress("removing", len(data.readers)) as bar:
        (task,) = bar.task_ids
        for reader in data.readers:
            for k in (each for each in ks if len(reader.likes) >= each):
                removals = Removals(ranker, data, reader, k)
                for number, day in enumerate(reader.days):
                    yield from removals.of(number, day)
            bar.advance(task)


def share(found: Sequence[Trial], whats: Sequence[str]) -> Share:
    """In how many recommendations all of these things that are named were named truly."""
    true: dict[tuple[str, int, int, str], bool] = {}
    for each in found:
        if each.what in whats:
            key = (each.reader, each.k, each.day, each.paper)
            true[key] = true.get(key, True) and each.won
    readers = sorted({reader for reader, *_ in true})
    counts = np.array(
        [
            [
                sum(won for key, won in true.items() if key[0] == reader),
                sum(k[0] == reader for k in true),
            ]
            for reader in readers
        ],
        np.float64,
    ).reshape(-1, 2)
    return Share(sum(true.values()), len(true), _interval(counts))


def _interval(counts: np.ndarray) -> Interval:
    """The share of all, and between what it lies if other readers of the kind had been asked."""
    if not len(counts):
        return Interval(0.0, 0.0, 0.0)
    chance = np.random.default_rng(0)
    drawn = counts[chance.integers(0, len(counts), (_RESAMPLES, len(counts)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    true, of = counts.sum(axis=0)
    return Interval(float(true / of), float(low), float(high))


def table(found: Sequence[Trial], ks: Sequence[int]) -> str:
    """The shares as a table in Markdown."""
    lines = ["| k | " + " | ".join(COLUMNS) + " |", "|" + "---|" * (len(COLUMNS) + 1)]
    rows = {str(k): [each for each in found if each.k == k] for k in ks} | {"all": list(found)}
    for name, held in rows.items():
        cells = [str(share(held, whats)) for whats in COLUMNS.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    data = load(parser.parse_args().dataset)
    text = table(list(trials(data, KS)), KS)
    write(DOCS / "relevance.md", f"{data.name} reasons", text)
    print(text)


if __name__ == "__main__":
    main()
