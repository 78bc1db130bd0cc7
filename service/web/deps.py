"""What routes ask for: the house, the time, the reader's language, the button that was pressed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from service.models import Subscriber
from service.web.guard import is_at_home, is_ours
from service.web.network import Trust
from service.web.render import Pages
from service.wiring import House


@dataclass(frozen=True)
class Desk:
    """What all pages are made with; one an app."""

    house: House
    pages: Pages
    trust: Trust


class Visit:
    """One request, and the means to answer it."""

    def __init__(self, request: Request) -> None:
        self._desk: Desk = request.app.state.desk
        self.house: House = self._desk.house
        self.root = urlsplit(self.house.settings.base_url).path.rstrip("/")
        self.https = self.house.settings.base_url.startswith("https:")
        self.at_home = is_at_home(request)
        self.from_ours = is_ours(request.headers, urlsplit(self.house.settings.base_url).netloc)
        self.trust = self._desk.trust
        self.language = preferred(
            request.headers.get("accept-language", ""), self._desk.pages.languages.codes
        )

    @property
    def mailbox_shown(self) -> bool:
        """Whether there is a mailbox for this browser to look into."""
        return self.at_home and self.house.mailbox is not None

    @property
    def now(self) -> datetime:
        """The house's time."""
        return self.house.now()

    def page(
        self,
        name: str,
        view: Mapping[str, object],
        *,
        status: int = 200,
        reader: Subscriber | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """The page of that name, in the reader's own language where the reader is known."""
        common = {"here": "", "root": self.root, "mailbox_shown": self.mailbox_shown}
        language = reader.language if reader else self.language
        html = self._desk.pages.html(name, language, common | dict(view))
        return HTMLResponse(html, status, {"Vary": "Accept-Language", **(headers or {})})


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
    spoken = (
        tag.partition("-")[0] for weight, tag in sorted(wishes, key=lambda it: it[0]) if weight
    )
    return next((tag for tag in spoken if tag in languages), "en")
