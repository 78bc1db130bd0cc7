"""Bytes to drafts of papers; which source they come from is told by what they hold."""

import hashlib
from dataclasses import replace
from datetime import date

from service.errors import BadDigest
from service.sources.decoding import EXPECTED, NoDigest, decode
from service.sources.draft import BadRecord, DigestDraft, PaperDraft, Refused
from service.sources.html_page import is_html, page_properties
from service.sources.huggingface import read_answer, read_json, read_list
from service.sources.saved_page import read_saved_page

__all__ = [
    "BadRecord",
    "DigestDraft",
    "PaperDraft",
    "Refused",
    "read_digest",
    "read_list_of",
]


def read_digest(data: bytes, *, name: str, today: date) -> DigestDraft:
    """The papers of a file or an answer, and its records that had to be refused.

    `name` is for messages only. `today` is the day by which dates without a year are understood.
    Raises `BadDigest`, saying what was expected and what was found.
    """
    try:
        text = decode(data)
        return _read(text, hashlib.sha256(data).hexdigest(), today)
    except NoDigest as error:
        raise BadDigest(f"{name} is no digest: expected {EXPECTED}, found {error}") from None


def read_list_of(day: date, data: bytes) -> DigestDraft:
    """The papers that the API lists for a day it was asked for, which is the digest's day.

    An empty list is a quiet day. Raises `BadDigest` for whatever else comes with status 200: a page
    for people, an object that tells of an error, a part of an answer.
    """
    try:
        draft = _read_list(decode(data), hashlib.sha256(data).hexdigest())
    except NoDigest as error:
        raise BadDigest(f"it gave no list of papers, but {error}") from None
    return replace(draft, day=day)


def _read_list(text: str, sha256: str) -> DigestDraft:
    if is_html(text):
        raise NoDigest("a page for people (HTML)")
    return read_list(text.lstrip("\ufeff"), sha256=sha256)


def _read(text: str, sha256: str, today: date) -> DigestDraft:
    if is_html(text):
        return read_answer(page_properties(text), sha256=sha256)
    start = text[:200].lstrip("\ufeff \t\r\n")
    if start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in tuple('{]"')):
        return read_json(text.lstrip("\ufeff"), sha256=sha256)
    return read_saved_page(text, sha256=sha256, today=today)
