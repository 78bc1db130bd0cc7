"""The tasks in this process, over a test's own world and a queue on a real server."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.workers.queue import Queue
from tests.world import World
from workers.celery import app, house


@pytest.fixture(scope="session")
def broker(redis_url: str) -> Redis:
    """The server that the application hands its hints to, from its first one on."""
    app.conf.broker_url = redis_url
    app.loader.import_default_modules()
    return Redis.from_url(redis_url)


@pytest.fixture
def queue(broker: Redis, world: World) -> Iterator[Queue]:
    """An empty queue, whose tasks work in the world's house when they are called."""
    before = app.conf.open_house
    app.conf.open_house = lambda: world.house
    house.cache_clear()
    broker.delete("celery")
    yield Queue(broker)
    broker.delete("celery")
    house.cache_clear()
    app.conf.open_house = before
