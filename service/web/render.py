"""Views become pages, in the surroundings that the mails' templates have too."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader

from service.mail.languages import Language, Languages
from service.mail.templates import environment


class Pages:
    """All pages, in each language that there is a catalog for."""

    def __init__(self, templates: Path) -> None:
        self.languages = Languages(templates / "locale")
        self._loader = FileSystemLoader(templates)
        self._environments: dict[str, Environment] = {}

    def html(self, name: str, code: str, view: Mapping[str, object]) -> str:
        """The page of that name in that language, or in the nearest that we speak."""
        language = self.languages.choose(code)
        if language.code not in self._environments:
            self._environments[language.code] = _speaking(self._loader, language)
        return self._environments[language.code].get_template(f"web/{name}.html").render(view)


def _speaking(loader: FileSystemLoader, language: Language) -> Environment:
    made = environment(loader, language)
    locale = language.locale

    def weekday(day: date) -> str:
        return format_date(day, "EEEE", locale=locale)

    def short_date(day: date) -> str:
        return format_date(day, "medium", locale=locale)

    def hour(at: datetime) -> str:
        return format_time(at, "short", locale=locale)

    def moment(at: datetime) -> str:
        return f"{short_date(at)}, {hour(at)}"

    made.filters.update(weekday=weekday, short_date=short_date, hour=hour, moment=moment)
    return made
