"""The languages we write in: words from the catalogs, dates and numbers from Babel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

DOMAIN = "paperround"
SOURCE = "en"


@dataclass(frozen=True)
class Language:
    """A language with its words, and how its readers write dates and numbers."""

    code: str
    """As HTML and mail headers name it, such as `de` or `de-AT`."""
    locale: Locale
    translations: NullTranslations

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.locale.text_direction

    def day(self, day: date) -> str:
        """A day with its weekday: `Thursday, 31 July 2025`."""
        return format_date(day, "full", locale=self.locale)

    def date(self, day: date) -> str:
        """A date in running text: `3 July 2025`."""
        return format_date(day, "long", locale=self.locale)

    def number(self, number: int) -> str:
        """A whole number, with the thousands set apart."""
        return format_decimal(number, locale=self.locale)

    def listing(self, words: Sequence[str]) -> str:
        """Words joined as a sentence joins them: `a, b and c`."""
        return format_list(list(words), locale=self.locale)


class Languages:
    """All that there are catalogs for, and English, in which the templates are written."""

    def __init__(self, folder: Path) -> None:
        self._translations: dict[str, NullTranslations] = {SOURCE: NullTranslations()}
        for catalog in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
            self._translations[catalog.parents[1].name] = _translations(catalog)

    @property
    def codes(self) -> tuple[str, ...]:
        """The languages that a reader may choose."""
        return tuple(sorted(self._translations))

    def choose(self, code: str) -> Language:
        """The language asked for, or else the nearest that we can write: `de-AT` is German."""
        try:
            locale = Locale.parse(code.replace("_", "-"), sep="-")
        except (ValueError, UnknownLocaleError):
            locale = Locale.parse(SOURCE)
        if locale.language not in self._translations:
            locale = Locale.parse(SOURCE)
        if str(locale) == SOURCE:
            locale = Locale.parse("en_001")  # the English of no country in particular
        translations = self._translations[locale.language]
        known = locale.territory and locale.territory.isalpha()
        name = f"{locale.language}-{locale.territory}" if known else locale.language
        return Language(name, locale, translations)


def _translations(catalog: Path) -> Translations:
    """The words of a catalog, compiled in memory: no file that a machine made lies about."""
    with catalog.open("rb") as source:
        words = read_po(source)
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)
