"""Looking for what must stand nowhere: readers' addresses, and the tokens of the links in their mails."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterable, Iterator

WINDOW = 20
"""So many characters of a token in a row are a find: less than a whole one is bad enough."""
LINK = re.compile(rb"https?://[^\s/\"'<>]+/[a-z]{1,12}/([\w.\-]{%d,})" % WINDOW)
RUN = re.compile(rb"[\w.\-]{%d,}" % WINDOW)
CODED = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")


def tokens(mails: bytes) -> set[bytes]:
    """The tokens of all links in these mails, as they came over the wire."""
    return set(LINK.findall(quopri.decodestring(mails)))


def leaks(
    written: Iterable[tuple[str, bytes]], addresses: Iterable[str], secrets: Iterable[bytes]
) -> list[str]:
    """Where an address or a part of a token stands, in plain or, as in Celery's messages, in base64."""
    known = {address.encode().lower() for address in addresses}
    domains = {address.partition(b"@")[2] for address in known}
    parts = {secret[:WINDOW] for secret in secrets}
    return [fault for name, data in written for fault in _in(name, data, known, domains, parts)]


def _in(
    name: str, data: bytes, known: set[bytes], domains: set[bytes], parts: set[bytes]
) -> Iterator[str]:
    for text in (data, *_decoded(data)):
        for domain in domains:
            if domain in text.lower():
                found = re.findall(rb"[^\s\"'<>(\[,:=]{1,64}@" + re.escape(domain), text.lower())
                yield from (f"{name} holds an address" for each in found if each in known)
        for run in RUN.findall(text):
            windows = (run[at : at + WINDOW] for at in range(len(run) - WINDOW + 1))
            if any(window in parts for window in windows):
                yield f"{name} holds a token"


def _decoded(data: bytes) -> Iterator[bytes]:
    for run in CODED.findall(data):
        try:
            yield base64.b64decode(run[: len(run) // 4 * 4])
        except binascii.Error:
            continue
