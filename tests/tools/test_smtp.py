"""Handing over: every way in which a relay can take, refuse, or fall silent."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from socket import create_server, socket
from threading import Thread

import pytest

from service.mail.relay import parse_relay
from service.mail.smtp import Envelope, Outcome, OutcomeKind, SmtpConnection, SmtpMailer, Timeouts
from tests.postbox import Moment, Postbox

ADA = "ada@reader.example"
SENT, DEFERRED, FAILED = OutcomeKind.SENT, OutcomeKind.DEFERRED, OutcomeKind.FAILED
UNCERTAIN, UNREACHABLE = OutcomeKind.UNCERTAIN, OutcomeKind.UNREACHABLE


def letter(
    recipient: str = ADA, body: bytes = b"Hello.\r\n", sender: str = "round@papers.example"
) -> Envelope:
    return Envelope(sender, recipient, b"Subject: x\r\n\r\n" + body)


def send(mailer: SmtpMailer, *letters: Envelope) -> list[Outcome]:
    """What came of these letters, one after another on one connection."""

    async def one_after_another(connection: SmtpConnection) -> list[Outcome]:
        return [await connection.send(each) for each in letters]

    return talk(mailer, one_after_another)


def talk(
    mailer: SmtpMailer, business: Callable[[SmtpConnection], Awaitable[list[Outcome]]]
) -> list[Outcome]:
    async def connected() -> list[Outcome]:
        connection = await mailer.connect()
        try:
            return await business(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def kinds(outcomes: list[Outcome]) -> list[OutcomeKind]:
    return [outcome.kind for outcome in outcomes]


def test_a_taken_mail_arrives_byte_by_byte(postbox: Postbox) -> None:
    odd = b".\r\n..two dots\r\n.one dot\r\n\r\nFrom here\r\n=?utf-8?q?x?=\r\n"
    (outcome,) = send(SmtpMailer(postbox.url), letter(body=odd))
    assert outcome == Outcome(SENT, "250 OK kept")
    assert postbox.mails[0].data == letter(body=odd).data
    assert postbox.mails[0].recipients == (ADA,)


def test_a_display_name_never_reaches_the_envelope(postbox: Postbox) -> None:
    send(SmtpMailer(postbox.url), letter(sender="Paper Round <round@papers.example>"))
    assert postbox.mails[0].sender == "round@papers.example"


@pytest.mark.parametrize("at", ["mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize(("code", "kind"), [(450, DEFERRED), (421, DEFERRED), (550, FAILED)])
def test_a_refusal_settles_one_mail_and_spoils_no_other(
    postbox: Postbox, at: Moment, code: int, kind: OutcomeKind
) -> None:
    """Pitfall 24."""
    postbox.refuse(code=code, at=at, times=1)
    outcomes = send(SmtpMailer(postbox.url), letter(), letter("bo@reader.example"))
    assert kinds(outcomes) == [kind, SENT]
    assert outcomes[0].reply.startswith(str(code))
    assert [mail.recipients for mail in postbox.mails] == [("bo@reader.example",)]


def test_after_421_the_connection_is_not_used_again(postbox: Postbox) -> None:
    postbox.refuse(code=421, at="dot", times=1)
    send(SmtpMailer(postbox.url), letter(), letter())
    assert postbox.connections == 2


def test_a_refused_recipient_does_not_cost_the_connection(postbox: Postbox) -> None:
    postbox.refuse(ADA)
    send(SmtpMailer(postbox.url), letter(), letter("bo@reader.example"))
    assert postbox.connections == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_silence_after_the_final_dot_is_uncertain_and_not_tried_again(
    postbox: Postbox, accepted: bool
) -> None:
    postbox.hang_up(at="dot", accepted=accepted, times=1)
    outcomes = send(SmtpMailer(postbox.url), letter(), letter("bo@reader.example"))
    assert kinds(outcomes) == [UNCERTAIN, SENT]
    assert postbox.tries == [ADA, "bo@reader.example"]


@pytest.mark.parametrize("at", ["mail", "rcpt", "data"])
def test_a_connection_that_breaks_before_the_message_is_opened_anew(
    postbox: Postbox, at: Moment
) -> None:
    postbox.hang_up(at=at, times=1)
    assert kinds(send(SmtpMailer(postbox.url), letter())) == [SENT]
    assert postbox.connections == 2
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("at", ["mail", "rcpt", "data"])
def test_a_relay_that_always_hangs_up_is_unreachable_after_two_tries(
    postbox: Postbox, at: Moment
) -> None:
    postbox.hang_up(at=at)
    (outcome,) = send(SmtpMailer(postbox.url), letter())
    assert outcome.kind is UNREACHABLE
    assert postbox.connections == 2


def test_a_relay_that_greets_with_421_is_unreachable(postbox: Postbox) -> None:
    postbox.refuse(code=421, at="connect")
    (outcome,) = send(SmtpMailer(postbox.url), letter())
    assert outcome.kind is UNREACHABLE
    assert "421 as ordered" in outcome.reply


def test_nobody_listening_is_unreachable() -> None:
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (outcome,) = send(SmtpMailer(f"smtp://127.0.0.1:{port}"), letter())
    assert outcome.kind is UNREACHABLE
    assert f"127.0.0.1:{port}" in outcome.reply


def test_a_connection_carries_so_many_mails_and_no_more(postbox: Postbox) -> None:
    outcomes = send(SmtpMailer(postbox.url, reuse=2), *[letter() for _ in range(5)])
    assert kinds(outcomes) == [SENT] * 5
    assert postbox.connections == 3


def test_the_reply_names_no_address_and_stays_short() -> None:
    with scripted(
        rcpt=b"550 <ADA@Reader.Example>: gone; try real@other.example " + b"x" * 900
    ) as url:
        (outcome,) = send(SmtpMailer(url), letter())
    assert outcome.kind is FAILED
    assert "@" not in outcome.reply
    assert len(outcome.reply) == 500


def test_an_answer_that_is_no_smtp_after_the_dot_is_uncertain() -> None:
    with scripted(dot=b"what?") as url:
        (outcome,) = send(SmtpMailer(url), letter())
    assert outcome.kind is UNCERTAIN


def test_a_relay_silent_after_the_dot_is_waited_for_and_then_uncertain() -> None:
    with scripted(dot=None) as url:
        (outcome,) = send(SmtpMailer(url, timeouts=Timeouts(final=0.2)), letter())
    assert outcome.kind is UNCERTAIN


def test_a_relay_silent_before_the_message_is_unreachable() -> None:
    with scripted(mail=None) as url:
        (outcome,) = send(SmtpMailer(url, timeouts=Timeouts(command=0.2)), letter())
    assert outcome.kind is UNREACHABLE


def test_the_word_that_counts_is_waited_for_ten_minutes() -> None:
    assert SmtpMailer("smtp://127.0.0.1").timeouts.final >= 600


@pytest.mark.parametrize(
    "bad",
    [
        letter("x <evil@z.example>@y.example"),
        letter("ada@reader.example\r\nRCPT TO:<evil@z.example>"),
        letter("ada@reader.example\0"),
        letter(body=b"a lone\nline feed\r\n"),
        letter(body=b"a lone\rreturn\r\n"),
        letter(body=b"no end"),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_sent_and_harms_nobody(
    postbox: Postbox, bad: Envelope
) -> None:
    outcomes = send(SmtpMailer(postbox.url), letter(), bad, letter("bo@reader.example"))
    assert kinds(outcomes) == [SENT, FAILED, SENT]
    assert postbox.tries == [ADA, "bo@reader.example"]


def test_an_address_beyond_ascii_needs_a_relay_that_knows_it() -> None:
    with Postbox(smtputf8=True) as able, Postbox() as unable:
        assert kinds(send(SmtpMailer(able.url), letter("jürgen@reader.example"))) == [SENT]
        (outcome,) = send(SmtpMailer(unable.url), letter("jürgen@reader.example"))
    assert able.mails[0].recipients == ("jürgen@reader.example",)
    assert outcome.kind is FAILED
    assert "SMTPUTF8" in outcome.reply


def test_a_cancelled_hand_over_leaves_no_half_mail_for_the_next() -> None:
    with Postbox() as postbox, scripted(dot=None) as silent:

        async def change_of_mind(connection: SmtpConnection) -> list[Outcome]:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(connection.send(letter()), 0.3)
            connection.relay = parse_relay(postbox.url)
            return [await connection.send(letter())]

        assert kinds(talk(SmtpMailer(silent), change_of_mind)) == [SENT]


@contextmanager
def scripted(**answers: bytes | None) -> Iterator[str]:
    """A server that has an answer of its own for a verb, or for the final `dot`; None is silence."""
    with create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=_recite, args=(server, answers))
        thread.start()
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def _recite(server: socket, answers: Mapping[str, bytes | None]) -> None:
    script = {"data": b"354 go on", "quit": b"221 bye"} | answers
    client, _ = server.accept()
    with client, client.makefile("rb") as lines:
        client.sendall(b"220 script\r\n")
        in_message = False
        for line in lines:
            if in_message and line != b".\r\n":
                continue
            verb = "dot" if in_message else line[:4].decode().lower()
            answer = script.get(verb, b"250 ok")
            in_message = verb == "data"
            if answer is not None:
                client.sendall(answer + b"\r\n")
