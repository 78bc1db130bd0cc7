"""White space, invisible signs, sentences, line breaks and title keys."""

import re
import unicodedata

# Controls (C0, C1), lone surrogates, and signs that reorder or hide what stands beside them. The
# joiners U+200C and U+200D shape letters in several scripts, so only headers lose them.
_LINE_BREAKS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"
    "\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)
_JOINERS = str.maketrans(dict.fromkeys("\u200c\u200d", ""))
_BLANKS = re.compile("[\t\x1f\xa0]")

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]{0,3}(?=\s+[^\sa-z])|[。！？][」』）]{0,2}")
_NOT_AN_END = re.compile(
    r"(?:^|[\s(\[])(?:[A-Z]|e\.g|i\.e|et al|cf|vs|resp|approx|ca|Fig|Figs|Eq|Eqs|Sec|Ref|Refs|"
    r"No|Dr|Prof|St|Thm|Alg|Tab|bzw|z\.B|d\.h)\.$"
)


def collapse(text: str) -> str:
    """The text on one line, with single blanks."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """The text for a body: without controls and without signs that hide or reorder others.

    Line breaks of every kind become a newline.
    """
    return _BLANKS.sub(" ", _INVISIBLE.sub("", _LINE_BREAKS.sub("\n", text)))


def header_safe(text: str, limit: int) -> str:
    """The text for a mail header: one line of at most `limit` characters, nothing to decode.

    RFC 2047 lets `=?…?=` stand for any characters, line breaks among them (CVE-2024-6923), so the
    opening mark is broken up.
    """
    line = collapse(plain(text).translate(_JOINERS))
    return shorten(line.replace("=?", "= ?"), limit)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, in order and stripped; abbreviations and initials end none."""
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if _NOT_AN_END.search(text, max(start, end.end() - 12), end.end()):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    return tuple(each for each in (*found, text[start:].strip()) if each)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters: whole sentences if they fill most of it, else whole words.

    Whatever was cut off is marked by `…`, so `limit` has to be at least 1.
    """
    if len(text) <= limit:
        return text
    kept = ""
    for sentence in sentences(text[: 2 * limit]):
        longer = f"{kept} {sentence}".strip()
        if len(longer) + 2 > limit:
            break
        kept = longer
    if len(kept) >= 0.6 * limit:
        return f"{kept} …"
    return f"{_whole_words(text, limit - 1)}…"


def _whole_words(text: str, limit: int) -> str:
    """The start of a text, cut before a word, or inside one where words are long or unknown."""
    cut = text[:limit]
    words = cut if text[limit].isspace() else cut.rpartition(" ")[0]
    if len(words) < 0.6 * limit:
        words = cut
        while words and (
            unicodedata.combining(text[len(words)]) or text[len(words)] in "\u200d\ufe0f"
        ):
            words = words[:-1]
    return words.rstrip(" ,;:–—-(")


def columns(text: str) -> int:
    """How many columns a text takes on a screen of fixed width."""
    if text.isascii():
        return len(text)
    return sum(_width(sign) for sign in text)


def _width(sign: str) -> int:
    if unicodedata.combining(sign) or sign in "\u200c\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrap(text: str, width: int, indent: str = "") -> str:
    """The text in lines of at most `width` columns, each after the first behind `indent`.

    Only a word longer than a line and holding `://` may stand out: a broken link leads nowhere.
    """
    room = width - columns(indent)
    lines: list[list[str]] = [[]]
    used = -1  # a line's first word has no blank before it
    for word in _pieces(text, room):
        wide = columns(word)
        if lines[-1] and used + 1 + wide > room:
            lines.append([])
            used = -1
        lines[-1].append(word)
        used += 1 + wide
    return f"\n{indent}".join(" ".join(words) for words in lines)


def _pieces(text: str, room: int) -> list[str]:
    """The words of a text, those too long for a line in pieces."""
    pieces: list[str] = []
    for word in text.split():
        if "://" in word or columns(word) <= room:
            pieces.append(word)
        else:
            pieces += _split(word, room)
    return pieces


def _split(word: str, room: int) -> list[str]:
    pieces, width = [""], 0
    for sign in word:
        width += _width(sign)
        if width > room:
            pieces.append("")
            width = _width(sign)
        pieces[-1] += sign
    return pieces


def title_key(title: str) -> str:
    """What two spellings of one title have in common: letters and digits, nothing else.

    `$\\alpha$-nets`, `α-Nets` and `alpha nets` share a key, since pages drop TeX's signs.
    A title without any letter or digit is its own key.
    """
    bare = unicodedata.normalize("NFKD", title).casefold()
    key = "".join(_latin(sign) for sign in bare if sign.isalnum())
    return key or collapse(bare)


def _latin(sign: str) -> str:
    name = unicodedata.name(sign, "")
    if name.startswith("GREEK SMALL LETTER "):
        return name.removeprefix("GREEK SMALL LETTER ").split()[-1].lower().replace("final", "")
    return sign
