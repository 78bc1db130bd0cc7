"""What tests of steps may ask for besides: sources that answer as they are told to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.settings import Settings
from service.wiring import House
from tests.steps.station import Station
from tests.upstream import Upstream


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


@pytest.fixture
def second() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


@pytest.fixture
def build(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Station]]:
    """Makes a station over these sources."""
    made: list[Station] = []

    def station(*sources: str) -> Station:
        settings = Settings(
            state_dir=tmp_path, database_url=database_url, sources=",".join(sources)
        )
        new = Station(House(settings, clock=lambda: new.now))
        made.append(new)
        return new

    yield station
    for each in made:
        each.house.engine.dispose()


@pytest.fixture
def station(build: Callable[..., Station], upstream: Upstream) -> Station:
    """A station with one source."""
    return build(upstream.url)
