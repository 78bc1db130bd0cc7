"""A list of arXiv ids, one a line, bare or as addresses."""

import re

from service.sources.bibliography.entry import Bibliography
from service.sources.draft import Refused, arxiv_id, excerpt

_BEFORE = re.compile(
    r"^(?:https?://)?(?:www\.)?(?:arxiv\.org/(?:abs|pdf)/|arxiv:\s*)", re.IGNORECASE
)


def read_ids(text: str) -> Bibliography | None:
    """The ids of a list; None if no line holds one. Empty lines and those with `#` say nothing."""
    lines = [line.strip() for line in text.splitlines()]
    told = [line for line in lines if line and not line.startswith("#")]
    known = [arxiv_id(_BEFORE.sub("", line).removesuffix(".pdf")) for line in told]
    if not any(known):
        return None
    refused = tuple(
        Refused(number, "not an arXiv id", excerpt(line))
        for number, (line, found) in enumerate(zip(told, known, strict=True), start=1)
        if found is None
    )
    return Bibliography((), tuple(dict.fromkeys(each for each in known if each)), refused)
