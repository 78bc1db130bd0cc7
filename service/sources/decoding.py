"""Bytes to text, and what a file is that holds no text."""

import codecs

SIZE_LIMIT = 20_000_000
EXPECTED = "a saved Daily Papers page (text or HTML), or the JSON of the Daily Papers API (a list)"

_MAGIC = {
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "a media file",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive, or an office document",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}
_ENCODINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SAMPLE = 65_536
_CONTROLS = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})


class NoDigest(ValueError):
    """What was read is no digest; the message says what it is instead."""


def decode(data: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, or Windows' Latin letters.

    A broken byte in a UTF-8 file becomes a lone surrogate, so that it costs one sign of one record
    and not the whole file. Raises `NoDigest` for what is empty, too big, or no text.
    """
    if len(data) > SIZE_LIMIT:
        raise NoDigest(f"{len(data):,} bytes, and {SIZE_LIMIT:,} is the most")
    if not data.strip(b"\x00 \t\r\n"):
        raise NoDigest("an empty file" if not data else "a file of blanks only")
    for mark, encoding in _ENCODINGS.items():
        if data.startswith(mark):
            return _marked(data, encoding)
    _refuse_binary(data)
    return _unmarked(data)


def _marked(data: bytes, encoding: str) -> str:
    errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
    return data.decode(encoding, errors)


def _unmarked(data: bytes) -> str:
    text = data.decode("utf-8", "surrogateescape")
    if text.isascii():
        return text
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    broken = len(text) - len(text.encode("utf-8", "ignore"))
    if broken * 2 <= foreign:
        return text
    return data.decode("cp1252", "replace")


def _refuse_binary(data: bytes) -> None:
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise NoDigest(kind)
    sample = data[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 50 > len(sample):
        raise NoDigest("binary data")
