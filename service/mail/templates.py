"""The templates' surroundings: where they are, and what they can call."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import BaseLoader, Environment, StrictUndefined, select_autoescape
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from service.mail.languages import Language
from service.text import shorten, wrap

TEXT_WIDTH = 78


def template_folder() -> Path:
    """The templates of this installation: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    packed = package / "templates"
    return packed if packed.is_dir() else package.parent / "templates"


def environment(loader: BaseLoader, language: Language) -> Environment:
    """An environment that speaks one language, escapes in HTML, and fails on a missing value."""
    made = SandboxedEnvironment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    made.globals["language"] = language
    made.filters.update(
        day=language.day,
        date=language.date,
        number=language.number,
        listing=language.listing,
        emphasised=lambda words: _emphasised(words, language),
        shorten=shorten,
        wrap=_wrap,
    )
    return made


def _emphasised(words: Sequence[str], language: Language) -> Markup:
    """Words for HTML, each stressed, joined as a sentence joins them."""
    stressed = [f"<em>{escape(word)}</em>" for word in words]
    return Markup(language.listing(stressed))  # noqa: S704 - every word was escaped just now


def _wrap(text: str, indent: int = 0) -> str:
    """Text in lines that fit, those after the first indented."""
    return wrap(text, TEXT_WIDTH, " " * indent)
