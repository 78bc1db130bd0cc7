"""What is logged names nobody: no address, no token, no key of a session."""

import logging
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from service.web.app import create_app
from tests.web.forms import form_key, path
from tests.world import World


@pytest.fixture
def served(world: World) -> Iterator[str]:
    """The pages behind a real server that logs all it can; its address."""
    config = uvicorn.Config(create_app(world.house), port=0, log_level="debug", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_no_log_holds_an_address_or_a_token(
    world: World, served: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):  # the browser's own words, which are not ours
        logging.getLogger(name).setLevel(logging.CRITICAL)
    world.digest("2026-03-02", "Graphs that mend themselves", "Sleep and its spindles")
    world.reader("ada", "graphs")
    world.morning("2026-03-02")
    secrets = visit_everything(world, served)
    assert '"GET /v/… HTTP/1.1" 200' in caplog.text  # otherwise nothing was listened to
    assert [secret for secret in secrets if secret in caplog.text] == []


def visit_everything(world: World, served: str) -> list[str]:
    """Open and press everything once; what must not be found afterwards."""
    links, reader = world.house.links, world.subscriber("ada")
    edition, stamp = world.edition("ada", "2026-03-02"), links.stamp(world.now)
    keys = [
        links.vote(edition.public_id, 1, "more"),
        links.view(edition.public_id),
        links.confirm(reader.public_id, world.now),
        links.preferences(reader.public_id),
        links.login(reader.public_id, world.now),
        links.leave(reader.unsubscribe_id),
        links.never(reader.public_id),
    ]
    world.passes(seconds=5)
    with httpx.Client(base_url=served) as browser:
        browser.post("/subscribe", data={"email": "new@reader.example", "stamp": stamp})
        browser.post("/subscribe", data={"email": "wrong address@", "stamp": stamp})
        browser.post("/subscribe", content=b"\xff\x00", headers={"Content-Type": "a/b"})
        for key in keys[:5]:
            browser.get(path(key))
            browser.post(path(key))
            browser.get(f"{path(key)}x")
        page = browser.get("/preferences").text
        session, form = browser.cookies["paperround"], form_key(page)
        browser.post("/preferences", data={"key": form, "interests": "graphs"})
        browser.get("/preferences/export")
        for key in keys[5:]:
            browser.get(path(key))
            browser.post(path(key))
    tokens = [key.rpartition("/")[2] for key in keys]
    return ["ada@", "new@", "wrong address", "reader.example", *tokens, session, form, stamp]
