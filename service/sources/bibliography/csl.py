"""CSL-JSON, the exchange format of citation processors."""

import json
from collections.abc import Mapping
from typing import Any

from service.sources.bibliography.entry import Bibliography, Entry, gathered
from service.sources.draft import BadRecord

_NO_PAPERS = frozenset({
    "webpage", "post", "post-weblog", "legal_case", "legislation", "bill", "hearing", "regulation",
    "treaty", "patent", "song", "motion_picture", "broadcast", "interview", "personal_communication",
    "software", "dataset", "figure", "graphic", "map", "musical_score", "periodical", "collection",
})  # fmt: skip


def read_csl(text: str) -> Bibliography | None:
    """The papers of a CSL-JSON file; None if it is none."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    items = told.get("items") if isinstance(told, dict) else told
    return gathered(items, _entry) if isinstance(items, list) and items else None


def _entry(item: Any) -> Entry:
    if not isinstance(item, Mapping):
        raise BadRecord("it is no object")
    kind = _text(item, "type")
    if kind in _NO_PAPERS:
        raise BadRecord(f"a {kind} is no paper")
    authors = item.get("author")
    return Entry(
        title=_text(item, "title"),
        abstract=_text(item, "abstract"),
        authors=[_name(each) for each in authors] if isinstance(authors, list) else (),
        doi=_text(item, "DOI"),
        others=[_text(item, name) for name in ("URL", "number", "container-title", "note", "DOI")],
    )


def _name(told: Any) -> str:
    if not isinstance(told, Mapping):
        return ""
    if literal := _text(told, "literal"):
        return literal
    particle = _text(told, "non-dropping-particle") or _text(told, "dropping-particle")
    return " ".join(filter(None, (_text(told, "given"), particle, _text(told, "family"))))


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name, "")
    return value if isinstance(value, str) else ""
