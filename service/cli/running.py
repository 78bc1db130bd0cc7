"""Commands that set up and serve: migrate, web, demo."""

from pathlib import Path
from typing import Annotated

import typer

from service import demo
from service.cli.app import Json, answer, app
from service.cli.keeping import keep_up
from service.cli.papers import read_file
from service.cli.serving import check_free, place, serve
from service.errors import WrongInput
from service.migrations import migrate
from service.wiring import open_house

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
    default_host, default_port = place(house)
    serve(host or default_host, port or default_port)


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
    host, port = place(house)
    check_free(host, port)
    migrate(house.engine)
    if digest:  # a wrong file is one sentence, before anything starts
        read_file(digest, house.now().date())
    day = demo.start(house, digest)
    url = house.settings.base_url.rstrip("/")
    news = f"\nThe editions of {day.isoformat()} are in the mailbox: {url}/mailbox\n"
    if demo.can_go_on(house):
        news += "A button there brings the next day (so does `make run` again).\n"
    keep_up(house, news=f"{news}Ctrl-C ends it.\n", quiet=True)
