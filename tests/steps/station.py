"""A house with sources of its own on loopback, and papers for them to list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import select

from service import rounds
from service.collect import Ask
from service.db import reading
from service.models import Paper, SourceCheck
from service.rounds import Collected
from service.wiring import House
from tests.tools.pages import TOYS, item
from tests.upstream import Upstream

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
DAYS = ["2026-02-28", "2026-03-01", "2026-03-02"]
SATURDAY, SUNDAY, MONDAY = DAYS


@dataclass
class Station:
    """A house with sources, whose clock goes on only by what it waits and what a test lets pass."""

    house: House
    now: datetime = NOW

    def collect(self, *days: str, rest: bool = False) -> Collected:
        wanted = [date.fromisoformat(day) for day in days]
        return rounds.collect_digests(self.house, wanted, rest=rest, wait=self.wait)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def rows(self, table: Any) -> Sequence[Any]:
        with reading(self.house.engine) as session:
            return session.exec(select(table)).all()

    def check(self, day: str, upstream: Upstream) -> SourceCheck:
        url = Ask(upstream.url, date.fromisoformat(day)).url
        with reading(self.house.engine) as session:
            return session.exec(select(SourceCheck).where(SourceCheck.url == url)).one()

    def papers(self) -> int:
        return len(self.rows(Paper))


def papers(*numbers: int) -> list[dict[str, Any]]:
    return [item(TOYS[number], f"2502.{number:05}") for number in numbers]
