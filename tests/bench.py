"""Measure each step of the road, in one process: digest in, mails out.

    make bench ARGS="--readers 2000 --database postgres"

Rates are of this machine on this day; compare them with each other, and with yesterday's.
"""

import argparse
import asyncio
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from service import ingest, rounds, subscribe
from service.db import transaction
from service.migrations import migrate
from service.settings import Settings
from service.sources import read_digest
from service.wiring import House
from tests import servers
from tests.chaos.house import ROOT, SINK, TASTES, new_database


def main() -> None:
    """Print a line per step, or one JSON object."""
    parser = argparse.ArgumentParser(description="Measure each step of the road.")
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="paperround-bench-")))
        server = stack.enter_context(servers.postgres()) if wish.database == "postgres" else None
        settings = Settings(
            state_dir=folder,
            database_url=stack.enter_context(new_database(server, folder)),
            secret_key=token_hex(32),
            smtp_url=f"smtp://127.0.0.1:{stack.enter_context(_sink())}",
            smtp_connections=wish.connections,
        )
        house = House(settings)
        rows = _measure(house, wish.readers)
        house.engine.dispose()
    _report(rows, wish)


def _measure(house: House, readers: int) -> list[dict[str, Any]]:
    now = house.clock or (lambda: datetime.now(UTC))
    today = now().date()
    data = (ROOT / "service/samples/first.json").read_bytes()
    steps: list[tuple[str, Callable[[], int]]] = [
        ("migrate", lambda: len(migrate(house.engine)) and 1),
        ("ingest papers", lambda: _ingest(house, data, now())),
        ("fit the space", lambda: rounds.refresh(house, now=now())),
        ("subscribe readers", lambda: _subscribe(house, readers, now())),
        ("train models", lambda: rounds.train_stale(house, now=now())),
        (
            "compose editions",
            lambda: sum(it.editions for it in rounds.compose_day(house, today, [], now=now())),
        ),
        ("deliver mails", lambda: asyncio.run(rounds.deliver_round(house)).total),
    ]
    return [_timed(name, work) for name, work in steps]


def _timed(name: str, work: Callable[[], int]) -> dict[str, Any]:
    began = time.perf_counter()
    count = work()
    seconds = time.perf_counter() - began
    return {"step": name, "count": count, "seconds": seconds, "per_second": count / seconds}


def _ingest(house: House, data: bytes, now: datetime) -> int:
    draft = read_digest(data, name="first.json", today=now.date())
    with transaction(house.engine) as session:
        return ingest.ingest(session, draft, day=now.date(), now=now).entries


def _subscribe(house: House, count: int, now: datetime) -> int:
    with transaction(house.engine) as session:
        for number in range(count):
            address = f"reader{number}@bench.example"
            wishes = subscribe.Wishes(interests=[TASTES[number % len(TASTES)]])
            hashed = house.links.address_hash(address)
            subscribe.ask(session, address, wishes, hashed, confirmed=True, now=now)
    return count


@contextmanager
def _sink() -> Iterator[int]:
    """The port of a relay, in a process of its own, that takes everything and keeps nothing."""
    command = [sys.executable, str(SINK), "-", "0", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sink:
        assert sink.stdin
        assert sink.stdout
        yield int(sink.stdout.readline())
        sink.stdin.close()


def _report(rows: list[dict[str, Any]], wish: argparse.Namespace) -> None:
    unit = 2**20 if platform.system() == "Darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
    if wish.json:
        print(json.dumps({"database": wish.database, "steps": rows, "peak_mb": peak}))
        return
    print(f"{wish.readers} readers on {wish.database}, {wish.connections} connections")
    for row in rows:
        print("{step:<20}{count:>8} in {seconds:7.2f} s {per_second:>10.0f}/s".format(**row))
    print(f"{'most memory':<20}{peak:>8} MB")


if __name__ == "__main__":
    main()
