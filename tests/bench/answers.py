"""Does the time of an answer tell whether an address is known? `make bench ARGS=answers`.

Posts to the box to subscribe of a real `paperround web`, for known and unknown addresses in random
order, and right after each of them a second request, which would feel the work that the first one
left behind. Equal means: medians at most 2 ms apart, and a two-sample Kolmogorov-Smirnov test that
sees no difference (p > 0.01).
"""

import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import ks_2samp
from sqlmodel import delete

from service import subscribe
from service.db import transaction
from service.mail.links import Links
from service.migrations import migrate
from service.models import Knock
from service.settings import Settings
from service.wiring import House
from service.wishes import Wishes
from tests.machine import Machine

MOST_APART = 2.0
LEAST_P = 0.01
KINDS = ("known", "unknown")


@dataclass
class Times:
    """How long each kind of address took, in milliseconds: the post, and the request after it."""

    posts: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    next_ones: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})


def main(posts: int, database: str) -> None:
    """Print the table of all ways to ask."""
    table = Table("way", "request", "known ms", "unknown ms", "apart ms", "KS p", "equal")
    for one_client in (True, False):
        for keep_alive in (True, False):
            way = f"{'one client' if one_client else 'many clients'}, "
            way += "one connection" if keep_alive else "new connections"
            times = measure(posts, database, one_client=one_client, keep_alive=keep_alive, way=way)
            for name, found in (("post", times.posts), ("the next", times.next_ones)):
                table.add_row(way, name, *compared(found["known"], found["unknown"]))
    Console().print(table)


def compared(known: list[float], unknown: list[float]) -> Iterator[str]:
    """The cells of the table."""
    apart = abs(median(known) - median(unknown))
    p = float(ks_2samp(known, unknown).pvalue)
    yield from (f"{median(known):.3f}", f"{median(unknown):.3f}", f"{apart:.3f}", f"{p:.3f}")
    yield "yes" if apart <= MOST_APART and p > LEAST_P else "NO"


def measure(
    posts: int, database: str, *, one_client: bool, keep_alive: bool, way: str = ""
) -> Times:
    """So many posts of each kind, against a new house."""
    with tempfile.TemporaryDirectory() as name:
        machine = Machine(Path(name))
        machine.environment |= {
            "PAPERROUND_TRUSTED_PROXIES": "1",
            "PAPERROUND_LOG_LEVEL": "warning",
        }
        if database:
            machine.environment["PAPERROUND_DATABASE_URL"] = database
            machine.environment |= {
                "PAPERROUND_SMTP_URL": "smtp://127.0.0.1:1",
                "PAPERROUND_SECRET_KEY": "k" * 32,
            }
        people = addresses(machine, posts, database)
        with machine.up("web") as _, machine.browser() as browser:
            assert browser.get("/health/ready").status_code == 200
            return _measure(machine, people, one_client=one_client, keep_alive=keep_alive, way=way)


def addresses(machine: Machine, count: int, database: str) -> dict[str, list[str]]:
    """Addresses of each kind, alike in length; those of the known ones read already."""
    marks = random.sample(range(10**8, 10**9), 2 * count)
    people = {
        kind: [f"r{mark}@reader.example" for mark in marks[place::2]]
        for place, kind in enumerate(KINDS)
    }
    settings = Settings(state_dir=machine.folder, database_url=database)
    if database:
        settings = settings.model_copy(update={"secret_key": "k" * 32})
    house = House(settings)
    migrate(house.engine)
    with transaction(house.engine) as session:
        session.exec(delete(Knock))  # of the way before, where the database is one for all
        for address in people["known"]:
            wishes, hashed = Wishes(interests=["graphs"]), house.links.address_hash(address)
            subscribe.ask(session, address, wishes, hashed, confirmed=True, now=house.now())
    house.engine.dispose()
    return people


def _measure(
    machine: Machine,
    people: dict[str, list[str]],
    *,
    one_client: bool,
    keep_alive: bool,
    way: str,
) -> Times:
    links = Links(machine.url, [machine.environment.get("PAPERROUND_SECRET_KEY") or _key(machine)])
    times, line = Times(), _Line(machine.url)
    order = [
        (kind, address)
        for pair in zip(*people.values(), strict=True)
        for kind, address in random.sample(list(zip(KINDS, pair, strict=True)), 2)
    ]
    for number, (kind, address) in enumerate(track(order, way or "posts")):
        if not keep_alive:
            line.hang_up()
        client = (
            "203.0.113.1" if one_client else f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        )
        stamp = links.stamp(datetime.now(UTC) - timedelta(seconds=5))
        body = urlencode({"email": address, "interests": "graphs, deep sleep", "stamp": stamp})
        times.posts[kind].append(line.times("POST", "/subscribe", body, client))
        times.next_ones[kind].append(line.times("GET", "/health/ready", "", client))
    line.hang_up()
    return times


def _key(machine: Machine) -> str:
    return (machine.folder / "secret_key").read_text()


class _Line:
    """One client's connection."""

    def __init__(self, url: str) -> None:
        self._place = urlsplit(url)
        self._connection = self._open()

    def _open(self) -> HTTPConnection:
        return HTTPConnection(self._place.hostname or "", self._place.port)

    def hang_up(self) -> None:
        self._connection.close()

    def times(self, method: str, path: str, body: str, client: str) -> float:
        """The milliseconds from the first byte sent to the last one read."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": client,
        }
        begin = time.perf_counter()
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        answer.read()
        taken = time.perf_counter() - begin
        assert answer.status in (200, 202), answer.status
        return taken * 1000
