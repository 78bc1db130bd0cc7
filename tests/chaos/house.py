"""A house for the campaigns: a database full of deliveries, driven by the real command line."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from threading import Event, Thread
from typing import Any

import psycopg
from sqlalchemy import make_url
from sqlmodel import col, select

from service import subscribe
from service.db import reading, transaction
from service.models import Delivery, Subscriber
from service.settings import Settings
from service.wiring import House, open_house
from service.wishes import Wishes

ROOT = Path(__file__).parents[2]
SINK = Path(__file__).with_name("sink.py")
TASTES = ("graphs", "language models", "protein folding", "robots", "sleep", "galaxies")


class ChaosHouse:
    """One database, its readers, the log of the relay, and one life of `deliver` after another."""

    def __init__(self, folder: Path, database_url: str, *, connections: int) -> None:
        self.log = folder / "relay.log"
        self.lives = 0
        self.settings = {
            "PAPERROUND_STATE_DIR": str(folder / "state"),
            "PAPERROUND_DATABASE_URL": database_url,
            "PAPERROUND_SECRET_KEY": token_hex(32),
            "PAPERROUND_SMTP_URL": "smtp://127.0.0.1:9",
            "PAPERROUND_SMTP_CONNECTIONS": str(connections),
        }

    def fill(self, deliveries: int) -> None:
        """Readers, a digest, and an edition for each reader in the outbox."""
        today = datetime.now(UTC).date().isoformat()
        self.paperround("migrate")
        self.paperround("ingest", str(ROOT / "service/samples/first.json"), "--date", today)
        self._subscribe(deliveries)
        self.paperround("compose", "--day", today)

    def paperround(self, *words: str) -> dict[str, Any]:
        """Run a command to its end; its JSON."""
        done = subprocess.run(
            [*self._command(*words), "--json"],
            env=self._environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def live(self, *, delay: float, end: tuple[float, signal.Signals] | None = None) -> bool:
        """One life of `deliver`; ended so many seconds after its first hand-over, if it still runs.

        Whether it was ended by us.
        """
        self.lives += 1
        with self._sink(delay) as (port, first):
            process = subprocess.Popen(
                self._command("deliver", "--json"),
                env=self._environment(PAPERROUND_SMTP_URL=f"smtp://127.0.0.1:{port}"),
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
            watch = Thread(target=_watch, args=(process, first))
            watch.start()
            first.wait()
            ended = _end(process, *end) if end else False
            watch.join()
        if not ended and process.returncode:
            raise RuntimeError(f"`paperround deliver` failed by itself: {process.returncode}")
        return ended

    def intended(self) -> dict[str, str]:
        """Each reader with a delivery, and what the outbox says came of it."""
        with reading(self._open().engine) as session:
            rows = session.exec(
                select(Subscriber.email, Delivery.state).join(
                    Delivery, col(Delivery.subscriber_id) == Subscriber.id
                )
            ).all()
        return {str(email): str(state) for email, state in rows}

    def arrived(self) -> Iterator[tuple[int, str, str]]:
        """Life, Message-ID and recipient of each mail that the relay took, in order."""
        for line in self.log.read_text().splitlines():
            life, message_id, recipient = line.split()
            yield int(life), message_id, recipient

    def _subscribe(self, count: int) -> None:
        house, now = self._open(), datetime.now(UTC)
        first = "reader1@campaign.example"
        self.paperround("subscribe", first, "--interest", TASTES[0], "--confirmed")
        with transaction(house.engine) as session:
            for number in range(2, count + 1):
                address = f"reader{number}@campaign.example"
                wishes = Wishes(interests=[TASTES[number % len(TASTES)]])
                hashed = house.links.address_hash(address)
                subscribe.ask(session, address, wishes, hashed, confirmed=True, now=now)

    def _open(self) -> House:
        names = {key.removeprefix("PAPERROUND_").lower(): it for key, it in self.settings.items()}
        return open_house(Settings(**names))  # type: ignore[arg-type]

    @contextmanager
    def _sink(self, delay: float) -> Iterator[tuple[int, Event]]:
        """A relay for one life: its port, and the event of its first mail."""
        with subprocess.Popen(
            [sys.executable, str(SINK), str(self.log), str(self.lives), str(delay)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as sink:
            assert sink.stdin
            assert sink.stdout
            port, first = int(sink.stdout.readline()), Event()
            drain = Thread(target=_announce, args=(sink.stdout, first), daemon=True)
            drain.start()
            try:
                yield port, first
            finally:
                sink.stdin.close()
                drain.join()

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "service.cli", *words]

    def _environment(self, **changes: str) -> dict[str, str]:
        return {**os.environ, **self.settings, **changes, "PYTHONPATH": str(ROOT)}


@contextmanager
def new_database(server: str | None, folder: Path) -> Iterator[str]:
    """The URL of an empty database: a file in the folder, or one on the Postgres server."""
    if server is None:
        yield f"sqlite:///{folder / 'chaos.db'}"
        return
    name = f"chaos_{token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _watch(process: subprocess.Popen[bytes], first: Event) -> None:
    """Wait for the end, which also ends the wait for a first mail."""
    process.wait()
    first.set()


def _announce(output: Any, first: Event) -> None:
    """Say when the first dot comes; then only keep the pipe empty."""
    while output.read1(4096):
        first.set()


def _end(process: subprocess.Popen[bytes], moment: float, number: signal.Signals) -> bool:
    """Whether the process still ran after that moment, and so was ended by this signal."""
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, number)
        return True
    return False
