"""The tables brought to the shape that this release needs; only Alembic ever changes them."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

ONE_AT_A_TIME = 0x50_41_50_45_52  # "PAPER": the advisory lock that migrators queue for


def migrate(engine: Engine) -> str:
    """Bring the database to the newest revision, whose name is returned.

    A second migrator at the same moment waits, and then finds nothing left to do.
    """
    return _run(engine, lambda config: command.upgrade(config, "head")) or ""


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to an older revision; `base` leaves no table of ours."""
    _run(engine, lambda config: command.downgrade(config, revision))


def is_current(engine: Engine) -> bool:
    """Whether the tables are those of this release; raises what the database raises."""
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        return revision == ScriptDirectory.from_config(_config(connection)).get_current_head()


def _run(engine: Engine, work: Callable[[Config], None]) -> str | None:
    with alone(engine) as connection:
        work(_config(connection))
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """One transaction for the whole change, and nobody else migrating meanwhile."""
    with engine.execution_options(writes=True).connect() as connection:
        if engine.dialect.name == "sqlite":
            with _foreign_keys_at_the_end(connection), connection.begin():
                yield connection
                _check_foreign_keys(connection)
        else:
            with connection.begin():
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
                yield connection


@contextmanager
def _foreign_keys_at_the_end(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it, and must not miss its children's parent meanwhile.

    The switch works outside transactions only, so it goes to the driver itself.
    """
    with closing(connection.connection.cursor()) as driver:
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise RuntimeError(f"the migration left {len(orphans)} rows without the row they point to")


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    return config


def _scripts() -> Path:
    """Where the migrations lie: inside the package when installed, beside it in a checkout."""
    here = Path(__file__).parent
    inside = here / "alembic"
    return inside if inside.is_dir() else here.parent / "alembic"
