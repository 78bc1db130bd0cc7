"""A small data set to measure on: two fields, told apart by their words."""

import gzip
import json
from pathlib import Path
from typing import Any

FIELDS = {
    "graphs": [
        "graph",
        "node",
        "edge",
        "spectral",
        "clique",
        "vertex",
        "walk",
        "cut",
        "colouring",
        "matching",
    ],
    "sleep": [
        "sleep",
        "spindle",
        "hippocampus",
        "replay",
        "ripple",
        "dream",
        "cortex",
        "memory",
        "rest",
        "wave",
    ],
    "markets": [
        "auction",
        "bidder",
        "price",
        "welfare",
        "trade",
        "equilibrium",
        "budget",
        "market",
        "offer",
        "demand",
    ],
}


def paper(field: str, number: int) -> dict[str, Any]:
    """A paper of a field, unlike any other of it."""
    words = FIELDS[field]
    told = [words[(number * step + step) % len(words)] for step in range(1, 8)]
    return {
        "id": f"{field}{number}",
        "title": f"On {told[0]} and {told[1]}",
        "abstract": f"We study {' and '.join(told)}.",
        "year": 2020,
        "n_authors": 2,
    }


def papers() -> list[dict[str, Any]]:
    """All papers of the set."""
    return [paper(field, number) for field in FIELDS for number in range(60)]


def write(folder: Path, **changes: Any) -> Path:
    """The set in a folder; `changes` are fields of its only reader."""
    reader = {
        "user": "ada",
        "group": "made",
        "interests": ["spectral graph"],
        "likes": [f"graphs{number}" for number in range(5)],
        "dislikes": [f"markets{number}" for number in range(5)],
        "days": [_day(50), _day(55)],
    } | changes
    folder.mkdir(parents=True, exist_ok=True)
    _zip(folder / "papers.jsonl.gz", papers())
    _zip(folder / "users.jsonl.gz", [reader, reader | {"user": "bo", "likes": ["sleep1"]}])
    # a reader's own field is a small part of all that is known
    known = [f"{field}{n}" for field in FIELDS for n in range(5, 8 if field == "graphs" else 45)]
    (folder / "background_ids.json").write_text(json.dumps(known))
    return folder


def _day(first: int) -> dict[str, Any]:
    relevant = [f"graphs{number}" for number in range(first, first + 5)]
    others = [f"{field}{n}" for field in ("sleep", "markets") for n in range(40, 60)]
    return {"candidates": [*others, *relevant], "relevant": relevant}


def _zip(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


class Worst:
    """A ranker that puts what nobody wants first."""

    def __init__(self, background: list[dict[str, Any]]) -> None:
        self.seen = {each["id"] for each in background}

    def fit(self, interests: list[str], likes: list[Any], dislikes: list[Any]) -> "Worst":
        return self

    def score(self, papers: list[dict[str, Any]]) -> list[float]:
        return [0.0 if each["id"].startswith("graphs") else 1.0 for each in papers]
