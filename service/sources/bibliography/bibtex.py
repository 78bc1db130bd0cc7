"""BibTeX, as reference managers and people write it."""

import logging
import re
from collections.abc import Iterator

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, DuplicateBlockKeyBlock
from bibtexparser.model import Entry as Written

from service.sources.bibliography.entry import Bibliography, Entry, gathered
from service.sources.draft import BadRecord

_BEGINS = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_NO_PAPERS = frozenset({"proceedings", "mvproceedings", "software", "dataset", "collection"})
_PAGES = frozenset({"online", "webpage", "electronic", "www"})

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it says is told in our answer


def read_bibtex(text: str) -> Bibliography | None:
    """The papers of a BibTeX file; None if it is none."""
    if not _BEGINS.search(text):
        return None
    return gathered(_records(text), _entry)


def _records(text: str) -> Iterator[Block]:
    """Entries and what could not be read as one, in the file's order."""
    library = parse_string(text)
    blocks = [*library.entries, *library.failed_blocks]
    yield from sorted(blocks, key=lambda block: block.start_line or 0)


def _entry(block: Block) -> Entry:
    if isinstance(block, DuplicateBlockKeyBlock):
        block = block.ignore_error_block or block
    if not isinstance(block, Written):
        line = (block.start_line or 0) + 1
        raise BadRecord(f"what begins on line {line} is no entry; perhaps a brace doesn't close")
    fields = {each.key.lower(): _bare(str(each.value)) for each in block.fields}
    entry = Entry(
        title=fields.get("title", ""),
        abstract=fields.get("abstract", ""),
        authors=_names(fields.get("author", "")),
        doi=fields.get("doi", ""),
        eprint=fields.get("eprint", ""),
        others=[fields.get(name, "") for name in ("url", "number", "journal", "note", "doi")],
    )
    kind = block.entry_type.lower()
    named = entry.doi or entry.eprint or "arxiv" in " ".join(entry.others).lower()
    if kind in _NO_PAPERS or (kind in _PAGES and not named):
        raise BadRecord(f"@{kind} is no paper")
    return entry


def _bare(value: str) -> str:
    """A value without the braces or quotes around all of it."""
    value = value.strip()
    while len(value) > 1 and value[0] + value[-1] in ("{}", '""') and _closes_last(value):
        value = value[1:-1].strip()
    return value


def _closes_last(value: str) -> bool:
    """Whether what opens with the first sign closes with the last one, and not before."""
    depth = 0
    for at, sign in enumerate(value):
        depth += (sign == "{") - (sign == "}")
        if depth == 0 and value[0] == "{":
            return at == len(value) - 1
    return '"' not in value[1:-1]


def _names(text: str) -> list[str]:
    """The names between the `and`s that stand in no braces; `others` is nobody."""
    names, depth, words = [""], 0, text.split()
    for word in words:
        if word.lower() == "and" and depth == 0:
            names.append("")
        else:
            names[-1] = f"{names[-1]} {word}".strip()
        depth += word.count("{") - word.count("}")
    return [_spoken(name) for name in names if name and name.lower() != "others"]


def _spoken(name: str) -> str:
    """A name, of which a group's in braces is one whole, commas and all."""
    bare = _bare(name)
    return name if bare == name else bare.replace(",", "")
