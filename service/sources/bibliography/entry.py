"""One entry of a bibliography, whatever it was written in, and how it becomes a paper."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from service.sources.draft import (
    NAME_LIMIT,
    BadRecord,
    PaperDraft,
    Refused,
    arxiv_id,
    excerpt,
    tidy,
)
from service.text import given_first, readable

_ARXIV = re.compile(
    r"arxiv(?:\.org/(?:abs|pdf|html)/|\s*[:.]\s*)"
    r"(?P<id>[a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.\d{4,9}/\S{1,250}", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """The fields of one record that a paper can be made of, as they were written."""

    title: str
    abstract: str = ""
    authors: Sequence[str] = ()
    doi: str = ""
    eprint: str = ""
    """What may be an arXiv id."""
    others: Sequence[str] = ()
    """What an arXiv id may stand in: addresses, numbers, journals."""


@dataclass(frozen=True)
class Bibliography:
    """What a file names: papers with their texts, papers by their arXiv id only, and what was refused."""

    papers: tuple[PaperDraft, ...] = ()
    ids: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def entries(self) -> int:
        """How many records the file holds, read and refused."""
        return len(self.papers) + len(self.ids) + len(self.refused)


def gathered(records: Iterable[Any], read: Callable[[Any], Entry]) -> Bibliography:
    """The papers of these records; one that can't be read is named, and the rest goes on."""
    papers, refused = [], []
    for number, record in enumerate(records, start=1):
        try:
            papers.append(_draft(number, read(record)))
        except BadRecord as error:
            refused.append(Refused(number, str(error), excerpt(str(record))))
    return Bibliography(tuple(papers), (), tuple(refused))


def _draft(number: int, entry: Entry) -> PaperDraft:
    doi = _doi(entry.doi)
    arxiv = _arxiv(entry, doi)
    if doi and doi.casefold().startswith("10.48550/"):
        doi = None  # the DOI of a preprint names what its arXiv id names
    authors = tuple(
        tidy(readable(given_first(name)))[:NAME_LIMIT] for name in entry.authors if tidy(name)
    )
    return PaperDraft(
        number,
        tidy(readable(entry.title)),
        tidy(readable(entry.abstract)) or None,
        author_count=len(authors) or None,
        authors=authors or None,
        arxiv_id=arxiv,
        doi=doi,
    )


def _doi(text: str) -> str | None:
    """The DOI in a field, without the address before it and the stop behind it."""
    found = _DOI.search(text.replace("\\_", "_").replace("{", "").replace("}", ""))
    return found[0].rstrip(".,;") if found else None


def _arxiv(entry: Entry, doi: str | None) -> str | None:
    if bare := arxiv_id(entry.eprint):
        return bare
    for text in (entry.eprint, doi or "", *entry.others):
        if (found := _ARXIV.search(text)) and (known := arxiv_id(found["id"])):
            return known
    return None
