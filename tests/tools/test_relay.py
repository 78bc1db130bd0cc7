"""The relay's URL: what it may say, and what follows from it."""

import pytest

from service.errors import BadSetting
from service.mail.relay import Tls, parse_relay
from service.mail.smtp import SmtpMailer


def test_a_password_insists_on_a_private_way() -> None:
    relay = parse_relay("smtp://ada:s%40crt@mail.example")
    assert (relay.port, relay.tls, relay.user, relay.password) == (
        587,
        Tls.REQUIRED,
        "ada",
        "s@crt",
    )
    assert relay.proves_itself
    assert "crt" not in repr(relay)
    assert parse_relay("smtp://ada:secret@127.0.0.1:2525").tls is Tls.OFFERED
    assert parse_relay("smtp://ada:secret@mail.example?starttls=off").tls is Tls.OFF


def test_standard_ports_need_not_be_named() -> None:
    assert (parse_relay("smtp://mail.example").port, parse_relay("smtps://mail.example").port) == (
        25,
        465,
    )
    assert parse_relay("smtp://[::1]:2525/").host == "::1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:99999",
        "smtp://mail.example:abc",
        "smtp://mail.example/path",
        "smtp://ada@mail.example",
        "smtp://mail.example?tls=yes",
        "smtp://mail.example?starttls=maybe",
        "smtps://mail.example?starttls=off",
    ],
)
def test_a_wrong_url_is_one_sentence(url: str) -> None:
    with pytest.raises(BadSetting, match=r"^PAPERROUND_SMTP_URL .*\.$"):
        SmtpMailer(url)


def test_a_wrong_url_is_not_repeated_with_its_password() -> None:
    with pytest.raises(BadSetting) as caught:
        SmtpMailer("smtp://ada:secret@mail.example:99999")
    assert "secret" not in str(caught.value)
