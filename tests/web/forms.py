"""How tests fill in forms, as a person at a browser does."""

import re
from typing import Any
from urllib.parse import urlsplit

from httpx import Response

from tests.world import World


def ask(world: World, email: str, *interests: str, **fields: Any) -> Response:
    """Somebody opens the page, takes five seconds, and subscribes."""
    stamp = world.house.links.stamp(world.now)
    world.passes(seconds=5)
    sent = {"email": email, "interests": ", ".join(interests), "stamp": stamp, **fields}
    return world.browser.post("/subscribe", data=sent)


def log_in(world: World, name: str) -> Response:
    """That reader presses the button behind a fresh login link."""
    link = world.house.links.login(world.subscriber(name).public_id, world.now)
    return world.browser.post(urlsplit(link).path)


def form_key(page: str) -> str:
    """What the forms on a page of preferences carry."""
    found = re.search('name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def wishes(world: World, **fields: Any) -> dict[str, Any]:
    """The form of the preferences as a browser sends it, every day ticked, with these changes."""
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    key = form_key(world.browser.get("/preferences").text)
    return {"key": key, "asks_all": "yes", "days": days, **fields}


def path(url: str) -> str:
    """The part of a link of ours that a browser asks for."""
    return urlsplit(url).path
