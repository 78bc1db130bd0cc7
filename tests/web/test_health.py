"""Whoever watches over us is told whether we can serve."""

from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from service.migrations import downgrade
from service.web.app import create_app
from tests.world import World


def test_with_a_migrated_database_we_are_ready(world: World) -> None:
    for where in ("/health/live", "/health/ready"):
        answer = world.browser.get(where)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


def test_with_older_tables_we_say_what_to_run(world: World) -> None:
    downgrade(world.house.engine, "0001")
    answer = world.browser.get("/health/ready")
    assert answer.status_code == 503
    assert "paperround migrate" in answer.text
    assert world.browser.get("/health/live").status_code == 200


def test_without_a_database_we_live_but_are_not_ready(world: World, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    url = f"sqlite:///{nowhere}"  # a folder is no database
    house = replace(world.house, settings=world.settings.model_copy(update={"database_url": url}))
    with TestClient(create_app(house)) as browser:
        answer = browser.get("/health/ready")
        assert (answer.status_code, answer.text) == (503, "The database does not answer.\n")
        assert browser.get("/health/live").status_code == 200
    house.engine.dispose()
