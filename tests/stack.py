"""The parts of compose.yaml as processes: its commands and environment, at our tests' servers."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.wheel import ROOT

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


class Stack:
    """What `docker compose up` starts of us; `operator` is the environment it is called in.

    `places` says what stands here for the names that only a network of containers knows; one that
    the file does not name is an error, so that the two can't drift apart.
    """

    def __init__(
        self, commands: Path, folder: Path, operator: Mapping[str, str], places: Mapping[str, str]
    ) -> None:
        self.commands = commands
        self.folder = folder
        self.operator = operator
        self.places = places
        self.services: dict[str, Any] = yaml.safe_load(self._placed())["services"]

    def _placed(self) -> str:
        text = (ROOT / "compose.yaml").read_text()
        for name, here in self.places.items():
            assert name in text, f"compose.yaml does not say {name!r}"
            text = text.replace(name, here)
        return text

    def environment(self, part: str) -> dict[str, str]:
        """What that part is told, and nothing of the tests' own environment."""
        told = {
            "PATH": f"{self.commands}:{os.defpath}",
            "PAPERROUND_STATE_DIR": str(self.home(part)),
        }
        for name, value in self.services[part]["environment"].items():
            if value is not None:
                told[name] = VARIABLE.sub(self._variable, value)
            elif name in self.operator:
                told[name] = self.operator[name]
        return told

    def _variable(self, found: re.Match[str]) -> str:
        name, kind, word = found.groups()
        if value := self.operator.get(name):
            return value
        assert kind == "-", f"{name}: {word}"
        return str(word)

    def home(self, part: str) -> Path:
        """That part's own disk; no other part sees it."""
        folder = self.folder / part
        folder.mkdir(exist_ok=True)
        return folder

    def run(self, part: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """A command in that part, to its end; by default its own."""
        program = words or ("paperround", *shlex.split(self.services[part]["command"]))
        return subprocess.run(
            program,
            executable=self.commands / program[0],
            env=self.environment(part),
            cwd=self.home(part),
            capture_output=True,
            text=True,
            check=False,
        )

    def is_healthy(self, part: str) -> bool:
        """What the part's own check says."""
        kind, *words = self.services[part]["healthcheck"]["test"]
        assert kind == "CMD"
        return self.run(part, *words).returncode == 0

    @contextmanager
    def up(self, *parts: str) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
        """These parts running; asked to stop as `docker compose stop` does, if they still run."""
        with ExitStack() as stack:
            running = {}
            for part in parts:
                running[part] = stack.enter_context(self._start(part))
                stack.callback(running[part].terminate)
            yield running

    def _start(self, part: str) -> subprocess.Popen[bytes]:
        words = shlex.split(self.services[part]["command"])
        with (self.home(part) / "log").open("wb") as log:
            return subprocess.Popen(
                [self.commands / "paperround", *words],
                env=self.environment(part),
                cwd=self.home(part),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self, running: Mapping[str, subprocess.Popen[bytes]]) -> dict[str, int]:
        """SIGTERM to all, and how each ended within its grace."""
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        return {part: process.wait(self._grace(part)) for part, process in running.items()}

    def _grace(self, part: str) -> int:
        return int(str(self.services[part].get("stop_grace_period", "10s")).rstrip("s"))
