"""One item of the Daily Papers API, made a draft or refused."""

import json
from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any
from urllib.parse import quote

from service.sources.dates import utc_date
from service.sources.draft import NAME_LIMIT, BadRecord, PaperDraft, arxiv_id, tidy

_READ = ("title", "summary", "authors", "upvotes")
_DEEPEST = 20
_LARGEST = 256_000


def read_item(record: int, item: Any) -> PaperDraft:
    """The paper of an item, or of the object that describes a single paper.

    Raises `BadRecord`, whose message says what is wrong with it.
    """
    if not isinstance(item, dict):
        raise BadRecord(f"not an object but {type(item).__name__}")
    paper = item.get("paper", item)
    if not isinstance(paper, dict):
        raise BadRecord("its paper is not an object")
    identifier = _identifier(paper)
    authors = _authors(paper.get("authors"))
    return PaperDraft(
        record,
        _text(paper, item, "title") or "",
        _text(paper, item, "summary"),
        author_count=None if authors is None else len(authors),
        authors=None if authors is None else tuple(name for name in authors if name),
        published_on=_day(paper.get("publishedAt")),
        upvotes=_count(paper.get("upvotes", item.get("upvotes")), "upvotes"),
        comments=_count(item.get("numComments", paper.get("numComments")), "comments"),
        arxiv_id=arxiv_id(identifier),
        url=_url(identifier),
        withdrawn_on=_withdrawn(paper.get("withdrawnAt", item.get("withdrawnAt"))),
        details=_details(paper, item),
    )


def _identifier(paper: Mapping[str, Any]) -> str:
    identifier = paper.get("id")
    if isinstance(identifier, int | float):
        raise BadRecord("its id is a number, and numbers lose zeros: 2503.02130 is not 2503.0213")
    if not isinstance(identifier, str) or not tidy(identifier):
        raise BadRecord("no id")
    return tidy(identifier)


def _text(paper: Mapping[str, Any], item: Mapping[str, Any], key: str) -> str | None:
    """The text under this key, on one line; None where both places lack it."""
    value = paper.get(key) if paper.get(key) is not None else item.get(key)
    if value is not None and not isinstance(value, str):
        raise BadRecord(f"its {key} is not a text")
    return (tidy(value) or None) if value else None


def _authors(authors: Any) -> list[str] | None:
    """The names of the authors who are shown, a blank for one without a name; None if unknown.

    The same name may stand twice: two people.
    """
    if authors is None:
        return None
    if not isinstance(authors, list):
        raise BadRecord("its authors are not a list")
    shown = [
        author for author in authors if not (isinstance(author, dict) and author.get("hidden"))
    ]
    return [_name(author) for author in shown]


def _name(author: Any) -> str:
    name = author.get("name") if isinstance(author, dict) else author
    if name is not None and not isinstance(name, str):
        raise BadRecord("an author's name is not a text")
    return tidy(name or "")[:NAME_LIMIT]


def _count(value: Any, name: str) -> int | None:
    """The number, also where it came as a text; None is unknown and 0 is a value."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        if isinstance(value, str):
            return int(value[:20])
        if isinstance(value, bool) or value != int(value):
            raise ValueError  # noqa: TRY301
        return int(value)
    except (ValueError, TypeError, OverflowError):
        raise BadRecord(f"its number of {name} is {tidy(repr(value)[:40])}") from None


def _day(value: Any) -> date | None:
    return utc_date(value) if isinstance(value, str) else None


def _withdrawn(value: Any) -> date | None:
    if not value:
        return None
    day = _day(value)
    if day is None:  # it must not be recommended, so it can't go in as if nothing were said
        raise BadRecord("withdrawn, at a time that can't be read")
    return day


def _url(identifier: str) -> str | None:
    number = arxiv_id(identifier)
    if number:
        return f"https://arxiv.org/abs/{number}"
    if identifier.replace(".", "").isdecimal():
        return None  # meant as an arXiv id, and there is none like it
    return f"https://huggingface.co/papers/{quote(identifier[:200], safe='')}"


def _details(paper: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """All else that was said, by the paper and the item; what they say differently is under `item`."""
    details = {key: value for key, value in paper.items() if key not in _READ}
    if item is not paper:
        rest = {key: value for key, value in item.items() if key not in ("paper", *_READ)}
        differing = {key: value for key, value in rest.items() if details.get(key, value) != value}
        details = rest | details | ({"item": differing} if differing else {})
    plain: dict[str, Any] = _plain(details, 0)
    if len(json.dumps(plain)) > _LARGEST:
        raise BadRecord(f"more than {_LARGEST:,} characters beside its text")
    return plain


def _plain(value: Any, depth: int) -> Any:
    """The value without signs that a database refuses."""
    if depth > _DEEPEST:
        raise BadRecord("nested too deeply")
    if isinstance(value, dict):
        return {tidy(key): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, depth + 1) for each in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return tidy(value) if isinstance(value, str) else value
