"""The tests' SMTP server does what it is told: otherwise tests of delivery would prove nothing."""

import smtplib
from smtplib import SMTP

import pytest

from tests.postbox import Postbox

ADA, BOB = "ada@reader.example", "bob@reader.example"
TEXT = b"Message-ID: <1@house.example>\r\nSubject: Hello\r\n\r\n.a dot\r\n"


def test_it_keeps_each_mail_byte_for_byte(postbox: Postbox) -> None:
    _send(postbox, ADA)
    (mail,) = postbox.inbox("ADA@reader.example")
    assert (mail.data, mail.sender, mail.recipients) == (TEXT, "us@house.example", (ADA,))
    assert (mail.message["Subject"], mail.message_id) == ("Hello", "<1@house.example>")


def test_it_refuses_one_address_and_takes_the_next_on_the_same_connection(postbox: Postbox) -> None:
    postbox.refuse(ADA, code=550)
    with _client(postbox) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            _send(postbox, ADA, client)
        _send(postbox, BOB, client)
    assert (len(postbox.mails), postbox.tries, postbox.connections) == (1, [ADA, BOB], 1)


def test_it_refuses_after_the_dot_as_often_as_ordered(postbox: Postbox) -> None:
    postbox.refuse(at="dot", code=452, times=1)
    with pytest.raises(smtplib.SMTPDataError, match="452"):
        _send(postbox, ADA)
    _send(postbox, ADA)
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_it_hangs_up_after_the_dot_with_the_mail_kept_or_not(
    postbox: Postbox, *, accepted: bool
) -> None:
    postbox.hang_up(ADA, at="dot", accepted=accepted)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(postbox, ADA)
    assert len(postbox.inbox(ADA)) == int(accepted)


@pytest.mark.parametrize("at", ["connect", "mail", "rcpt", "data"])
def test_it_hangs_up_at_every_other_moment_with_nothing_kept(postbox: Postbox, at: str) -> None:
    postbox.hang_up(at=at, times=1)  # type: ignore[arg-type]
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(postbox, ADA)
    assert postbox.mails == []
    _send(postbox, ADA)


@pytest.mark.parametrize("at", ["connect", "rcpt", "data", "dot"])
def test_it_closes_the_connection_after_a_421(postbox: Postbox, at: str) -> None:
    postbox.refuse(code=421, at=at, times=1)  # type: ignore[arg-type]
    with pytest.raises(smtplib.SMTPException):
        _send(postbox, ADA)
    assert postbox.mails == []
    _send(postbox, ADA)
    assert postbox.connections == 2


def test_it_greylists_once(postbox: Postbox) -> None:
    postbox.greylist(ADA)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(postbox, ADA)
    _send(postbox, ADA)
    assert len(postbox.inbox(ADA)) == 1


def test_it_behaves_again_when_told(postbox: Postbox) -> None:
    postbox.refuse()
    postbox.behave()
    _send(postbox, ADA)
    assert len(postbox.mails) == 1


def test_it_takes_pipelined_commands_in_order(postbox: Postbox) -> None:
    postbox.refuse(ADA)
    with _client(postbox) as client:
        client.ehlo()
        assert client.has_extn("pipelining")
        client.send(
            f"MAIL FROM:<us@house.example>\r\nRCPT TO:<{ADA}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\n"
        )
        assert [client.getreply()[0] for _ in range(4)] == [250, 550, 250, 354]
        client.send(TEXT + b".\r\n")
        assert client.getreply()[0] == 250
    assert postbox.mails[0].recipients == (BOB,)


def _client(postbox: Postbox) -> SMTP:
    return SMTP("127.0.0.1", postbox.port, local_hostname="tests")


def _send(postbox: Postbox, address: str, client: SMTP | None = None) -> None:
    if client is None:
        with _client(postbox) as new:
            return _send(postbox, address, new)
    client.sendmail("us@house.example", [address], TEXT)
    return None
