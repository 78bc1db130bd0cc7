"""The judge of the campaigns: it sees a loss, a copy too many, and a secret wherever it stands."""

import base64
import quopri
from datetime import date

import pytest

from tests.chaos import search
from tests.chaos.oracle import Promised, judge
from tests.chaos.relay import Arrival

DAY = date(2026, 3, 2)
TOKEN = "W3NlY3JldF0.aGVyZS1pcy1zb21lLXRva2Vu"
ADDRESS = "ada@reader.example"


def promised(**states: str) -> dict[str, Promised]:
    return {name: Promised(f"{name}@reader.example", DAY, state) for name, state in states.items()}


def mail(name: str, life: int = 1, to: str = "") -> Arrival:
    return Arrival(life, name, f"{to or name}@reader.example", 0.0)


def test_what_was_sent_once_and_arrived_once_is_no_fault() -> None:
    both = promised(ada="sent", bo="sent")
    found = judge(both, [mail("ada"), mail("bo")], expected=2, allowed=0)
    assert (found.deliveries, found.lost, found.duplicates, found.faults) == (2, 0, 0, [])


@pytest.mark.parametrize(
    ("states", "arrived", "fault"),
    [
        ({"ada": "sent"}, [], "ada@reader.example got nothing"),
        ({"ada": "uncertain"}, [mail("ada")], "ada@reader.example is uncertain, not sent"),
        ({"ada": "sent"}, [mail("ada"), mail("ada")], "ada came twice in one life"),
        ({"ada": "sent"}, [mail("ada"), mail("ada", 2)], "kill 1 made 1 copies"),
        (
            {"ada": "sent"},
            [mail("ada"), mail("bo")],
            "bo@reader.example got a mail nobody promised",
        ),
        ({"ada": "sent"}, [mail("ada", to="bo")], "bo@reader.example got somebody else's mail"),
        ({"ada": "sent", "bo": "sent"}, [mail("ada"), mail("bo")], "2 promises, not 1"),
    ],
    ids=str,
)
def test_each_broken_promise_is_a_fault(
    states: dict[str, str], arrived: list[Arrival], fault: str
) -> None:
    assert fault in judge(promised(**states), arrived, expected=1, allowed=0).faults


def test_two_editions_of_a_readers_day_are_a_fault() -> None:
    twice = {name: Promised(ADDRESS, DAY, "sent") for name in ("first", "second")}
    found = judge(twice, [mail("first", to="ada"), mail("second", to="ada")], expected=1, allowed=0)
    assert found.faults == [f"{ADDRESS} has 2 editions of {DAY}"]


def test_a_copy_belongs_to_the_kill_before_it() -> None:
    arrived = [mail("ada"), mail("ada", 2), mail("ada", 3), mail("bo"), mail("bo", 2)]
    found = judge(promised(ada="sent", bo="sent"), arrived, expected=2, allowed=2)
    assert (found.duplicates, found.worst_kill, found.faults) == (3, 2, [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"mailed to {ADDRESS}", "an address"),
        (f'{{"to": "<{ADDRESS.upper()}>"}}', "an address"),
        (f"GET /v/{TOKEN} 200", "a token"),
        (f"GET /v/{TOKEN[:24]}", "a token"),
        (f"x{TOKEN}x", "a token"),
    ],
)
@pytest.mark.parametrize("coded", [False, True], ids=["plain", "as Celery's body"])
def test_a_secret_is_found_where_it_stands(text: str, fault: str, coded: bool) -> None:
    data = text.encode()
    written = b'{"body": "' + base64.b64encode(data) + b'"}' if coded else data
    assert search.leaks([("log", written)], [ADDRESS], [TOKEN.encode()]) == [f"log holds {fault}"]


def test_names_that_are_no_secrets_are_no_find() -> None:
    text = (
        b'{"promise": "edition:1:2026-03-02", "owner": "8a1f-4026531836/77/1042/9f86d081884c7d65"}'
    )
    assert search.leaks([("log", text)], [ADDRESS], [TOKEN.encode()]) == []


def test_the_tokens_of_a_mail_are_read_as_they_came_over_the_wire() -> None:
    body = f"More like this: http://127.0.0.1:8000/v/{TOKEN}{'x' * 60}\nhttp://a.example/abs/2501"
    coded = quopri.encodestring(body.encode())
    assert b"=\n" in coded
    assert search.tokens(coded) == {f"{TOKEN}{'x' * 60}".encode()}
