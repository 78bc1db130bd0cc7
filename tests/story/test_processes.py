"""The story once more, through a real broker, worker, beat and pages, on real databases."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlmodel import select

from service import subscribe
from service.db import reading
from service.models import Delivery, Feedback
from service.outbox import edition_key
from tests.chaos import search
from tests.chaos.town import SEVEN, Town, items
from tests.databases import FreshDatabase
from tests.installation import MONDAY, Installation, Part
from tests.postbox import Postbox
from tests.upstream import Upstream

DAYS = [MONDAY.date() + timedelta(days=number) for number in range(3)]
MOST_LOOKS = 5_000


@pytest.fixture
def postgres_url_of_ours(postgres_databases: FreshDatabase) -> Iterator[str]:
    with postgres_databases() as url:
        yield url


def path_of(mail: EmailMessage, kind: str) -> str:
    """The path of the first link of that kind in the plain-text part."""
    body = mail.get_body(("plain",))
    assert body
    found = re.search(rf"http://[^/\s]+(/{kind}/\S+)", body.get_content())
    assert found
    return found[1]


def opens(browser: httpx.Client, path: str, *, until: str = "") -> str:
    """The page there; looked at again and again until it says what it should."""
    pages = (browser.get(path) for _ in range(MOST_LOOKS))
    page = next(page for page in pages if page.status_code == 200 and until in page.text)
    return page.text


def asks(here: Installation, browser: httpx.Client, address: str) -> None:
    """Somebody takes five seconds to fill in the box."""
    stamp = re.search('name="stamp" value="([^"]+)"', opens(browser, "/subscribe"))
    assert stamp
    here.clock.passes(timedelta(seconds=5))
    wishes = {"email": address, "interests": "graphs, deep sleep", "hour": "7", "stamp": stamp[1]}
    assert browser.post("/subscribe", data=wishes).status_code == 202


def edition_of(here: Installation, address: str, day: date) -> str:
    """The name of that reader's promise for a day."""
    with reading(here.house.engine) as session:
        reader = subscribe.by_address(session, address)
        assert reader
        return edition_key(reader.id or 0, day)


def test_a_reader_subscribes_confirms_is_mailed_at_seven_votes_and_leaves(
    postgres_url_of_ours: str, tmp_path: Path, postbox: Postbox
) -> None:
    ada, bo = "ada@reader.example", "bo@reader.example"
    with (
        Upstream() as source,
        Installation(
            tmp_path / "here", postgres_url_of_ours, smtp_url=postbox.url, sources=source.url
        ) as here,
        httpx.Client(base_url=here.url, transport=httpx.HTTPTransport(retries=8)) as browser,
    ):
        here.broker()
        worker, beat, web = here.worker(), here.beat(), here.web()

        # five in the morning: two readers ask and confirm, and the day's digest comes in
        for address in (ada, bo):
            asks(here, browser, address)
        for number, address in enumerate((ada, bo), start=1):
            worker.says('"sent"', f'"confirm:{number}:')
            (mail,) = postbox.inbox(address)
            assert browser.post(path_of(mail.message, "c")).status_code == 200
        source.says(DAYS[0].isoformat(), items(DAYS[0]))
        here.clock.passes(timedelta(hours=1))
        titles = [str(each["title"]) for each in items(DAYS[0])]
        opens(browser, "/", until=titles[0])

        # at seven, and not before, their editions go out
        assert len(postbox.inbox(ada)) == 1
        here.clock.turn(SEVEN + timedelta(minutes=3))
        first = edition_of(here, ada, DAYS[0])
        worker.says('"sent"', f'"{first}"')
        assert worker.told(first) == ["due", "composed", "handing over", "sent"]
        monday = postbox.inbox(ada)[1].message
        assert browser.post(path_of(monday, "v")).status_code == 200
        with reading(here.house.engine) as session:
            assert len(session.exec(select(Feedback.id)).all()) == 1

        # the next day one of them leaves by the header, and only the other one is mailed
        leave = urlsplit(monday["List-Unsubscribe"].strip("<>")).path
        one_click = browser.post(leave, data={"List-Unsubscribe": "One-Click"})
        assert one_click.status_code == 200
        source.says(DAYS[1].isoformat(), items(DAYS[1]))
        here.clock.passes(timedelta(days=1))
        worker.says('"sent"', f'"{edition_of(here, bo, DAYS[1])}"')
        assert len(postbox.inbox(ada)) == 2
        assert len(postbox.inbox(bo)) == 3

        # of all that is written down anywhere, nothing names them or opens their pages
        secrets = search.tokens(b"".join(mail.data for mail in postbox.mails))
        assert len(secrets) > 40
        assert search.leaks(here.written(), [ada, bo], secrets) == []
        for part in (worker, beat, web):
            assert all(json.loads(line)["event"] for line in part.lines)


def morning(here: Installation, readers: int) -> Town:
    """Everybody is due, and nobody was called yet."""
    town = Town(here)
    town.digest(MONDAY.date())
    town.readers(readers)
    here.broker()
    here.clock.turn(SEVEN + timedelta(minutes=3))
    return town


def promises(here: Installation) -> dict[str, str]:
    """Every promise by its name, and its state."""
    with reading(here.house.engine) as session:
        rows = session.exec(select(Delivery.key, Delivery.state)).all()
    return {key: str(state) for key, state in rows}


def all_sent(here: Installation, *workers: Part) -> None:
    """Wait until each promise was kept by one of these workers."""
    open_ones = [key for key, state in promises(here).items() if state != "sent"]
    for key in open_ones:
        workers[-1].says('"sent"', f'"{key}"')


def test_a_worker_killed_with_its_children_loses_nothing(
    postgres_url_of_ours: str, tmp_path: Path, postbox: Postbox
) -> None:
    with Installation(
        tmp_path / "here", postgres_url_of_ours, smtp_url=postbox.url, smtp_connections="2"
    ) as here:
        morning(here, readers=60)
        here.beat()
        first = here.worker()
        first.says('"sent"', '"edition:')
        first.kill()
        begun = set(postbox.tries)
        assert 0 < len(begun) < 60
        second = here.worker()
        all_sent(here, second)
        assert set(promises(here).values()) == {"sent"}
    copies: dict[str, list[str]] = {}
    for mail in postbox.mails:
        copies.setdefault(mail.recipients[0], []).append(mail.message_id)
    assert len(copies) == 60
    assert sum(len(ids) - 1 for ids in copies.values()) <= 2 * 2
    assert all(len(set(ids)) == 1 for ids in copies.values())


def test_without_beat_a_worker_calls_the_hours(
    database_url: str, tmp_path: Path, postbox: Postbox
) -> None:
    with Installation(tmp_path / "here", database_url, smtp_url=postbox.url) as here:
        morning(here, readers=3)
        worker = here.worker()
        worker.says("beat is gone")
        for number in range(3):
            key = edition_of(here, f"reader{number}@campaign.example", MONDAY.date())
            worker.says('"sent"', f'"{key}"')
        assert len(postbox.mails) == 3


def test_a_worker_asked_to_end_hands_over_what_it_began_and_nothing_twice(
    postgres_url_of_ours: str, tmp_path: Path, postbox: Postbox
) -> None:
    with Installation(tmp_path / "here", postgres_url_of_ours, smtp_url=postbox.url) as here:
        morning(here, readers=60)
        here.beat()
        first = here.worker()
        first.says('"sent"', '"edition:')
        assert first.stop() == 0
        assert set(promises(here).values()) == {"sent", "pending"}
        second = here.worker()
        all_sent(here, second)
    assert sorted(mail.recipients[0] for mail in postbox.mails) == sorted(
        f"reader{number}@campaign.example" for number in range(60)
    )
