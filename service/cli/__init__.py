"""The command line: one file per group of commands, and nothing decided here."""

import sys

from sqlalchemy.exc import OperationalError, ProgrammingError

from service import logs
from service.cli import (
    bringing,
    keeping,
    measuring,
    papers,
    readers,
    replaying,
    running,
    sending,
    spaces,
    watching,
)
from service.cli.app import app
from service.errors import PaperRoundError

__all__ = [
    "app",
    "bringing",
    "keeping",
    "main",
    "measuring",
    "papers",
    "readers",
    "replaying",
    "running",
    "sending",
    "spaces",
    "watching",
]


def main() -> None:
    """Run `paperround`; whatever goes wrong is one sentence and an exit code."""
    try:
        logs.begin("warning" if sys.stderr.isatty() else "")  # a terminal sees progress instead
        app()
    except PaperRoundError as error:
        _give_up(str(error), error.exit_code)
    except (OperationalError, ProgrammingError) as error:
        _give_up(_database_trouble(error), 1)
    except KeyboardInterrupt:
        _give_up("Stopped. What was done is kept; the same command goes on from there.", 130)


def _database_trouble(error: OperationalError | ProgrammingError) -> str:
    words = str(error.orig)
    if "no such table" in words or "does not exist" in words or "no such column" in words:
        return "The database's tables are missing or older than this release: run `paperround migrate` first."
    return f"The database can't be used: {' '.join(words.split())}. Is PAPERROUND_DATABASE_URL right, and the server up?"


def _give_up(sentence: str, code: int) -> None:
    print(f"paperround: {sentence}", file=sys.stderr)
    raise SystemExit(code)
