"""The JSON of the Daily Papers API, alone or inside the site's HTML pages."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from service.sources.dates import utc_date
from service.sources.decoding import NoDigest
from service.sources.draft import BadRecord, DigestDraft, PaperDraft, Refused, excerpt
from service.sources.item import read_item

SOURCE = "huggingface"

_MAJORITY = 0.75
_PAPER_KEYS = {"id", "title"}


def read_json(text: str, *, sha256: str) -> DigestDraft:
    """The papers of an answer of the API; raises `NoDigest` for any other JSON.

    An empty list is a quiet day. An object with `error` is a failure, and never taken for one.
    """
    return read_answer(_parsed(text), sha256=sha256)


def read_list(text: str, *, sha256: str) -> DigestDraft:
    """The papers of a list alone, as the API answers when asked for a day."""
    answer = _parsed(text)
    if isinstance(answer, dict) and not answer.get("error"):
        raise NoDigest("a single object")
    return read_answer(answer, sha256=sha256)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        raise NoDigest("JSON that is nested too deeply") from None
    except ValueError as error:
        raise NoDigest(f"JSON that breaks off or is damaged ({str(error)[:80]})") from None


def read_answer(answer: Any, *, sha256: str) -> DigestDraft:
    """The papers of parsed JSON: a list of items, a page's properties, or one paper."""
    if isinstance(answer, list):
        return _digest(answer, None, sha256)
    if not isinstance(answer, dict):
        raise NoDigest(f"JSON that holds only {_article(answer)}")
    if answer.get("error"):
        raise NoDigest(f"an error of the source: {excerpt(str(answer['error']))}")
    if isinstance(answer.get("dailyPapers"), list):
        return _digest(answer["dailyPapers"], _named_day(answer), sha256)
    if isinstance(answer.get("paper"), dict) or answer.keys() >= _PAPER_KEYS:
        return _digest([answer], None, sha256)
    keys = ", ".join(excerpt(str(key))[:40] for key in list(answer)[:5]) or "no keys"
    raise NoDigest(f"a JSON object with {keys}")


def _digest(items: Sequence[Any], named: date | None, sha256: str) -> DigestDraft:
    papers: list[PaperDraft] = []
    refused: list[Refused] = []
    for record, item in enumerate(items, start=1):
        try:
            papers.append(read_item(record, item))
        except BadRecord as error:
            refused.append(Refused(record, str(error), excerpt(repr(item)[:1000])))
    if items and not papers and not any(_looks_like_item(item) for item in items):
        raise NoDigest(
            f"a JSON list of {len(items)} entries, of which the first is {_article(items[0])}"
        )
    listed = [_listed(item) for item in items if isinstance(item, dict)]
    day, hinted = _common(listed), [_submitted(item) for item in items if isinstance(item, dict)]
    if named and (day or not any(listed)):  # a week's page names a day too, and mixes many
        day = named
    return DigestDraft(SOURCE, day, tuple(papers), tuple(refused), sha256, _common(hinted))


def _named_day(page: Mapping[str, Any]) -> date | None:
    texts = (page.get(key) for key in ("dateString", "date"))
    return next((day for text in texts if isinstance(text, str) and (day := utc_date(text))), None)


def _listed(item: Mapping[str, Any]) -> date | None:
    """The UTC day on whose list the item stands, if it says so."""
    paper = item.get("paper")
    text = (paper if isinstance(paper, dict) else item).get("submittedOnDailyAt")
    return utc_date(text) if isinstance(text, str) else None


def _submitted(item: Mapping[str, Any]) -> date | None:
    """The day of submission as items of 2024 tell it.

    Since then the same key repeats the paper's own date, some hours earlier: so it only tells
    something where it is later.
    """
    paper = item.get("paper")
    own = paper.get("publishedAt") if isinstance(paper, dict) else None
    listed = item.get("publishedAt")
    if not (isinstance(own, str) and isinstance(listed, str)):
        return None
    day, own_day = utc_date(listed), utc_date(own)
    return day if day and own_day and day > own_day else None


def _common(days: Iterable[date | None]) -> date | None:
    """The day that the clear majority agrees on; None where the page mixes days."""
    known = Counter(day for day in days if day)
    if not known:
        return None
    day, count = known.most_common(1)[0]
    return day if count >= _MAJORITY * known.total() else None


def _looks_like_item(item: Any) -> bool:
    return isinstance(item, dict) and ("paper" in item or item.keys() >= _PAPER_KEYS)


def _article(value: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a truth value",
        type(None): "null",
    }
    return names.get(type(value), "a number")
