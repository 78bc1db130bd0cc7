"""Time each step of the road on one machine, in one run: `python -m tests.bench [--readers N]`.

`python -m tests.bench answers [--posts N]` asks whether the time of an answer tells on a reader;
`python -m tests.bench variety --dataset FOLDER` asks what becomes of a reader's lesser interests.

Absolute times belong to the machine; what can be compared between machines is the share of each
step, printed beside them.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlmodel import select

from service import learning, mornings, rounds, subscribe
from service.db import transaction
from service.demo import DAYS, READERS, SAMPLES
from service.ingest import ingest
from service.mail.smtp import OutcomeKind
from service.migrations import migrate
from service.models import Subscriber
from service.settings import Settings
from service.sources import read_digest
from service.wiring import House
from service.wishes import Wishes
from tests.bench import answers, variety

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)


class Stopwatch:
    """How long each step took, and for how many things."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, float]] = []

    @contextmanager
    def step(self, name: str, count: int) -> Iterator[None]:
        """Time what happens inside."""
        begin = time.perf_counter()
        yield
        self.steps.append((name, count, time.perf_counter() - begin))


def measure(house: House, readers: int) -> Stopwatch:
    """One morning with so many readers, from the digest to the mailbox folder."""
    watch = Stopwatch()
    data = (SAMPLES / DAYS[0]).read_bytes()
    with watch.step("read a digest of 60", 60):
        draft = read_digest(data, name="sample", today=NOW.date())
    with watch.step("ingest", 60), transaction(house.engine) as session:
        ingest(session, draft, day=NOW.date(), now=NOW)
    with watch.step("fit the space, compute features", 60):
        rounds.refresh(house, now=NOW)
    with watch.step("subscribe", readers), transaction(house.engine) as session:
        for number in range(readers):
            wishes = Wishes(interests=READERS[number % 2].interests)
            address = f"reader{number}@reader.example"
            hashed = house.links.address_hash(address)
            subscribe.ask(session, address, wishes, hashed, confirmed=True, now=NOW)
    with watch.step("train", readers):
        learning.train_stale(house, now=NOW)
    with watch.step("rank and compose", readers):
        made = sum(each.editions for each in mornings.compose_day(house, NOW.date(), [], now=NOW))
    assert made == readers, made
    with watch.step("write, build and hand over", readers):
        done = asyncio.run(rounds.deliver_round(house))
    assert done.outcomes[OutcomeKind.SENT] == readers, done
    with transaction(house.engine) as session:
        assert len(session.exec(select(Subscriber.id)).all()) == readers
    return watch


def main() -> None:
    """Print the table, and with --json the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["road", "answers", "variety"], default="road")
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--posts", type=int, default=1000, help="of answers, for each kind")
    parser.add_argument("--database", default="", help="of answers; a new SQLite one by default")
    parser.add_argument("--dataset", type=Path, help="of variety")
    parser.add_argument("--half", type=int, choices=[0, 1], default=1, help="of variety's readers")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.what == "answers":
        answers.main(asked.posts, asked.database)
        return
    if asked.what == "variety":
        if asked.dataset is None:
            parser.error("variety wants a --dataset")
        variety.report(asked.dataset, asked.half)
        return
    with tempfile.TemporaryDirectory() as folder:
        house = House(Settings(state_dir=Path(folder)), clock=lambda: NOW)
        migrate(house.engine)
        watch = measure(house, asked.readers)
        house.engine.dispose()
    if asked.json:
        print(json.dumps([{"step": n, "count": c, "seconds": s} for n, c, s in watch.steps]))
        return
    whole = sum(seconds for _, _, seconds in watch.steps)
    table = Table("step", "things", "seconds", "µs a thing", "share")
    for name, count, seconds in watch.steps:
        share = f"{seconds / whole:.0%}"
        table.add_row(name, str(count), f"{seconds:.2f}", f"{seconds / count * 1e6:,.0f}", share)
    Console().print(table)


if __name__ == "__main__":
    main()
