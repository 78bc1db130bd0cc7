"""A data set: papers, readers, and the days on which it is known what they chose."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import WrongInput

Paper = Mapping[str, Any]
"""`id`, `title`, `abstract`, `year`, `n_authors`, and whatever else the set tells."""


@dataclass(frozen=True)
class Day:
    """What might have been chosen on one day, and what was."""

    candidates: tuple[str, ...]
    relevant: frozenset[str]


@dataclass(frozen=True)
class Reader:
    """One reader of the set; the first k likes are what is known of them after k clicks."""

    name: str
    interests: tuple[str, ...]
    likes: tuple[str, ...]
    dislikes: tuple[str, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Dataset:
    """Papers by id, readers, and the papers that stand for all the others."""

    name: str
    papers: Mapping[str, Paper]
    readers: tuple[Reader, ...]
    background: tuple[Paper, ...]

    def of(self, ids: Sequence[str]) -> list[Paper]:
        """These papers, in this order."""
        return [self.papers[each] for each in ids]


def load(folder: Path) -> Dataset:
    """The set in a folder: `papers.jsonl.gz`, `users.jsonl.gz`, `background_ids.json`.

    A day's irrelevant candidates that stand in the background are left out: a ranker may have
    learnt of them that nobody asked for them. Raises WrongInput where the folder holds no set.
    """
    try:
        papers = {each["id"]: each for each in _lines(folder / "papers.jsonl.gz")}
        ids = json.loads((folder / "background_ids.json").read_text(encoding="utf-8"))
        background = tuple(papers[each] for each in ids)
        readers = tuple(_reader(each, set(ids)) for each in _lines(folder / "users.jsonl.gz"))
        _check(papers, readers)
    except OSError as error:
        raise WrongInput(f"{folder} holds no data set: {error.strerror or error}.") from None
    except KeyError as error:
        raise WrongInput(f"{folder} is no whole data set: {error} is missing.") from None
    except (ValueError, TypeError) as error:
        raise WrongInput(f"{folder} can't be read as a data set: {error}.") from None
    return Dataset(folder.name, papers, readers, background)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _reader(told: Mapping[str, Any], background: set[str]) -> Reader:
    return Reader(
        name=told["user"],
        interests=tuple(told["interests"]),
        likes=tuple(told["likes"]),
        dislikes=tuple(told.get("dislikes", ())),
        days=tuple(_day(each, background) for each in told["days"]),
    )


def _day(told: Mapping[str, Any], background: set[str]) -> Day:
    relevant = frozenset(told["relevant"])
    known = background - relevant
    candidates = tuple(each for each in told["candidates"] if each not in known)
    if not relevant or relevant - set(candidates) or len(candidates) == len(relevant):
        raise ValueError("a day has to offer relevant papers and others beside them")
    return Day(candidates, relevant)


def _check(papers: Mapping[str, Paper], readers: Sequence[Reader]) -> None:
    """Look every paper up once, so that a missing one is a sentence now and no surprise later."""
    if not readers:
        raise ValueError("nobody reads in it")
    for reader in readers:
        for ids in (reader.likes, reader.dislikes, *(day.candidates for day in reader.days)):
            for each in ids:
                papers[each]["title"], papers[each]["abstract"]
