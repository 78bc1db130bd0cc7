"""What stood in a form: parsed at the door, field by field, with the mistakes that were made."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from service.errors import WrongInput
from service.mail.address import parse_address
from service.schedule import DAY_NAMES, parse_weekdays, parse_zone
from service.text import collapse, plain
from service.wishes import USUAL_BAR, Wishes

NAMES = (
    "email",
    "interests",
    "mutes",
    "authors",
    "muted_authors",
    "time_zone",
    "hour",
    "days",
    "max_papers",
    "bar",
    "explores",
    "pause",
)
BETWEEN = re.compile("[,;\n]")
BETWEEN_NAMES = re.compile("[;\n]")  # a comma stands inside `Surname, Given`

Fields = Mapping[str, str]


async def filled(request: Request) -> Fields:
    """The text fields of the form that was sent; weekdays are joined by commas."""
    async with request.form(max_files=0, max_fields=60) as form:
        fields: dict[str, str] = {}
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                fields[name] = f"{fields[name]},{value}" if name in fields else value
        return fields


Filled = Annotated[Fields, Depends(filled)]


@dataclass
class Form:
    """The fields as they were sent, and which of them can't be used; templates know the words."""

    fields: Fields = field(default_factory=dict)
    mistakes: set[str] = field(default_factory=set)

    @property
    def shown(self) -> dict[str, str]:
        """Each field that a form can have, as it was sent or else empty."""
        return {name: self.fields.get(name, "") for name in NAMES}

    def email(self) -> str:
        """The address, or a mistake in `email`."""
        try:
            return parse_address(plain(self.fields.get("email", "")))
        except WrongInput:
            self.mistakes.add("email")
            return ""

    def wishes(self, language: str | None = None) -> Wishes:
        """The wishes that can be honoured; each of the others is a mistake."""
        wishes = Wishes(
            interests=self._phrases("interests"),
            mutes=self._phrases("mutes"),
            authors=self._phrases("authors", BETWEEN_NAMES),
            muted_authors=self._phrases("muted_authors", BETWEEN_NAMES),
            time_zone=self._zone(),
            hour=self._number("hour", 0, 23, 7),
            weekdays=self._weekdays(),
            max_papers=self._number("max_papers", 1, 50, 10),
            bar=self._bar(),
            explores="asks_all" not in self.fields or "explores" in self.fields,
            language=language,
        )
        self._check(Wishes.weights, interests=wishes.interests, mutes=wishes.mutes)
        self._check(
            Wishes.author_weights, authors=wishes.authors, muted_authors=wishes.muted_authors
        )
        return wishes

    def day(self, name: str) -> date | None:
        """A day, or None where nothing was said, or a mistake."""
        text = self.fields.get(name, "").strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.mistakes.add(name)
            return None

    def _check(self, check: Callable[[Wishes], object], **fields: Sequence[str]) -> None:
        """Each field that can't be honoured alone is a mistake, or the first if all together can't."""
        alone = {name for name, each in fields.items() if not _holds(check, {name: each})}
        if not alone and not _holds(check, fields):
            alone = {next(iter(fields))}
        self.mistakes |= alone

    def _phrases(self, name: str, between: re.Pattern[str] = BETWEEN) -> list[str]:
        parts = between.split(plain(self.fields.get(name, "")))
        return [phrase for part in parts if (phrase := collapse(part))]

    def _zone(self) -> str:
        text = collapse(plain(self.fields.get("time_zone", ""))) or "UTC"
        try:
            return parse_zone(text[:64].replace(" ", "_"))
        except WrongInput:
            self.mistakes.add("time_zone")
            return "UTC"

    def _number(self, name: str, least: int, most: int, usual: int) -> int:
        text = self.fields.get(name, "").strip()
        if not text:
            return usual
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
        if least <= number <= most:
            return number
        self.mistakes.add(name)
        return usual

    def _bar(self) -> float:
        text = self.fields.get("bar", "").strip()
        try:
            bar = float(text[:20]) if text else USUAL_BAR
            return Wishes(bar=bar).bar
        except (ValueError, WrongInput):
            self.mistakes.add("bar")
            return USUAL_BAR

    def _weekdays(self) -> int:
        """Every day where the form does not ask for them."""
        if "asks_all" not in self.fields:
            return 0b1111111
        try:
            return parse_weekdays(self.fields.get("days", "").split(","))
        except WrongInput:
            self.mistakes.add("days")
            return 0b1111111


def _holds(check: Callable[[Wishes], object], fields: Mapping[str, Sequence[str]]) -> bool:
    try:
        check(Wishes(**fields))  # type: ignore[arg-type]
    except WrongInput:
        return False
    return True


def day_names(weekdays: int) -> list[str]:
    """The short names of the weekdays in a set of bits."""
    return [name for bit, name in enumerate(DAY_NAMES) if weekdays >> bit & 1]
