"""The servers that the tests run on start wherever the house is built."""

import psycopg
import pytest
from redis import Redis
from sqlalchemy import Engine, text

from tests import servers


def test_each_test_begins_with_a_migrated_and_empty_database(engine: Engine) -> None:
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM subscriber")).scalar_one() == 0


def test_redis_keeps_what_it_is_told(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.set("paper", "round")
        assert redis.get("paper") == b"round"


def test_the_wheels_bring_servers_where_the_machine_has_none() -> None:
    with servers.postgres_from(servers.wheel_postgres()) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with servers.redis_from(servers.wheel_redis()) as url, Redis.from_url(url) as redis:
        assert redis.ping()


def test_a_server_that_can_not_start_says_why() -> None:
    with (
        pytest.raises(servers.ServerError, match="no-such-setting"),
        servers.redis_from(servers.wheel_redis(), "--no-such-setting", "yes"),
    ):
        pass
