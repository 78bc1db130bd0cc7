"""Text as people read it: readable maths, safe headers, sentences, title keys, names."""

from service.text.leftovers import readable
from service.text.names import Key, given_first, name_key, same_person
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
    "Key",
    "collapse",
    "columns",
    "given_first",
    "header_safe",
    "name_key",
    "plain",
    "readable",
    "same_person",
    "sentences",
    "shorten",
    "title_key",
    "wrap",
]
