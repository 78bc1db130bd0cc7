"""What all campaigns share: servers, a town to do harm to, and results that are kept and gone on from."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests import servers
from tests.chaos.oracle import Verdict
from tests.chaos.town import Town, new_database
from tests.installation import Installation

Record = dict[str, Any]


def arguments(name: str, about: str) -> argparse.ArgumentParser:
    """The options that every campaign has."""
    parser = argparse.ArgumentParser(prog=f"make chaos CAMPAIGN={name}", description=about)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--connections", type=int, default=4, help="to the relay, each process")
    parser.add_argument("--processes", type=int, default=2, help="of the worker's pool")
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--delay", type=float, default=0.02, help="seconds the relay takes")
    parser.add_argument("--times", type=int, default=20, help="how often harm is done in all")
    parser.add_argument("--results", type=Path, default=Path("var/chaos.jsonl"))
    return parser


@contextmanager
def database_server(kind: str) -> Iterator[str | None]:
    """A Postgres server where one is wanted."""
    with servers.postgres() if kind == "postgres" else nullcontext() as url:
        yield url


@contextmanager
def town(wish: argparse.Namespace, server: str | None, **more: Any) -> Iterator[Town]:
    """A new installation with a broker, gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="paperround-chaos-") as name,
        new_database(server, Path(name)) as url,
        Installation(
            Path(name) / "here", url, smtp_connections=str(wish.connections), **more
        ) as here,
        Town(here, processes=wish.processes, delay=wish.delay) as made,
    ):
        yield made


def keep_on(
    wish: argparse.Namespace,
    known: Record,
    run: Callable[[str | None, int], tuple[Verdict, Record]],
) -> None:
    """Run until harm was done as often as asked for, what is in the results included.

    A run is told how much is left, and says in `times` how often it did harm, and whatever else
    is worth keeping. Exit code 1 if a promise broke.
    """
    with database_server(wish.database) as server:
        while (left := wish.times - total(wish.results, known)["times"]) > 0:
            began = time.monotonic()
            verdict, found = run(server, left)
            found["seconds"] = round(time.monotonic() - began, 1)
            keep(wish.results, {**known, **asdict(verdict), **found})
            print(f"{left} to go: {verdict} {found}", file=sys.stderr, flush=True)
    summary = total(wish.results, known)
    print(json.dumps(summary, indent=2))
    raise SystemExit(bool(summary["faults"]))


def keep(results: Path, record: Record) -> None:
    """Append what came of a run, so that it survives anything."""
    results.parent.mkdir(parents=True, exist_ok=True)
    with results.open("a") as file:
        file.write(json.dumps(record) + "\n")
        file.flush()
        os.fsync(file.fileno())


def total(results: Path, known: Record) -> Record:
    """All runs of this kind that the results hold: added up, and the worst of what is called so."""
    lines = results.read_text().splitlines() if results.exists() else []
    every = [json.loads(line) for line in lines]
    runs = [it for it in every if all(it.get(key) == value for key, value in known.items())]
    added: Record = {"times": 0, "faults": []}
    for run in runs:
        for key in run.keys() - known.keys():
            worse = key.startswith("worst_") and key in added
            added[key] = max(added[key], run[key]) if worse else _plus(added.get(key), run[key])
    return {**known, "runs": len(runs), **dict(sorted(added.items()))}


def _plus(known: Any, more: Any) -> Any:
    if known is None:
        return more
    return round(known + more, 3) if isinstance(more, float) else known + more
