"""Learn how scores become probabilities: `python -m tests.bench.calibration FOLDER...`.

The ten best of each held-out day, by the product's own rankers, tell which scores came true. The
figures and pictures for docs/relevance.md are of readers that the coefficients were not learnt of;
what is learnt of all is written to service/ranking/calibration.json. Of the sets themselves nothing
is kept but these coefficients.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from service.cli.app import progress
from service.ranking.calibration import LEARNT, Day, Known, Learnt, day_of, squared, straight
from service.ranking.evaluate import Dataset, Reader, calibrate, load
from service.ranking.evaluate.metrics import TOP
from tests.bench.relevance import DOCS, KS, MAKERS, calibration_line, percent, reliability, write

FOLDS = 5
_PENALTY = 0.01
"""scikit-learn's C for columns of a standard deviation of 1: chosen among .01 and 1."""
_EXTREME = 0.5
"""So many percent of the days lie below the lowest value that a feature may have, and above."""
_TINY = 1e-9
BARS = (0.005, 0.05, 0.1, 0.2, 0.33, 0.5)
SOME = (0, 3, 20)
"""After so many likes, readers are also looked at as if they had said less."""
_SAY = 0.1
"""How much a thinned day, or a reader who has said less, counts beside what is as it was."""
_OTHERS = 35
"""So many papers stand beside the relevant ones on a day on which much is good."""

Table = NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """The ten best of many days: a row a paper."""

    features: Table
    placed: Table
    true: Table
    readers: NDArray[Any]
    sets: NDArray[Any]
    whole: NDArray[Any]
    """Whether day and reader are as they are in the set; otherwise the day was thinned, or the reader
    taken for one who has said less."""

    @property
    def weights(self) -> Table:
        """Each set counts as much as any other; the mean weight is 1 if all is as it was."""
        _, at, times = np.unique(self.sets, return_inverse=True, return_counts=True)
        each = len(self.sets) / len(times) / times[at]
        return np.asarray(np.where(self.whole, each, _SAY * each), np.float64)

    def only(self, rows: Any) -> "Told":
        """These rows."""
        parts = (self.features, self.placed, self.true, self.readers, self.sets, self.whole)
        return Told(*(part[rows] for part in parts))

    def likely(self, learnt: Learnt) -> Table:
        """The probability of each."""
        told = learnt.probabilities(Day(self.features, self.placed[:, None].astype(np.float32)))
        return np.asarray(told[:, 0], np.float64)


def gathered(sets: Sequence[Dataset]) -> Told:
    """The ten best of all days, in the own space of each set and in the starter space."""
    rows: list[tuple[Any, ...]] = []
    with progress("ranking", len(MAKERS) * sum(len(data.readers) for data in sets)) as bar:
        (task,) = bar.task_ids
        for data in sets:
            for make in MAKERS.values():
                ranker = make(data.background)
                for reader in data.readers:
                    rows += _of_reader(ranker, data, reader)
                    bar.advance(task)
    features, placed, true, *names = (np.array(part) for part in zip(*rows, strict=True))
    return Told(features, placed, true.astype(float), *names)


def _of_reader(ranker: Any, data: Dataset, reader: Reader) -> Iterator[tuple[Any, ...]]:
    ranker.prepare(data.of([*reader.likes, *(c for day in reader.days for c in day.candidates)]))
    known = [each for each in _known(reader) if len(reader.likes) >= each[1]]
    models = [ranker.fit(said, data.of(reader.likes[:k]), []) for said, k in known]
    whole = np.array([len(said) == len(reader.interests) for said, _ in known])
    facts = Known.of([model.arrays for model in models], [len(said) for said, _ in known])
    name = f"{data.name} {reader.name}"
    for day in reader.days:
        papers = data.of(day.candidates)
        scores = np.array([model.score(papers) for model in models])
        relevant = np.array([each in day.relevant for each in day.candidates])
        yield from _of_day(scores, relevant, facts, (name, data.name, whole))
        for kept in _thinned(relevant):
            of = (name, data.name, np.zeros_like(whole))
            yield from _of_day(scores[:, kept], relevant[kept], facts, of)


def _known(reader: Reader) -> Iterator[tuple[list[str], int]]:
    """What is known of a reader after k likes; of some only the first phrase, or likes alone."""
    for k in KS:
        yield list(reader.interests), k
    for k in SOME:
        yield list(reader.interests[:1]), k
        if k:
            yield [], k


def _of_day(
    scores: Table, relevant: NDArray[np.bool_], facts: Known, of: tuple[str, str, Any]
) -> Iterator[tuple[Any, ...]]:
    """The ten best of one day, for each of the models that scored it: a row of `Told` each."""
    told, (reader, name, whole) = day_of(np.asarray(scores, np.float32), facts), of
    for features, placed, as_it_was in zip(told.features, told.placed, whole, strict=True):
        for at in np.argsort(-placed, kind="stable")[:TOP]:
            yield features, placed[at], relevant[at], reader, name, as_it_was


def _thinned(relevant: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """The candidates of days on which much is good, on which one paper is, and on which none is."""
    good, others = np.flatnonzero(relevant), np.flatnonzero(~relevant)
    drawn = np.random.default_rng(len(relevant)).permutation(others)
    yield np.concatenate([good, drawn[:_OTHERS]])
    yield np.concatenate([good[:1], others])
    yield others


def learn(told: Told) -> Learnt:
    """The coefficients under which all this is most probable, but for a penalty on large ones."""
    low, high = np.percentile(told.features, [_EXTREME, 100 - _EXTREME], axis=0)
    bounds = Learnt(_plain(low), _plain(high), (), ())
    known = bounds.bounded(told.features)
    level, slope = squared(known)[:, 1:], straight(known) * told.placed[:, None]
    columns = np.hstack([level, slope])
    middle, width = columns.mean(axis=0), np.maximum(columns.std(axis=0), _TINY)
    regression = LogisticRegression(C=_PENALTY, max_iter=5000)
    regression.fit((columns - middle) / width, told.true, sample_weight=told.weights)
    found = regression.coef_[0] / width
    start = float(regression.intercept_[0] - found @ middle)
    levels = np.concatenate([[start], found[: level.shape[1]]])
    rough = Learnt(bounds.low, bounds.high, _plain(levels), _plain(found[level.shape[1] :]))
    return replace(rough, last=_last(told.only(told.whole), rough))


def _last(told: Told, rough: Learnt) -> tuple[float, ...]:
    """What turns rough log-odds into those of days as they were (Platt, 1999), by the likes."""
    likely = np.clip(told.likely(rough), _TINY, 1 - _TINY)
    odds, said = np.log(likely / (1 - likely)), rough.bounded(told.features)[:, 0]
    regression = LogisticRegression(C=1.0, max_iter=1000)
    columns = np.stack([odds, said, odds * said], axis=1)
    regression.fit(columns, told.true, sample_weight=told.weights)
    turn, likes, both = regression.coef_[0].tolist()
    return _plain(np.array([regression.intercept_[0], turn, likes, both]))


def out_of_fold(told: Told) -> Table:
    """How probable each paper is by what was learnt of other readers only."""
    likely = np.zeros(len(told.true))
    folds = GroupKFold(min(FOLDS, len(set(told.readers))), shuffle=True, random_state=0)
    for learnt_of, others in folds.split(told.features, told.true, told.readers):
        likely[others] = told.only(others).likely(learn(told.only(learnt_of)))
    return likely


def gain(told: Told, likely: Table) -> float:
    """By which part the log-loss is under the base rate's, each set counting as much as any other."""
    weights, true = told.weights, told.true
    base = np.full(len(true), np.average(true, weights=weights))
    ours, usual = (
        -np.average(np.log(np.where(true > 0, each, 1 - each)), weights=weights)
        for each in (likely, base)
    )
    return float(1 - ours / usual)


def _plain(values: Table) -> tuple[float, ...]:
    return tuple(float(f"{each:.5g}") for each in values)


def report(told: Told, likely: Table) -> tuple[str, dict[str, str]]:
    """The figures as Markdown, and the pictures that stand beside them, by name."""
    paragraphs, pictures = [], {}
    for name in [*dict.fromkeys(told.sets.tolist()), "all sets"]:
        rows = np.ones(len(likely), bool) if name == "all sets" else told.sets == name
        found = calibrate(list(zip(likely[rows], told.true[rows] > 0, strict=True)))
        if found:
            picture = f"calibration-{name.replace(' ', '-')}.svg"
            pictures[picture] = reliability(found)
            paragraphs.append(f"**{name}.** {calibration_line(found)}")
            paragraphs.append(f"![{name}](pictures/{picture})")
    paragraphs += ["What a reader's bar makes of the ten best of a day:", lengths(told, likely)]
    evenly = percent(gain(told, likely))
    paragraphs.append(
        f"Each set counting as much as any other, the log-loss is {evenly} under the base rate's."
    )
    return "\n\n".join(paragraphs), pictures


def lengths(told: Told, likely: Table) -> str:
    """How many of a day's ten best reach a bar, and what is lost with the others, as Markdown."""
    lines = ["| | bar | papers a day | days with none | good papers kept |", "|" + "---|" * 5]
    for name in dict.fromkeys(told.sets.tolist()):
        rows = told.sets == name
        days = likely[rows].reshape(-1, TOP)
        for bar in BARS:
            reached = days >= bar
            kept = told.true[rows][reached.ravel()].sum() / told.true[rows].sum()
            none = float(np.mean(~reached.any(axis=1)))
            papers = float(reached.sum(axis=1).mean())
            lines.append(
                f"| {name} | {bar:g} | {papers:.1f} | {none * 100:.1f} % | {percent(kept)} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Gather, cross-validate, learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="+")
    told = gathered([load(folder) for folder in parser.parse_args().folder])
    likely = out_of_fold(told)
    text, pictures = report(told.only(told.whole), likely[told.whole])
    for name, picture in pictures.items():
        (DOCS / "pictures" / name).write_text(picture, encoding="utf-8")
    target = Path(__file__).parents[2] / "service" / "ranking" / LEARNT
    target.write_text(learn(told).to_json(), encoding="utf-8")
    write(DOCS / "relevance.md", "calibration", text)
    print(text)


if __name__ == "__main__":
    main()
