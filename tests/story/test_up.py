"""`paperround up`: one command runs it all, heals itself, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.servers import free_port

MOST_LOOKS = 20_000


class Machine:
    """A laptop with nothing installed but us."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        plain = {name: value for name, value in os.environ.items() if "PAPERROUND" not in name}
        self.environment = plain | {
            "PAPERROUND_STATE_DIR": str(folder),
            "PAPERROUND_BASE_URL": self.url,
            "PAPERROUND_SOURCES": "",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "service.cli", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def up(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "service.cli", "up"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def mailed(self, address: str) -> bool:
        """Look into the mailbox until a mail for that address is there."""
        with httpx.Client(base_url=self.url, transport=httpx.HTTPTransport(retries=8)) as browser:
            return any(address in browser.get("/mailbox").text for _ in range(MOST_LOOKS))

    def processes(self, word: str = "") -> list[int]:
        """Everything that runs on this machine's state folder, and has that word in its command."""
        mark = f"PAPERROUND_STATE_DIR={self.folder}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes():
                    command = (process / "cmdline").read_bytes().decode()
                    found += [int(process.name)] if re.search(word, command) else []
            except OSError:
                continue
        return found


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

        for worker in machine.processes("worker"):
            os.kill(worker, signal.SIGKILL)
        assert running.stderr
        assert any("worker ended" in line for line in running.stderr)
        assert machine.run("subscribe", "bo@reader.example").returncode == 0
        assert machine.mailed("bo@reader.example")

        running.send_signal(signal.SIGTERM)
        running.stderr.read()
        assert running.wait(90) == 0
    assert machine.processes() == []
