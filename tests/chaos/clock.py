"""A clock that all processes of an installation share, and that whoever holds the file can turn.

It runs as the host's does, so many seconds ahead of it.
"""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from service.settings import load_settings
from service.web.app import create_app
from service.wiring import House


class Clock:
    """The host's clock, ahead by the seconds that stand in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def now(self) -> datetime:
        """What time it is in this installation."""
        return datetime.now(UTC) + self._ahead()

    def turn(self, moment: datetime) -> None:
        """It is this moment now."""
        self._keep(moment - datetime.now(UTC))

    def passes(self, time: timedelta) -> None:
        """So much time goes by at once."""
        self._keep(self._ahead() + time)

    def _ahead(self) -> timedelta:
        return timedelta(seconds=float(self.file.read_text()))

    def _keep(self, ahead: timedelta) -> None:
        draft = self.file.with_suffix(f".{threading.get_ident()}")
        draft.write_text(str(ahead.total_seconds()))
        draft.replace(self.file)  # whoever reads meanwhile finds the old one, whole


def simulated_house() -> House:
    """The environment's house, by the clock that the environment names."""
    return House(load_settings(), clock=Clock(Path(os.environ["CHAOS_CLOCK"])).now)


def pages() -> FastAPI:
    """The pages over that house."""
    return create_app(simulated_house())
