"""The folder that takes mail while no relay is named."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.errors import WrongInput
from service.mail.mailbox import FolderMailer, Mailbox
from service.mail.message import Message, wire
from service.mail.smtp import Envelope, Outcome, OutcomeKind
from service.mail.views import Rendered

THEN = datetime(2025, 7, 31, 5, 0, tzinfo=UTC)


def letter(number: int = 1, subject: str = "Ein schöner Tag") -> Envelope:
    message = Message(
        message_id=f"<m{number}@papers.example>",
        sender="Paper Round <round@papers.example>",
        recipient="ada@reader.example",
        rendered=Rendered(subject, "plain words\n", "<p>rich wörds</p>"),
        language="en",
        list_id="Paper Round <list.papers.example>",
        leave_url="https://papers.example/u/1",
    )
    return Envelope("round@papers.example", "ada@reader.example", wire(message, date=THEN))


def send(folder: Path, *letters: Envelope) -> list[Outcome]:
    async def all_of_them() -> list[Outcome]:
        connection = await FolderMailer(folder).connect()
        outcomes = [await connection.send(each) for each in letters]
        await connection.close()
        return outcomes

    return asyncio.run(all_of_them())


def test_a_kept_mail_can_be_read_again(tmp_path: Path) -> None:
    (outcome,) = send(tmp_path / "mailbox", letter())
    assert outcome.kind is OutcomeKind.SENT
    (entry,) = Mailbox(tmp_path / "mailbox").entries()
    assert (entry.to, entry.subject, entry.date) == ("ada@reader.example", "Ein schöner Tag", THEN)
    mail = Mailbox(tmp_path / "mailbox").read(entry.name)
    assert (mail.text, mail.html) == ("plain words\n", "<p>rich wörds</p>\n")
    assert mail.source.startswith("From: Paper Round <round@papers.example>\r\n")


def test_the_same_mail_twice_is_one_mail(tmp_path: Path) -> None:
    send(tmp_path, letter(subject="first"), letter(subject="second"))
    assert [entry.subject for entry in Mailbox(tmp_path).entries()] == ["second"]


def test_the_newest_mail_comes_first(tmp_path: Path) -> None:
    send(tmp_path, letter(1, "a"), letter(2, "b"), letter(3, "c"))
    assert [entry.subject for entry in Mailbox(tmp_path).entries()] == ["c", "b", "a"]
    assert [entry.subject for entry in Mailbox(tmp_path).entries(limit=1)] == ["c"]


def test_an_empty_or_missing_folder_is_an_empty_mailbox(tmp_path: Path) -> None:
    assert Mailbox(tmp_path / "nowhere").entries() == []


def test_nothing_half_written_is_left_or_listed(tmp_path: Path) -> None:
    (tmp_path / "0123.tmp").write_bytes(b"half")
    send(tmp_path, letter())
    assert len(Mailbox(tmp_path).entries()) == 1
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".eml", ".tmp"]


@pytest.mark.parametrize("name", ["", "..", "../secret", "/etc/passwd", "A" * 32, "0" * 32, "\0"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.eml").write_bytes(b"Subject: secret\r\n\r\n")
    box = tmp_path / "mailbox"
    send(box, letter())
    with pytest.raises(WrongInput):
        Mailbox(box).read(name)


def test_a_folder_that_takes_nothing_is_out_of_reach_not_an_error(tmp_path: Path) -> None:
    async def send_to_nowhere() -> Outcome:
        connection = await FolderMailer(tmp_path / "box").connect()
        (tmp_path / "box").rmdir()
        (tmp_path / "box").write_text("a file stands where the folder was")
        return await connection.send(letter())

    assert asyncio.run(send_to_nowhere()).kind is OutcomeKind.UNREACHABLE
