"""Commands that keep the round going: up, worker, beat."""

import os
import signal
import sys
from collections.abc import Mapping
from typing import Annotated, NoReturn

import typer

from service.broker import own_broker
from service.cli.app import app, screen
from service.cli.serving import check_free, place
from service.embedded import Part, Supervisor, only_one
from service.migrations import migrate
from service.wiring import House, open_house

# -P: whatever lies in the working directory, what runs is what was installed
PYTHON = (sys.executable, "-P", "-m")
CELERY = (*PYTHON, "workers", "--quiet")
# an idle worker has nothing to say to others, and a reconnect has less to stumble over
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning")
BEAT = ("beat", "--pidfile", "", "--loglevel", "warning")
FINISH_SECONDS = 60.0

Processes = Annotated[int, typer.Option(min=1, max=64, help="How many tasks at once.")]


@app.command("up")
def up_command(processes: Processes = 2) -> None:
    """Run everything on this machine: broker, worker, beat and pages; Ctrl-C ends all of it."""
    house = open_house()
    keep_up(house, processes=processes)


def keep_up(house: House, *, processes: int = 2, news: str = "", quiet: bool = False) -> None:
    """Supervise all parts until somebody asks to stop; `quiet` leaves the sources alone."""
    host, port = place(house)
    with only_one(house.settings.state_dir):
        check_free(host, port)
        migrate(house.engine)
        house.engine.dispose()
        supervisor = _supervisor(house, processes, sources="" if quiet else None)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.stop.set())
        url = house.settings.base_url.rstrip("/")
        screen.print(news or f"\nPaper Round is up: {url}\nCtrl-C ends it.\n", highlight=False)
        supervisor.run()


@app.command("worker")
def worker_command(processes: Processes = 2) -> None:
    """Do the work that beat announces: compose, deliver, train, fetch."""
    _become((*CELERY, *_worker(processes)))


@app.command("beat")
def beat_command() -> None:
    """Announce work by the clock; a second one changes nothing."""
    _become((*CELERY, *BEAT))


def _supervisor(house: House, processes: int, *, sources: str | None) -> Supervisor:
    """All parts in the order in which they are started: who is needed stands before who needs."""
    settings = house.settings
    environment = dict(os.environ) | {"PAPERROUND_STATE_DIR": str(settings.state_dir.absolute())}
    if sources is not None and "PAPERROUND_SOURCES" not in environment:
        environment["PAPERROUND_SOURCES"] = sources
    if sources is not None and sys.stderr.isatty():  # somebody looks on, who wants to see mail
        environment.setdefault("PAPERROUND_LOG_LEVEL", "warning")
    parts: list[Part] = []
    if "PAPERROUND_BROKER_URL" not in environment:
        broker = own_broker(settings.state_dir)
        environment["PAPERROUND_BROKER_URL"] = broker.url
        parts.append(Part("broker", broker.command))
    parts += [
        Part("worker", (*CELERY, *_worker(processes)), grace=FINISH_SECONDS),
        Part("beat", (*CELERY, *BEAT)),
        Part("web", (*PYTHON, "service.cli", "web")),
    ]
    return Supervisor(parts, _without_noise(environment))


def _worker(processes: int) -> tuple[str, ...]:
    return ("worker", "--concurrency", str(processes), *QUIET)


def _without_noise(environment: Mapping[str, str]) -> dict[str, str]:
    # running as root in a container is our users' choice, and Celery warns of it at every start
    calm = "ignore:You're running the worker with superuser"
    return dict(environment) | {"C_FORCE_ROOT": "1", "PYTHONWARNINGS": calm}


def _become(command: tuple[str, ...]) -> NoReturn:
    """Replace this process, so that signals reach the part itself."""
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 - no shell is the point
