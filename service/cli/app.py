"""What all commands share: the application, output for people and for programs, progress."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.errors import WrongInput

app = typer.Typer(
    name="paperround",
    help="Each morning's new papers, ranked for each reader, delivered by mail.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

screen = Console()
aside = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Day = Annotated[str | None, typer.Option("--day", metavar="YYYY-MM-DD", help="The day meant.")]


def parse_day(text: str | None) -> date | None:
    """A day written as 2026-01-31, or None where none was given."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongInput(f"{text!r} is no day; days are written like 2026-01-31.") from None


def answer(as_json: bool, payload: dict[str, Any], *lines: str) -> None:
    """Print the result: one JSON object for programs, or lines for people."""
    if as_json:
        typer.echo(json.dumps(payload, ensure_ascii=False, default=str))
    else:
        for line in lines:
            screen.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Progress]:
    """A bar on a terminal's error side; nothing where nobody looks."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=aside, disable=not aside.is_terminal, transient=True) as bar:
        bar.add_task(what, total=total)
        yield bar
