"""What every test may ask for: a migrated database, on SQLite and on Postgres, and servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.db import create_engine
from tests import databases, servers
from tests.databases import FreshDatabase
from tests.postbox import Postbox
from tests.world import World


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A Postgres server, for tests that make databases of their own."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A server that speaks the protocol of Redis."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> FreshDatabase:
    """Migrated, empty SQLite files."""
    return databases.sqlite_databases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str) -> Iterator[FreshDatabase]:
    """Migrated, empty Postgres databases."""
    with databases.postgres_databases(postgres_url) as fresh:
        yield fresh


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated, empty database; the test runs once on each kind."""
    fresh: FreshDatabase = request.getfixturevalue(f"{request.param}_databases")
    with fresh() as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated, empty database; the test runs once on SQLite and once on Postgres."""
    made = create_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """An SMTP server that keeps what it is given, and can be told to refuse or hang up."""
    with Postbox() as server:
        yield server


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A whole house whose mail goes to a folder, and whose clock the test turns."""
    with World(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def mailing(database_url: str, tmp_path: Path, postbox: Postbox) -> Iterator[World]:
    """The same, with a real SMTP server at the other end: `mailing.postbox`."""
    with World(database_url, tmp_path, postbox) as made:
        yield made
