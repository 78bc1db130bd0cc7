"""Migrated, empty databases, made so quickly that every test can have one on both servers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from secrets import token_hex

import psycopg
from sqlalchemy import make_url
from sqlmodel import SQLModel

from service.db import create_engine
from service.migrations import migrate

FreshDatabase = Callable[[], AbstractContextManager[str]]
"""Each call makes a migrated, empty database, and yields its URL."""


def sqlite_databases(folder: Path) -> FreshDatabase:
    """Files in this folder, each a copy of one that was migrated once."""
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


@contextmanager
def postgres_databases(server: str) -> Iterator[FreshDatabase]:
    """Databases on this server, each of which serves one test after another.

    Making one takes a hundred times as long as emptying one.
    """
    spare: list[_Database] = []
    with ExitStack() as stack:

        @contextmanager
        def fresh() -> Iterator[str]:
            database = spare.pop() if spare else stack.enter_context(_Database(server))
            yield database.url
            if database.empty():
                spare.append(database)

        yield fresh


class _Database:
    """One Postgres database, gone in the end, with a connection of its own to clean it."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.name = f"test_{token_hex(8)}"
        self.url = _named(server, self.name)

    def __enter__(self) -> "_Database":
        self._administer(f"CREATE DATABASE {self.name}")
        self.revision = _migrate(self.url)
        self.cleaner = psycopg.connect(self.url, autocommit=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.cleaner.close()
        self._administer(f"DROP DATABASE {self.name} WITH (FORCE)")

    def empty(self) -> bool:
        """Take out all rows; False if the tables are no longer those of the newest revision."""
        try:
            self._end_other_sessions()
            revisions = self.cleaner.execute("SELECT version_num FROM alembic_version").fetchall()
            self._delete_all()
        except psycopg.errors.UndefinedTable:
            return False
        return revisions == [(self.revision,)]

    def _end_other_sessions(self) -> None:
        self.cleaner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _delete_all(self) -> None:
        for table in reversed(SQLModel.metadata.sorted_tables):  # children first
            self.cleaner.execute(f"DELETE FROM {table.name}")  # noqa: S608
        self.cleaner.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences"
        )

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as admin:
            admin.execute(statement)


def _named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _migrate(url: str) -> str:
    engine = create_engine(url)
    revision = migrate(engine)
    engine.dispose()
    return revision
