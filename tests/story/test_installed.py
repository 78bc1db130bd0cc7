"""The wheel, installed far from any checkout: the command migrates, runs it all, and ends."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.machine import Machine, ask

TRAPS = ("service", "workers", "celery")


@pytest.fixture
def machine(installed: Path, tmp_path: Path) -> Machine:
    """Somebody's shell, in a folder whose names would lead astray whoever looks there first."""
    where = tmp_path / "somewhere else"
    for name in TRAPS:
        (where / name).mkdir(parents=True)
        (where / name / "__init__.py").write_text("raise RuntimeError('the working directory')\n")
    folder = tmp_path / "a state folder with spaces"
    return Machine(folder, program=[installed / "paperround"], where=where)


@pytest.mark.timeout(300)
def test_what_was_installed_runs_it_all_and_leaves_nothing_behind(machine: Machine) -> None:
    migrated = machine.run("migrate")
    assert migrated.stdout.startswith("the database is at revision"), migrated.stderr
    with machine.up() as running:
        with machine.browser() as browser:
            assert browser.get("/subscribe").status_code == 200
            assert ask(browser, machine.links, "ada@reader.example", "graphs").status_code == 202
        assert machine.mailed("ada@reader.example")
        assert "Please confirm" in "".join(
            path.read_text() for path in (machine.folder / "mailbox").glob("*.eml")
        )
        running.send_signal(signal.SIGTERM)
        assert running.wait(90) == 0
    assert machine.processes() == []


def test_what_was_installed_knows_nothing_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import service, workers; print(service.__file__, workers.__file__, sep='\\n')"
    told = subprocess.check_output([installed / "python", "-c", code], cwd=tmp_path, text=True)
    assert all(Path(line).is_relative_to(installed.parent) for line in told.splitlines())
