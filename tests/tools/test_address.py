"""Addresses: what can be mailed, and when two of them are one mailbox."""

import pytest

from service.errors import BadAddress
from service.mail.address import parse_address, same_mailbox


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ada@reader.example", "ada@reader.example"),
        ("  Ada.Lovelace+papers@Reader.EXAMPLE ", "Ada.Lovelace+papers@reader.example"),
        ("o'hara@reader.photography", "o'hara@reader.photography"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("jürgen@reader.example", "jürgen@reader.example"),
        ("ada@reader.test", "ada@reader.test"),
        ("a@" + "b" * 60 + ".international", "a@" + "b" * 60 + ".international"),
    ],
)
def test_good_addresses_are_kept_as_they_can_be_mailed(typed: str, stored: str) -> None:
    """Pitfall 34."""
    assert parse_address(typed) == stored
    assert parse_address(stored) == stored


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "ada",
        "a@b",
        "ada@[127.0.0.1]",
        "ada@reader.example\r\nBcc: evil@y.example",
        "ada\u200b@reader.example",
        "<script>@reader.example",
        "x <evil@z.example>@y.example",
        '"a b"@reader.example',
        "a" * 65 + "@reader.example",
        "ada@" + "b." * 130 + "example",
        "ada@reader..example",
        "ada@reader.example, bo@reader.example",
    ],
)
def test_bad_addresses_are_refused_with_a_sentence(bad: str) -> None:
    with pytest.raises(BadAddress, match="can't be mailed"):
        parse_address(bad)


def test_one_mailbox_has_one_normal_form() -> None:
    assert same_mailbox("Ada@Reader.Example") == same_mailbox("ada@reader.example")
