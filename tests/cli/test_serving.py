"""`paperround web` and `paperround demo` as processes that somebody opens in a browser."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, *words: str) -> Iterator[httpx.Client]:
    """The command running, and a browser at its pages; at the end it is asked to stop."""
    url = f"http://127.0.0.1:{free_port()}"
    plain = {name: value for name, value in os.environ.items() if "PAPERROUND" not in name}
    settings = {"PAPERROUND_STATE_DIR": str(folder), "PAPERROUND_BASE_URL": url}
    command = [sys.executable, "-m", "service.cli", *words]
    with subprocess.Popen(command, env=plain | settings, stdout=subprocess.DEVNULL) as process:
        # a refused connection is tried again, at growing distances, until the pages are up
        with httpx.Client(base_url=url, transport=httpx.HTTPTransport(retries=8)) as browser:
            yield browser
        process.send_signal(signal.SIGINT)
        assert process.wait(90) == 0


def test_the_trial_shows_two_readers_two_different_mails_and_brings_the_next_day(
    tmp_path: Path,
) -> None:
    with served(tmp_path, "demo") as browser:
        assert browser.get("/health/live").status_code == 200
        page = browser.get("/mailbox").text
        assert "ada@example.org" in page
        assert "noor@example.org" in page
        assert len(list((tmp_path / "mailbox").glob("*.eml"))) == 2
    with served(tmp_path, "demo") as browser:  # `make run` again brings the second day
        assert browser.get("/mailbox").status_code == 200
        assert len(list((tmp_path / "mailbox").glob("*.eml"))) == 4


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", "demo"],
            env=os.environ
            | {
                "PAPERROUND_STATE_DIR": str(tmp_path),
                "PAPERROUND_BASE_URL": f"http://127.0.0.1:{port}",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"can't be served at 127.0.0.1:{port}" in done.stderr
    assert not (tmp_path / "mailbox").exists()
