"""What every test may ask for: a migrated database, on SQLite and on Postgres, and servers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from service.db import create_engine
from service.migrations import migrate
from tests import servers
from tests.postbox import Postbox
from tests.world import World

FreshDatabase = Callable[[], AbstractContextManager[str]]
"""Each call makes a migrated, empty database, and yields its URL."""


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
    """Migrated SQLite files, each a copy of one that was migrated once."""
    folder = tmp_path_factory.mktemp("sqlite")
    template = folder / "template.db"
    _migrate(f"sqlite:///{template}")

    @contextmanager
    def fresh() -> Iterator[str]:
        path = folder / f"{token_hex(8)}.db"
        shutil.copyfile(template, path)
        yield f"sqlite:///{path}"
        for left in folder.glob(f"{path.name}*"):
            left.unlink()

    return fresh


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str) -> Iterator[FreshDatabase]:
    """Migrated Postgres databases, each a copy of one that was migrated once."""
    template = f"template_{token_hex(8)}"
    with (
        psycopg.connect(postgres_url, autocommit=True) as admin,
        _database(admin, template),
    ):
        _migrate(_named(postgres_url, template))

        @contextmanager
        def fresh() -> Iterator[str]:
            name = f"test_{token_hex(8)}"
            with _database(admin, name, f"TEMPLATE {template}"):
                yield _named(postgres_url, name)

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


@contextmanager
def _database(admin: psycopg.Connection, name: str, how: str = "") -> Iterator[None]:
    admin.execute(f"CREATE DATABASE {name} {how}")
    try:
        yield
    finally:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    engine = create_engine(url)
    migrate(engine)
    engine.dispose()
