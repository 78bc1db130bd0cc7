"""Alembic alone makes the tables, and makes them as the models say, on both databases."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from service import migrations, models
from service.db import create_engine, transaction
from service.migrations import downgrade, migrate
from tests.house.rows import fill_every_table

ROOT = Path(models.__file__).parents[2]
VERSIONS = ROOT / "alembic" / "versions"
TABLES = SQLModel.metadata.tables


def test_autogenerate_finds_no_difference(engine: Engine) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrated_tables_are_those_of_the_models_down_to_every_check(engine: Engine) -> None:
    """Autogenerate does not look at checks, nor at the conditions of an index."""
    migrated = _shape(engine)
    downgrade(engine, "base")
    SQLModel.metadata.create_all(engine)
    assert migrated == _shape(engine)
    assert set(migrated) == set(TABLES)


def test_up_down_and_up_again_works_with_rows_in_every_table(engine: Engine) -> None:
    for revision in _revisions():
        with transaction(engine) as session:
            filled = {type(row).__tablename__ for row in fill_every_table(session)}
        assert filled == set(TABLES)
        downgrade(engine, revision)
        migrate(engine)
        downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        migrate(engine)
    with transaction(engine) as session:
        fill_every_table(session)


def test_migrating_twice_changes_nothing_and_names_the_revision(engine: Engine) -> None:
    head = ScriptDirectory(str(ROOT / "alembic")).get_current_head()
    assert (migrate(engine), migrate(engine)) == (head, head)


def test_two_migrators_at_once_both_find_the_work_done(engine: Engine, database_url: str) -> None:
    downgrade(engine, "base")
    together = Barrier(2)

    def one(_: int) -> str:
        own = create_engine(database_url)
        together.wait()
        revision = migrate(own)
        own.dispose()
        return revision

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(one, range(2))
    assert first == second == migrate(engine)


def test_a_failed_migration_leaves_nothing_half_done(engine: Engine) -> None:
    two = "DROP TABLE suppression", "DROP TABLE no_such_table"
    with pytest.raises(DBAPIError), migrations.alone(engine) as connection:
        list(map(connection.exec_driver_sql, two))
    assert "suppression" in inspect(engine).get_table_names()


@pytest.mark.parametrize("place", ["alembic", "service/alembic"])
def test_migrations_are_found_in_a_checkout_and_in_a_wheel(place: str, tmp_path: Path) -> None:
    house = tmp_path / "a house, 100 % new"
    shutil.copytree(ROOT / "service", house / "service")
    shutil.copytree(ROOT / "alembic", house / place)
    code = "from service import db, migrations as m; print(m.migrate(db.create_engine(m.__name__)))"
    code = code.replace("m.__name__", "'sqlite:///new.db'")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=house, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ScriptDirectory(str(ROOT / "alembic")).get_current_head()
    assert done.stderr == ""


@pytest.mark.parametrize("migration", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_outlives_the_code_of_its_day(migration: Path) -> None:
    text = migration.read_text()
    assert "service" not in text
    assert "sqlmodel" not in text


def _revisions() -> list[str]:
    """Every step down from the newest, one by one, to the empty database."""
    steps = ScriptDirectory(str(ROOT / "alembic")).walk_revisions()
    return [str(step.down_revision or "base") for step in steps]


def _shape(engine: Engine) -> dict[str, dict[str, Any]]:
    """All that the database itself tells of our tables."""
    found = inspect(engine)
    return {
        name: {
            "columns": [{**it, "type": str(it["type"])} for it in found.get_columns(name)],
            "primary key": found.get_pk_constraint(name),
            "foreign keys": _by_name(found.get_foreign_keys(name)),
            "uniques": _by_name(found.get_unique_constraints(name)),
            "checks": _by_name(found.get_check_constraints(name)),
            "indexes": _by_name([{**it, **_text(it)} for it in found.get_indexes(name)]),
        }
        for name in found.get_table_names()
        if name != "alembic_version"
    }


def _text(index: Any) -> dict[str, Any]:
    options = index.get("dialect_options", {})
    return {"dialect_options": {name: str(value) for name, value in options.items()}}


def _by_name(items: Any) -> dict[str, Any]:
    return {it["name"]: it for it in items}
