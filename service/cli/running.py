"""Commands that set up and serve: migrate, web, demo."""

import socket
from contextlib import suppress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
import uvicorn

from service import demo
from service.cli.app import Json, answer, app, screen
from service.cli.papers import read_file
from service.errors import PaperRoundError, WrongInput
from service.migrations import migrate
from service.wiring import House, open_house

Host = Annotated[str, typer.Option(help="The address to listen at.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at.")]


@app.command("migrate")
def migrate_command(as_json: Json = False) -> None:
    """Bring the database's tables to this release."""
    revision = migrate(open_house().engine)
    answer(as_json, {"revision": revision}, f"the database is at revision {revision}")


@app.command("web")
def web_command(host: Host = "", port: Port = 0) -> None:
    """Serve the pages that the links in the mails lead to."""
    house = open_house()
    default_host, default_port = _place(house)
    _serve(host or default_host, port or default_port)


@app.command("demo")
def demo_command(
    digest: Annotated[
        Path | None, typer.Option(help="A real page, brought on its own day.")
    ] = None,
) -> None:
    """Try it all: a sample digest, two readers, their editions in a mailbox that you can look at."""
    house = open_house()
    if house.mailbox is None:
        raise WrongInput("The demo mails into a folder; run it without PAPERROUND_SMTP_URL.")
    host, port = _place(house)
    _check_free(host, port)
    migrate(house.engine)
    if digest:
        read_file(
            digest, house.now().date()
        )  # a wrong file is one sentence, before anything starts
    day = demo.start(house, digest)
    url = house.settings.base_url.rstrip("/")
    more = (
        "\nA button there brings the next day (so does `make run` again)."
        if demo.can_go_on(house)
        else ""
    )
    screen.print(
        f"\nThe editions of {day.isoformat()} are in the mailbox: {url}/mailbox{more}\nCtrl-C ends it.\n",
        highlight=False,
    )
    _serve(host, port)


def _place(house: House) -> tuple[str, int]:
    """Where the base URL says that the pages are, if that is on this machine."""
    url = urlsplit(house.settings.base_url)
    local = url.hostname in ("127.0.0.1", "localhost", "::1")
    return (url.hostname or "127.0.0.1", url.port or 8000) if local else ("127.0.0.1", 8000)


def _check_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PaperRoundError(
                f"The pages can't be served at {host}:{port} ({error.strerror}). "
                f"End what listens there, or choose another port: PAPERROUND_BASE_URL=http://{host}:{port + 1}"
            ) from None


def _serve(host: str, port: int) -> None:
    _check_free(host, port)
    with suppress(KeyboardInterrupt):
        uvicorn.run(
            "service.web.app:from_environment",
            factory=True,
            host=host,
            port=port,
            access_log=False,  # it would hold tokens, and a token is a key
            log_level="warning",
        )
