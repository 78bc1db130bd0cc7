"""The box to subscribe: one answer for any address, and a mail only for whoever may get one."""

import pytest
from sqlmodel import select

from service.db import reading, transaction
from service.models import Interest, SubscriberState, Suppression
from tests.web.forms import ask, path
from tests.world import World


def subjects(world: World, name: str) -> list[str]:
    world.deliver()
    return [str(mail["Subject"]) for mail in world.inbox(name)]


def follows(world: World, name: str) -> list[str]:
    reader_id = world.subscriber(name).id
    with reading(world.house.engine) as session:
        rows = session.exec(select(Interest.text).where(Interest.subscriber_id == reader_id))
        return sorted(rows)


def test_a_stranger_is_asked_by_mail_and_then_gets_what_they_asked_for(world: World) -> None:
    answer = ask(world, "ada@reader.example", "graphs", "deep sleep\nglass", hour="6")
    assert answer.status_code == 202
    assert subjects(world, "ada") == ["Please confirm that you want Paper Round"]
    reader = world.subscriber("ada")
    assert (reader.state, reader.hour) == (SubscriberState.PENDING, 6)
    assert follows(world, "ada") == ["deep sleep", "glass", "graphs"]
    world.browser.post(path(world.house.links.confirm(reader.public_id, world.now)))
    assert world.state("ada") is SubscriberState.ACTIVE


def test_the_answer_is_the_same_to_the_byte_whoever_has_the_address(world: World) -> None:
    world.reader("active", "graphs")
    world.reader("waiting", "graphs", confirmed=False)
    gone = world.reader("gone", "graphs")
    world.browser.post(path(world.house.links.leave(gone.unsubscribe_id)))
    world.browser.post(path(world.house.links.never(world.reader("never").public_id)))
    with transaction(world.house.engine) as session:
        hashed = world.house.links.address_hash(world.address("hashed"))
        session.add(Suppression(address_hash=hashed, reason="asked", at=world.now))
    names = ["new", "active", "waiting", "gone", "never", "hashed", "new", "active"]
    answers = [ask(world, world.address(name), "graphs") for name in names]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


def test_a_reader_is_told_that_they_read_already_and_nothing_is_changed(world: World) -> None:
    world.reader("ada", "graphs", hour=7)
    ask(world, "ADA@reader.example", "casinos", hour="3")
    assert subjects(world, "ada") == ["You read Paper Round already"]
    assert follows(world, "ada") == ["graphs"]
    assert world.subscriber("ada").hour == 7
    (mail,) = world.inbox("ada")
    assert "casinos" not in mail.as_string()


def test_a_paused_reader_is_told_too_and_stays_paused(world: World) -> None:
    reader = world.reader("ada", "graphs")
    with transaction(world.house.engine) as session:
        session.get_one(type(reader), reader.id).state = SubscriberState.PAUSED
    ask(world, "ada@reader.example")
    assert subjects(world, "ada") == ["You read Paper Round already"]
    assert world.state("ada") is SubscriberState.PAUSED


def test_whoever_said_never_again_is_not_written_to_whoever_asks(world: World) -> None:
    ask(world, "ada@reader.example", "graphs")
    (mail,) = (world.deliver(), world.inbox("ada"))[1]
    never = path(world.house.links.never(world.subscriber("ada").public_id))
    assert never in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert world.browser.get(never).text.count("<button") == 1
    assert world.state("ada") is SubscriberState.PENDING  # pitfall 32: looking does nothing
    assert world.browser.post(never).status_code == 200
    assert world.state("ada") is SubscriberState.SUPPRESSED
    assert follows(world, "ada") == []
    world.passes(days=2)
    ask(world, "ada@reader.example", "graphs")
    assert len(subjects(world, "ada")) == 1


def test_never_again_stops_a_mail_that_waits_already(world: World) -> None:
    """Pitfall 23."""
    ask(world, "ada@reader.example")
    world.browser.post(path(world.house.links.never(world.subscriber("ada").public_id)))
    assert subjects(world, "ada") == []


def test_the_mail_holds_nothing_that_was_typed(world: World) -> None:
    ask(world, "ada@reader.example", "buy my pills", "https://spam.example")
    world.deliver()
    (mail,) = world.inbox("ada")
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            assert "pills" not in part.get_content()
            assert "spam" not in part.get_content()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "ada"}, "No mail can be sent"),
        ({"email": "ada@localhost"}, "No mail can be sent"),
        ({"email": "ada@reader.example\r\nBcc: x@y.example"}, "No mail can be sent"),
        ({"interests": ",".join(f"topic {n}" for n in range(51))}, "Fifty phrases at most"),
        ({"interests": "x" * 81}, "80 characters"),
        ({"interests": "…"}, "a letter or a digit"),
        ({"time_zone": "Mars/Olympus"}, "No time zone"),
        ({"time_zone": "../../etc/passwd"}, "No time zone"),
        ({"hour": "24"}, "An hour from 0 to 23"),
        ({"hour": "²"}, "An hour from 0 to 23"),
    ],
    ids=str,
)
def test_a_wrong_form_comes_back_with_a_sentence_and_with_what_was_typed(
    world: World, wrong: dict[str, str], sentence: str
) -> None:
    fields = {"interests": "graphs, <b>glass</b>", **wrong}
    email = fields.pop("email", "ada@reader.example")
    answer = ask(world, email, **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    if "interests" not in wrong:
        assert "graphs, &lt;b&gt;glass&lt;/b&gt;" in answer.text
    assert world.deliveries() == []


@pytest.mark.parametrize(
    "email", ["ada@museum.international", "o'hara@x.photography", "a@bücher.example", "a+b@c.de"]
)
def test_long_top_level_domains_and_rare_signs_are_addresses(world: World, email: str) -> None:
    """Pitfall 34."""
    assert ask(world, email).status_code == 202
    assert len(world.deliveries()) == 1


@pytest.mark.parametrize(
    "fields",
    [{"website": "https://x.example"}, {"stamp": ""}, {"stamp": "forged"}],
    ids=["honeypot", "no stamp", "forged stamp"],
)
def test_what_a_machine_fills_in_is_thanked_for_and_forgotten(
    world: World, fields: dict[str, str]
) -> None:
    person = ask(world, "bo@reader.example")
    machine = ask(world, "ada@reader.example", **fields)
    assert (machine.status_code, machine.content) == (person.status_code, person.content)
    assert len(world.deliveries()) == 1


def test_nobody_types_an_address_in_less_than_two_seconds(world: World) -> None:
    stamp = world.house.links.stamp(world.now)
    world.passes(seconds=1.9)
    sent = {"email": "ada@reader.example", "stamp": stamp}
    assert world.browser.post("/subscribe", data=sent).status_code == 202
    assert world.deliveries() == []
    world.passes(seconds=0.1)
    world.browser.post("/subscribe", data=sent)
    assert len(world.deliveries()) == 1


@pytest.mark.parametrize(
    ("headers", "mails"),
    [
        ({}, 1),
        ({"Origin": "http://127.0.0.1:8000"}, 1),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 1),
        ({"Origin": "https://evil.example"}, 0),
        ({"Origin": "http://["}, 0),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 0),
    ],
    ids=str,
)
def test_a_form_on_a_strangers_page_sends_no_mail(
    world: World, headers: dict[str, str], mails: int
) -> None:
    world.browser.headers.update(headers)
    assert ask(world, "ada@reader.example").status_code == 202
    assert len(world.deliveries()) == mails


def test_a_form_of_more_than_64_kb_is_cut_off(world: World) -> None:
    assert ask(world, "ada@reader.example", "x" * 70_000).status_code == 413
    assert world.deliveries() == []


def test_the_language_of_the_browser_becomes_that_of_the_mails(world: World) -> None:
    world.browser.headers["Accept-Language"] = "de-AT, en;q=0.5"
    ask(world, "ada@reader.example")
    assert subjects(world, "ada") != ["Please confirm that you want Paper Round"]
    assert world.subscriber("ada").language == "de"


def test_home_and_past_days_have_the_box(world: World) -> None:
    world.digest("2026-03-01", "Dreams in deep sleep")
    for where in ("/", "/day/2026-03-01", "/subscribe"):
        page = world.browser.get(where).text
        assert 'action="/subscribe"' in page
        assert '<option value="7" selected>' in page
