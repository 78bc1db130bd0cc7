"""RIS, as publishers and reference managers write it."""

import re
from collections.abc import Iterator

from service.sources.bibliography.entry import Bibliography, Entry, gathered
from service.sources.draft import BadRecord

_TAG = re.compile(r"(?P<tag>[A-Z][A-Z0-9])  ?-(?: (?P<value>.*)|$)")
_NO_PAPERS = frozenset(
    [
        "ELEC",
        "WEB",
        "ICOMM",
        "CASE",
        "STAT",
        "BILL",
        "HEAR",
        "LEGAL",
        "PAT",
        "MPCT",
        "MUSIC",
        "VIDEO",
        "SOUND",
        "ART",
        "COMP",
        "DATA",
        "MAP",
    ]
)

Fields = dict[str, list[str]]


def read_ris(text: str) -> Bibliography | None:
    """The papers of an RIS file; None if it is none."""
    records = list(_records(text))
    return gathered(records, _entry) if records else None


def _records(text: str) -> Iterator[Fields]:
    """The tags of each record; a line without a tag goes on with the value before it."""
    fields: Fields | None = None
    last = ""
    for line in text.splitlines():
        found = _TAG.fullmatch(line.strip("\ufeff").rstrip())
        if found and found["tag"] == "TY":
            if fields:
                yield fields
            fields = {}
        if fields is None:
            continue
        if found and found["tag"] == "ER":
            yield fields
            fields = None
        elif found:
            last = found["tag"]
            fields.setdefault(last, []).append(found["value"] or "")
        elif line.strip() and last in fields:
            fields[last][-1] += f" {line.strip()}"
    if fields:
        yield fields


def _entry(fields: Fields) -> Entry:
    kind = _first(fields, "TY")
    if kind in _NO_PAPERS:
        raise BadRecord(f"{kind} is no paper")
    return Entry(
        title=_first(fields, "TI", "T1", "CT"),  # T1 may be the book where there is a TI
        abstract=_first(fields, "AB", "N2"),
        authors=fields.get("AU") or fields.get("A1") or (),
        doi=_first(fields, "DO"),
        others=[
            each
            for tag in ("UR", "L1", "L2", "M1", "JO", "N1", "DO")
            for each in fields.get(tag, ())
        ],
    )


def _first(fields: Fields, *tags: str) -> str:
    return next((fields[tag][0].strip() for tag in tags if fields.get(tag)), "")
