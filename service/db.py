"""The engine, transactions, and the column types that both databases agree on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Integer, event, func, make_url, select
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Connection, ExceptionContext
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

# One naming rule for constraints, set before any table is made, so that both databases and
# Alembic call them alike.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a naive one is refused, since nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone can't be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)  # SQLite forgets zones
        return value.astimezone(UTC)  # Postgres answers in the zone of the session


def database_url(text: str) -> URL:
    """The address of a database, with the driver that we install filled in."""
    url = make_url(text)
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def create_engine(text: str) -> Engine:
    """An engine for SQLite or Postgres that behaves alike on both.

    Row parameters are kept out of error texts: they hold readers' addresses.
    """
    url = database_url(text)
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sqlalchemy_engine(url, hide_parameters=True, connect_args={"timeout": 30})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = sqlalchemy_engine(url, hide_parameters=True, pool_pre_ping=True)
    event.listen(engine, "handle_error", _hide_row)
    return engine


def _hide_row(context: ExceptionContext) -> None:
    # Postgres quotes the row it refuses, which holds the reader's address
    detail = getattr(getattr(context.original_exception, "diag", None), "message_detail", None)
    for error in (context.original_exception, context.sqlalchemy_exception):
        if detail and error and error.args:
            error.args = (str(error.args[0]).replace(detail, "(hidden)"), *error.args[1:])


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # busy_timeout does not cover the upgrade of a read snapshot, so writers say so at once
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed as a whole at the end, or not at all."""
    writing = engine.execution_options(writes=True)
    with Session(writing, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only looks; whatever it might change is thrown away.

    What was read stays readable afterwards: closing rolls back too, but forgets nothing.
    """
    with Session(engine, expire_on_commit=False) as session:
        yield session


def one_at_a_time(session: Session, lock: int) -> None:
    """Let nobody else pass here until this transaction ends; SQLite has one writer as it is."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(select(func.pg_advisory_xact_lock(lock)))


def database_clock(engine: Engine) -> datetime:
    """The database's time, so that many machines agree on what is due and whose lease ended."""
    if engine.dialect.name == "sqlite":
        return datetime.now(UTC)
    with engine.connect() as connection:
        moment: datetime = connection.execute(select(func.now())).scalar_one()
        return moment.astimezone(UTC)


def insert_new(
    session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]
) -> list[int]:
    """Insert what no unique key knows yet, in one statement; the ids of the rows that are new."""
    if not rows:
        return []
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgres_insert
    target = table.__table__  # type: ignore[attr-defined]
    statement = insert(target).on_conflict_do_nothing().returning(target.c.id)
    return [row.id for row in session.connection().execute(statement, rows)]
