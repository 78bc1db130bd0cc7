"""Links: signed for one purpose, refused when touched, good for ever."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from service.errors import BadSetting, BadToken
from service.mail.links import Links, ReaderToken, Vote

OLD, NEW = "o" * 32, "n" * 32
LINKS = Links("https://papers.example/", [OLD, NEW])
THEN = datetime(2025, 7, 31, 6, 0, tzinfo=UTC)
READERS = (
    LINKS.read_vote,
    LINKS.read_confirm,
    LINKS.read_view,
    LINKS.read_never,
    LINKS.read_preferences,
    LINKS.read_login,
    LINKS.read_session,
    LINKS.read_stamp,
)
SALTS = (
    "fb.v1",
    "confirm.v1",
    "view.v1",
    "never.v1",
    "prefs.v1",
    "login.v1",
    "session.v1",
    "form.v1",
)

ids = st.integers(0, 2**63 - 1)


def token(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


@given(ids, st.integers(0, 50), st.sampled_from(["more", "less"]))
def test_a_vote_says_what_was_signed(edition: int, position: int, verdict: str) -> None:
    url = LINKS.vote(edition, position, verdict)  # type: ignore[arg-type]
    assert url.startswith("https://papers.example/v/")
    assert LINKS.read_vote(token(url)) == Vote(edition, position, verdict)  # type: ignore[arg-type]


@given(ids)
def test_confirming_and_viewing_links_come_back_whole(number: int) -> None:
    assert LINKS.read_confirm(token(LINKS.confirm(number, THEN))) == ReaderToken(number, THEN)
    assert LINKS.read_view(token(LINKS.view(number))) == number


@given(ids, st.data())
def test_one_flipped_sign_spoils_a_token(edition: int, data: st.DataObject) -> None:
    good = token(LINKS.vote(edition, 3, "more"))
    at = data.draw(st.integers(0, len(good) - 1))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    sign = data.draw(st.sampled_from([each for each in alphabet if each != good[at]]))
    with pytest.raises(BadToken):
        LINKS.read_vote(good[:at] + sign + good[at + 1 :])


def test_the_spare_bits_of_base64_give_no_second_spelling() -> None:
    good = token(LINKS.view(7))
    for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if sign != good[-1]:
            with pytest.raises(BadToken):
                LINKS.read_view(good[:-1] + sign)


def test_a_token_serves_one_purpose_only() -> None:
    made = (
        LINKS.vote(7, 1, "less"),
        LINKS.confirm(7, THEN),
        LINKS.view(7),
        LINKS.never(7),
        LINKS.preferences(7),
        LINKS.login(7, THEN),
        LINKS.session(7, THEN),
        LINKS.stamp(THEN),
    )
    for url, right in zip(made, READERS, strict=True):
        for read in READERS:
            if read is right:
                assert read(token(url))
            else:
                with pytest.raises(BadToken):
                    read(token(url))


def test_links_of_an_old_key_work_until_it_is_dropped() -> None:
    url = Links("https://papers.example", [OLD]).vote(7, 1, "more")
    assert LINKS.read_vote(token(url)).edition_public_id == 7
    with pytest.raises(BadToken):
        Links("https://papers.example", [NEW]).read_vote(token(url))


def test_the_newest_key_signs() -> None:
    url = LINKS.vote(7, 1, "more")
    assert Links("https://papers.example", [NEW]).read_vote(token(url))


@pytest.mark.parametrize("bad", ["", ".", "x", "é", "a.b.c", "A" * 257, "%00", "../../etc"])
def test_what_is_no_token_is_refused_alike(bad: str) -> None:
    for read in READERS:
        with pytest.raises(BadToken, match="not one of ours"):
            read(bad)


@pytest.mark.parametrize(
    "payload",
    [None, 7, "x", {}, [], [True], [1.0], [-1], [2**63], [-1, 1], [7, 1, "none"], [7, -1, "more"]],
)
def test_a_signed_payload_of_another_shape_is_refused(payload: object) -> None:
    for salt, read in zip(SALTS, READERS, strict=True):
        signer = URLSafeSerializer(
            [NEW], salt=salt, signer_kwargs={"digest_method": hashlib.sha256}
        )
        with pytest.raises(BadToken):
            read(str(signer.dumps(payload)))


def test_no_link_has_anything_that_a_mail_program_could_escape() -> None:
    """Pitfall 38."""
    for url in (
        LINKS.vote(7, 1, "more"),
        LINKS.confirm(7, THEN),
        LINKS.view(7),
        LINKS.never(7),
        LINKS.preferences(7),
        LINKS.login(7, THEN),
        LINKS.leave("ab" * 16),
    ):
        assert not set("&?=#%<>\"'") & set(url)


def test_leaving_needs_no_key() -> None:
    assert Links("https://papers.example", [NEW]).leave("ab" * 16) == LINKS.leave("ab" * 16)


def test_a_message_id_is_the_same_at_every_try_and_after_a_change_of_keys() -> None:
    first = Links("https://papers.example", [OLD]).message_id("edition", 7, domain="papers.example")
    assert first == LINKS.message_id("edition", 7, domain="papers.example")
    assert first != LINKS.message_id("edition", 8, domain="papers.example")
    assert LINKS.message_id("a", "b", domain="x.example") != LINKS.message_id(
        "ab", domain="x.example"
    )
    assert "7" not in first.replace(first[1:41], "")


def test_an_address_hash_needs_the_key_and_no_capitals() -> None:
    assert LINKS.address_hash("Ada@Reader.Example") == LINKS.address_hash("ada@reader.example")
    assert LINKS.address_hash("ada@reader.example") != LINKS.address_hash("bo@reader.example")
    other = Links("https://papers.example", [NEW])
    assert other.address_hash("ada@reader.example") != LINKS.address_hash("ada@reader.example")
    peppered = Links("https://papers.example", [NEW], pepper=OLD)
    assert peppered.address_hash("ada@reader.example") == LINKS.address_hash("ada@reader.example")


@pytest.mark.parametrize(
    ("base", "keys"),
    [
        ("https://papers.example", []),
        ("https://papers.example", ["short"]),
        ("papers.example", [NEW]),
        ("ftp://papers.example", [NEW]),
        ("https://papers.example/?a=b", [NEW]),
    ],
)
def test_a_base_or_key_that_cannot_serve_is_a_bad_setting(base: str, keys: list[str]) -> None:
    with pytest.raises(BadSetting):
        Links(base, keys)
