"""An answer's body, unpacked as it comes, and never more of it than we asked for."""

import zlib
from collections.abc import AsyncIterator

import httpx

MOST_SWELLING = 100
_HARMLESS = 1_000_000  # a small answer may swell as it likes
_PIECE = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16


class UnreadableBody(ValueError):
    """The body is too big, swells too much, or is damaged."""


async def read_body(answer: httpx.Response, limit: int) -> bytes:
    """The decoded body, of at most `limit` bytes; raises `UnreadableBody`.

    A packed body is unpacked piece by piece, so that a bomb is refused before it fills the memory.
    """
    packing = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise UnreadableBody(f"it sends {packing[:40]!r}, which we did not ask for")
    body = bytearray()
    pieces = answer.aiter_raw() if packing == "identity" else _unpacked(answer)
    async for piece in pieces:
        body += piece
        if len(body) > limit:
            raise UnreadableBody(f"it sends more than {limit / 1e6:g} MB")
        if len(body) > max(_HARMLESS, MOST_SWELLING * answer.num_bytes_downloaded):
            raise UnreadableBody("it sends a packed answer that swells without end")
    return bytes(body)


async def _unpacked(answer: httpx.Response) -> AsyncIterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        async for raw in answer.aiter_raw():
            packed = raw
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, _PIECE)
                packed = unpacker.unconsumed_tail
    except zlib.error:
        raise UnreadableBody("it sends a packed answer that is damaged") from None
    if not unpacker.eof:
        raise UnreadableBody("it sends a packed answer that breaks off")
