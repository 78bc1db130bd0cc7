"""Text as people read it: white space, title keys."""

import unicodedata


def collapse(text: str) -> str:
    """The text on one line, with single blanks."""
    return " ".join(text.split())


def title_key(title: str) -> str:
    """What two spellings of one title have in common: letters and digits, nothing else.

    `$\\alpha$-nets`, `α-Nets` and `alpha nets` share a key, since pages drop TeX's signs.
    A title without any letter or digit is its own key.
    """
    plain = unicodedata.normalize("NFKD", title).casefold()
    key = "".join(_latin(sign) for sign in plain if sign.isalnum())
    return key or collapse(plain)


def _latin(sign: str) -> str:
    name = unicodedata.name(sign, "")
    if name.startswith("GREEK SMALL LETTER "):
        return name.removeprefix("GREEK SMALL LETTER ").split()[-1].lower().replace("final", "")
    return sign
