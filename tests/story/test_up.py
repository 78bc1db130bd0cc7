"""`paperround up`: one command runs it all, heals itself, and leaves nothing behind."""

import os
import signal
from pathlib import Path

import pytest

from tests.machine import Machine


@pytest.mark.timeout(300)
def test_everything_runs_heals_and_ends_by_one_command(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "state")
    assert machine.run("migrate").returncode == 0
    assert machine.run("subscribe", "ada@reader.example").returncode == 0
    with machine.up() as running:
        assert machine.mailed("ada@reader.example")

        second = machine.run("up")
        assert second.returncode == 1
        assert f"already runs on {machine.folder} (process {running.pid})" in second.stderr

        for worker in machine.processes(r"\bworker\b"):
            os.kill(worker, signal.SIGKILL)
        assert machine.says("a part ended", "worker")
        assert machine.run("subscribe", "bo@reader.example").returncode == 0
        assert machine.mailed("bo@reader.example")

        running.send_signal(signal.SIGTERM)
        assert running.wait(90) == 0
    assert machine.processes() == []
