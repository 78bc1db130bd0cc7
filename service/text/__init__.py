"""Text as people read it: readable maths, safe headers, sentences, title keys."""

from service.text.leftovers import readable
from service.text.plain import (
    collapse,
    columns,
    header_safe,
    plain,
    sentences,
    shorten,
    title_key,
    wrap,
)

__all__ = [
    "collapse",
    "columns",
    "header_safe",
    "plain",
    "readable",
    "sentences",
    "shorten",
    "title_key",
    "wrap",
]
