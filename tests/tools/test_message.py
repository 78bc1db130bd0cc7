"""What goes over the wire: safe headers, two bodies, nothing more and nothing less."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Unrenderable
from service.mail.message import LONGEST_SUBJECT, Message, wire
from service.mail.views import Rendered
from service.text import header_safe, plain

THEN = datetime(2025, 7, 31, 7, 0, tzinfo=timezone(timedelta(hours=2)))
LIST_HEADERS = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}
HEADERS = LIST_HEADERS | {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
}
INJECTIONS = (
    "=?utf-8?q?a=0ABcc:_evil@y.example?=",
    "=\x00?utf-8?q?a=0D=0ABcc:_evil@y.example?=",
    "a title\r\nBcc: evil@y.example\r\n\r\nbody",
    "a\u2028Bcc: evil@y.example",
)
titles = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="字é =?\t\u202e\r\n", max_size=200),
    st.sampled_from(INJECTIONS),
)


def message(subject: str = "A title", text: str = "plain", **fields: object) -> Message:
    values = {
        "message_id": "<0123456789@papers.example>",
        "sender": "Paper Round <round@papers.example>",
        "recipient": "ada@reader.example",
        "rendered": Rendered(subject, text, f"<p>{text}</p>"),
        "language": "en",
        "list_id": "Paper Round <list.papers.example>",
        "leave_url": "https://papers.example/u/0123456789abcdef",
    }
    return Message(**(values | fields))  # type: ignore[arg-type]


def parsed(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=default)


@given(titles)
def test_any_title_makes_a_subject_and_no_other_header(title: str) -> None:
    """Pitfall 37; CVE-2024-6923."""
    data = wire(message(subject=title), date=THEN)
    mail = parsed(data)
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert mail["Subject"] == header_safe(title, LONGEST_SUBJECT)
    assert str(mail["To"]) == "ada@reader.example"


@given(titles)
def test_a_display_name_adds_no_header(name: str) -> None:
    quoted = name.replace("\\", "").replace('"', "")
    try:
        data = wire(message(sender=f'"{quoted}" <round@papers.example>'), date=THEN)
    except Unrenderable:
        return
    mail = parsed(data)
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert mail["From"].addresses[0].addr_spec == "round@papers.example"


@given(st.text(max_size=400))
def test_bodies_arrive_as_they_were_written(text: str) -> None:
    mail = parsed(wire(message(text=text), date=THEN))
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == plain(text).rstrip() + "\n"


@given(st.text(max_size=3000))
def test_every_line_is_short_ascii_and_ends_in_crlf(text: str) -> None:
    data = wire(message(subject=text, text=text), date=THEN)
    assert data.isascii()
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 78


def test_the_headers_are_those_that_receivers_ask_for() -> None:
    mail = parsed(wire(message(), date=THEN))
    assert mail["Date"] == "Thu, 31 Jul 2025 05:00:00 +0000"
    assert mail["Message-ID"] == "<0123456789@papers.example>"
    assert mail["From"] == "Paper Round <round@papers.example>"
    assert mail["List-Id"] == "Paper Round <list.papers.example>"
    assert mail["List-Unsubscribe"] == "<https://papers.example/u/0123456789abcdef>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Content-Language"] == "en"


def test_plain_text_comes_first_and_both_parts_are_quoted_printable() -> None:
    mail = parsed(wire(message(text="é"), date=THEN))
    assert mail.get_content_type() == "multipart/alternative"
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for part in parts:
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        assert part.get_content_charset() == "utf-8"


def test_a_confirmation_is_no_list_mail() -> None:
    mail = parsed(wire(message(leave_url=None), date=THEN))
    assert sorted(mail.keys()) == sorted(HEADERS - LIST_HEADERS)


def test_a_second_try_has_the_same_bytes() -> None:
    """Pitfall 27: whoever gets it twice can see that it is the same mail."""
    assert wire(message(), date=THEN) == wire(message(), date=THEN.astimezone(UTC))


def test_long_links_and_addresses_stay_in_one_piece() -> None:
    link = "https://papers.example/" + "a" * 300
    address = "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + ".example"
    data = wire(message(leave_url=link, recipient=address), date=THEN)
    assert f"List-Unsubscribe:\r\n <{link}>\r\n".encode() in data
    assert f"To:\r\n {address}\r\n".encode() in data
    assert parsed(data)["List-Unsubscribe"].strip() == f"<{link}>"


def test_an_address_beyond_ascii_is_written_as_it_is() -> None:
    data = wire(message(recipient="jürgen@reader.example", subject="für dich"), date=THEN)
    assert "To: jürgen@reader.example\r\n".encode() in data
    assert sorted(parsed(data).keys()) == sorted(HEADERS)


@pytest.mark.parametrize(
    "fields",
    [
        {"recipient": "ada@reader.example\r\nBcc: evil@y.example"},
        {"recipient": "ada@reader.example, evil@y.example"},
        {"recipient": "=?utf-8?q?a=0ABcc:_evil@y.example?=@reader.example"},
        {"recipient": ""},
        {"sender": "nobody"},
        {"message_id": "no brackets"},
        {"message_id": "<a@b>\r\nBcc: evil@y.example"},
        {"leave_url": "https://papers.example/>, <mailto:evil@y.example"},
        {"leave_url": "javascript:alert(1)"},
        {"language": "en\r\nBcc: evil@y.example"},
    ],
)
def test_what_cannot_be_written_safely_is_not_written(fields: dict[str, str]) -> None:
    with pytest.raises(Unrenderable):
        wire(message(**fields), date=THEN)
