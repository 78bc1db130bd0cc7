"""A machine on which everything runs, a real Chromium, and somebody who sits at it."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from service import demo
from tests.browser import chromium
from tests.browser.laptop import Laptop
from tests.browser.visitor import Visitor

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def today() -> date:
    """The day of the newer digest."""
    return datetime.now(UTC).date()


@pytest.fixture(scope="session")
def machine(today: date, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """`paperround up`, with yesterday's papers and today's."""
    folder = tmp_path_factory.mktemp("machine")
    machine = Laptop(folder / "state")
    machine.does("migrate")
    for day, sample in ((today - timedelta(days=1), "first"), (today, "second")):
        path = demo.SAMPLES / f"{sample}.json"
        machine.does("ingest", str(path), "--date", day.isoformat())
    with machine.up() as running:
        assert machine.answers()
        yield machine
        running.send_signal(signal.SIGTERM)
        assert running.wait(90) == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium that knows nothing of earlier runs, and asks nobody for anything."""
    program = chromium.find()
    assert program, chromium.NONE
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=program,
            args=QUIET,
            chromium_sandbox=os.geteuid() != 0,  # which refuses to work for root
        )


@pytest.fixture
def visitor(
    machine: Laptop, browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """Somebody who was never here; where a test fails, what they saw is kept."""
    context = browser.new_context(base_url=machine.url, locale="en-GB", reduced_motion="reduce")
    context.tracing.start(screenshots=True, snapshots=True)
    made = Visitor(context.new_page(), machine.url)
    yield made
    made.page.screenshot(path=tmp_path / "last.png", full_page=True)
    context.tracing.stop(path=tmp_path / "trace.zip")
    kept = f"{tmp_path}: last.png, and trace.zip for `playwright show-trace`"
    request.node.add_report_section("teardown", "what the browser showed", kept)
    context.close()
    assert made.troubles == []
