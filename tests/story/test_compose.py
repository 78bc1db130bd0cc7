"""compose.yaml, part by part: its own commands and environment, at real servers, one reader's way."""

import json
import re
import shlex
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from secrets import token_hex

import httpx
import psycopg
import pytest
from sqlalchemy import make_url
from yaml import safe_load

from service.mail.links import Links
from tests import servers
from tests.machine import ask
from tests.postbox import Postbox
from tests.stack import Stack
from tests.wheel import ROOT

KEY = token_hex(32)
PAPERS = ("Graphs that mend themselves", "Matching on random graphs", "Sleep and its spindles")


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """A database as the image of Postgres makes one, whose user may do nothing beyond it."""
    name = f"compose_{token_hex(4)}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'paperround'")
        admin.execute(f"CREATE DATABASE {name} OWNER {name}")
        url = make_url(postgres_url).set(username=name, password="paperround", database=name)
        yield url.render_as_string(hide_password=False)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"DROP ROLE {name}")


@pytest.fixture
def redis() -> Iterator[str]:
    """A Redis of our own, with the settings that compose.yaml gives it."""
    services = safe_load((ROOT / "compose.yaml").read_text())["services"]
    _, *settings = shlex.split(services["redis"]["command"])
    binary = servers.installed_redis() or servers.wheel_redis()
    with servers.redis_from(binary, *settings) as url:
        yield url


@pytest.fixture
def stack(installed: Path, tmp_path: Path, database: str, redis: str, postbox: Postbox) -> Stack:
    port = servers.free_port()
    places = {
        "postgresql://paperround:paperround@postgres/paperround": database,
        "redis://redis:6379/0": redis,
        "mail:1025": f"127.0.0.1:{postbox.port}",
        "http://localhost:8000": f"http://localhost:{port}",
        "http://127.0.0.1:8000": f"http://127.0.0.1:{port}",
        "--port 8000": f"--port {port}",
    }
    operator = {"PAPERROUND_SECRET_KEY": KEY, "PAPERROUND_SOURCES": ""}
    return Stack(installed, tmp_path, operator, places)


@pytest.mark.timeout(300)
def test_a_reader_comes_reads_votes_and_leaves(
    stack: Stack, database: str, postbox: Postbox
) -> None:
    migrated = stack.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    base_url = stack.environment("web")["PAPERROUND_BASE_URL"]
    with (
        stack.up("web", "worker", "beat") as running,
        httpx.Client(base_url=base_url, transport=httpx.HTTPTransport(retries=8)) as browser,
    ):
        assert browser.get("/health/live").status_code == 200
        assert stack.is_healthy("web")

        assert ask(browser, Links(base_url, [KEY]), "ada@reader.example", "graphs").is_success
        confirm = link(postbox.wait_for("ada@reader.example").message, "c")
        assert browser.post(confirm).status_code == 200

        digest = stack.home("web") / "digest.json"
        digest.write_text(json.dumps([paper(title) for title in PAPERS]))
        today = datetime.now(UTC).date().isoformat()
        stored = stack.run("web", "paperround", "ingest", digest, "--date", today)
        assert stored.returncode == 0, stored.stderr
        her_hour_has_come(database)

        edition = postbox.wait_for("ada@reader.example", nth=2).message
        body = edition.get_body(("plain",))
        assert body
        assert [title in body.get_content() for title in PAPERS] == [True, True, True]
        assert browser.post(link(edition, "v")).status_code == 200

        leave = edition["List-Unsubscribe"].strip("<>")
        assert browser.post(leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert ends(database) == ("unsubscribed", 1, 2)
        # uvicorn finishes what it serves, and then ends by the signal that it was sent
        assert stack.stop(running) == {"web": -signal.SIGTERM, "worker": 0, "beat": 0}


# ── what the story is told with ──


def paper(title: str) -> dict[str, object]:
    return {
        "paper": {
            "id": f"2602.{sum(title.encode()) % 100000:05d}",
            "title": title,
            "summary": f"We study {title.lower()} and report what we found.",
            "authors": [{"name": "Ada Example", "hidden": False}],
            "publishedAt": "2026-02-20T00:00:00.000Z",
            "upvotes": 7,
        },
        "publishedAt": "2026-02-20T00:00:00.000Z",
        "title": title,
    }


def link(mail: EmailMessage, kind: str) -> str:
    """The first link of that kind."""
    body = mail.get_body(("plain",))
    assert body
    return re.findall(rf"http://localhost:\d+/{kind}/\S+", body.get_content())[0]


def her_hour_has_come(database: str) -> None:
    """Turn the clock for the one reader there is: her hour is the last that was full."""
    now = datetime.now(UTC)
    with psycopg.connect(database) as session:
        session.execute(
            "UPDATE subscriber SET hour = %s, next_due = %s",
            (now.hour, now - timedelta(seconds=1)),
        )


def ends(database: str) -> tuple[str, int, int]:
    """Her state, how many verdicts she gave, and how many mails are settled as sent."""
    with psycopg.connect(database) as session:
        row = session.execute(
            "SELECT state, (SELECT count(*) FROM feedback),"
            " (SELECT count(*) FROM delivery WHERE state = 'sent') FROM subscriber"
        ).fetchone()
        assert row
        return row
