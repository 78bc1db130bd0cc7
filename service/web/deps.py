"""What routes ask for: the house, the time, the reader's language, the button that was pressed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from service.web.guard import is_at_home
from service.web.render import Pages
from service.wiring import House


@dataclass(frozen=True)
class Desk:
    """What all pages are made with; one an app."""

    house: House
    pages: Pages
    clock: Callable[[], datetime]


class Visit:
    """One request, and the means to answer it."""

    def __init__(self, request: Request) -> None:
        self._desk: Desk = request.app.state.desk
        self.house = self._desk.house
        self.at_home = is_at_home(request)
        self.language = preferred(
            request.headers.get("accept-language", ""), self._desk.pages.languages
        )

    @property
    def now(self) -> datetime:
        """The time, from the same clock as everything else's."""
        return self._desk.clock()

    def page(
        self, name: str, *, status: int = 200, language: str | None = None, **view: object
    ) -> HTMLResponse:
        """The page of that name, in the reader's own language where the reader is known."""
        html = self._desk.pages.html(
            name,
            language or self.language,
            mailbox_shown=self.at_home and self.house.mailbox is not None,
            **view,
        )
        return HTMLResponse(html, status, {} if language else {"Vary": "Accept-Language"})


async def pressed(request: Request) -> str:
    """The `action` of the button that was pressed; empty for the plain one.

    A body that is no form counts as a plain press: whoever holds the link may act, and a mailbox
    provider's one-click POST may look like anything (RFC 8058).
    """
    try:
        async with request.form(max_files=10, max_fields=100) as form:
            return str(form.get("action", ""))
    except HTTPException:
        return ""


Here = Annotated[Visit, Depends()]
Pressed = Annotated[str, Depends(pressed)]


def preferred(header: str, languages: Collection[str]) -> str:
    """The first of the browser's languages (RFC 9110, 12.5.4) that we speak; else English."""
    wishes = []
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";")
        try:
            wishes.append((-float(weight.strip().removeprefix("q=") or 1), tag.strip().lower()))
        except ValueError:
            continue
    spoken = (tag.partition("-")[0] for weight, tag in sorted(wishes, key=lambda it: it[0]) if weight)
    return next((tag for tag in spoken if tag in languages), "en")
