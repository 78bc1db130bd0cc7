"""The house stands as its plan says."""

import re
import tomllib
from pathlib import Path

import pytest

import service
from service.models import Subscriber

ROOT = Path(service.__file__).parents[1]
CODE = sorted([*ROOT.glob("service/**/*.py"), *ROOT.glob("workers/**/*.py")])

TOP = """
    .ci/run CHANGELOG.md LICENSE Makefile README.md alembic/env.py docs/architecture.md
    docs/decisions.md pyproject.toml requirements.lock service templates tests workers
"""


@pytest.mark.parametrize("name", TOP.split())
def test_the_top_level_is_complete(name: str) -> None:
    assert (ROOT / name).exists()


def test_our_alembic_folder_does_not_hide_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


LOCKS = ("requirements.lock", "requirements-server.lock")


def pinned(lock: str) -> set[str]:
    """The lines of a lock that pin something."""
    lines = (ROOT / lock).read_text().splitlines()
    return {line.rstrip(" \\") for line in lines if re.match(r"\w", line)}


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_host(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert "--hash=sha256:" in lock
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links", lock) == []


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_serves_every_python_that_we_name(name: str) -> None:
    assert all("==" in line for line in pinned(name))
    # needed before Python 3.11.3 only: a plain freeze forgets it
    assert "async-timeout==" in (ROOT / name).read_text()


def test_servers_run_what_was_tested_and_no_less_than_we_need() -> None:
    """After a change of pyproject.toml: `make lock`."""
    server = pinned("requirements-server.lock")
    assert server <= pinned("requirements.lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = project["dependencies"] + project["optional-dependencies"]["build"]
    names = {re.split(r"[\[>=<;]", each)[0].lower() for each in needed}
    assert names <= {re.split(r"[=\[]", line)[0] for line in server}


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250


def test_every_table_is_made_by_a_migration() -> None:
    made = "".join(path.read_text() for path in (ROOT / "alembic" / "versions").glob("*.py"))
    created = set(re.findall(r'create_table\(\s*"(\w+)"', made))
    assert created == set(Subscriber.metadata.tables)


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    empty = {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "manager",
        "managers",
        "misc",
        "service",
    }
    inside = {path.stem for path in CODE} | {path.parent.name for path in CODE} - {"service"}
    assert inside & empty == set()
