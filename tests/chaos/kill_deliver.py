"""Kill `paperround deliver` again and again, and count what was lost and what came twice.

    make chaos ARGS="--kills 100 --database postgres --connections 4"

A run is a new database with so many deliveries. Each life of `paperround deliver` is ended at a
random moment after its first hand-over, until a life ends by itself. The witness is a relay that
has written a mail down before it accepts it. Results are appended to a file, and kills that it
holds already are not repeated.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests import servers
from tests.chaos.house import ChaosHouse, new_database


@dataclass(frozen=True)
class Verdict:
    """What came of one run."""

    database: str
    connections: int
    signal: str
    deliveries: int
    kills: int
    lost: int
    duplicates: int
    worst_kill: int
    """Duplicates of the kill that made most of them."""
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main() -> None:
    """Run until there are as many kills as asked for; exit code 1 if a promise was broken."""
    wish = _arguments()
    results = Path(wish.results)
    with _server(wish.database) as server:
        while (done := _kills(results, wish)) < wish.kills:
            verdict = _run(wish, server, most=wish.kills - done)
            _append(results, verdict)
            print(json.dumps(asdict(verdict)), file=sys.stderr, flush=True)
    summary = _summary(results, wish)
    print(json.dumps(summary, indent=2))
    raise SystemExit(bool(summary["faults"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill deliveries, and count.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--deliveries", type=int, default=500)
    parser.add_argument("--signal", choices=["KILL", "TERM"], default="KILL")
    parser.add_argument("--within", type=float, default=1.0, help="seconds from hand-over to kill")
    parser.add_argument("--delay", type=float, default=0.005, help="seconds the relay takes")
    parser.add_argument("--results", default="var/chaos.jsonl")
    return parser.parse_args()


@contextmanager
def _server(kind: str) -> Iterator[str | None]:
    if kind == "sqlite":
        yield None
        return
    with servers.postgres() as url:
        yield url


def _run(wish: argparse.Namespace, server: str | None, *, most: int) -> Verdict:
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="paperround-chaos-") as name,
        new_database(server, Path(name)) as url,
    ):
        house = ChaosHouse(Path(name), url, connections=wish.connections)
        house.fill(wish.deliveries)
        kills = 0
        while kills < most and _killed_life(house, wish):
            kills += 1
        house.live(delay=0)
        verdict = _judge(house, wish, kills)
    return Verdict(**{**asdict(verdict), "seconds": round(time.monotonic() - began, 1)})


def _killed_life(house: ChaosHouse, wish: argparse.Namespace) -> bool:
    """Whether the life was ended by us, rather than by having done all there was to do."""
    moment = random.uniform(0, wish.within)
    number = signal.Signals[f"SIG{wish.signal}"]
    return house.live(delay=wish.delay, end=(moment, number))


def _judge(house: ChaosHouse, wish: argparse.Namespace, kills: int) -> Verdict:
    intended = house.intended()
    lives: dict[str, list[int]] = defaultdict(list)
    ids: dict[str, set[str]] = defaultdict(set)
    for life, message_id, recipient in house.arrived():
        lives[recipient].append(life)
        ids[recipient].add(message_id)
    # A copy belongs to the kill that ended the life of the copy before it.
    per_kill = Counter(life for each in lives.values() for life in sorted(each)[:-1])
    lost = [address for address in intended if address not in lives]
    faults = [f"{address} got nothing" for address in lost]
    faults += [f"{a} is {state}, not sent" for a, state in intended.items() if state != "sent"]
    faults += [
        f"{a} got copies with {len(found)} ids" for a, found in ids.items() if len(found) > 1
    ]
    faults += [f"{a} got a mail nobody promised" for a in lives if a not in intended]
    faults += [
        f"{a} got two in one life" for a, each in lives.items() if len(set(each)) < len(each)
    ]
    allowed = wish.connections if wish.signal == "KILL" else 0
    faults += [f"kill {k} made {n} copies" for k, n in per_kill.items() if n > allowed]
    return Verdict(
        database=wish.database,
        connections=wish.connections,
        signal=wish.signal,
        deliveries=len(intended),
        kills=kills,
        lost=len(lost),
        duplicates=per_kill.total(),
        worst_kill=max(per_kill.values(), default=0),
        faults=faults,
    )


# ── results ──


def _append(results: Path, verdict: Verdict) -> None:
    results.parent.mkdir(parents=True, exist_ok=True)
    with results.open("a") as file:
        file.write(json.dumps(asdict(verdict)) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _mine(results: Path, wish: argparse.Namespace) -> list[dict[str, Any]]:
    lines = results.read_text().splitlines() if results.exists() else []
    keys = ("database", "connections", "signal")
    found = [json.loads(line) for line in lines]
    return [it for it in found if all(it[key] == getattr(wish, key) for key in keys)]


def _kills(results: Path, wish: argparse.Namespace) -> int:
    return sum(it["kills"] for it in _mine(results, wish))


def _summary(results: Path, wish: argparse.Namespace) -> dict[str, Any]:
    runs = _mine(results, wish)
    total = {
        key: sum(it[key] for it in runs) for key in ("deliveries", "kills", "lost", "duplicates")
    }
    return {
        "database": wish.database,
        "connections": wish.connections,
        "signal": wish.signal,
        "runs": len(runs),
        **total,
        "duplicates_per_kill": round(total["duplicates"] / max(total["kills"], 1), 2),
        "worst_kill": max((it["worst_kill"] for it in runs), default=0),
        "faults": [fault for it in runs for fault in it["faults"]],
    }


if __name__ == "__main__":
    main()
