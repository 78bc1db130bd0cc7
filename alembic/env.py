"""How Alembic reaches the database: by the connection it is handed, or by our settings."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.sql.elements import False_, True_
from sqlmodel.sql.sqltypes import AutoString

from service import models
from service.db import UtcDateTime, create_engine
from service.settings import Settings


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our column types as plain SQLAlchemy, so that a migration outlives the code of its day."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "server_default" and isinstance(getattr(item, "arg", None), False_ | True_):
        return f"sa.{item.arg}()"  # the word that each database writes in its own way
    return False


def migrate(connection: Connection) -> None:
    """Run what Alembic was asked for, within the transaction of the connection."""
    context.configure(
        connection=connection,
        target_metadata=models.Subscriber.metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_from_the_command_line() -> None:
    """What `alembic …` does in a checkout: the database that the settings name."""
    engine = create_engine(Settings().database)
    with engine.execution_options(writes=True).begin() as connection:
        migrate(connection)
    engine.dispose()


handed = context.config.attributes.get("connection")
if handed is None:
    migrate_from_the_command_line()
else:
    migrate(handed)
