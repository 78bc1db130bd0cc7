"""Where the queue is, and whether it answers."""

from pathlib import Path

from service import broker
from service.settings import Settings


def test_a_broker_that_answers_says_how_quickly(redis_url: str) -> None:
    assert broker.answer(redis_url).startswith("answers in ")


def test_a_broker_that_is_not_there_is_told_in_words() -> None:
    assert broker.answer("redis://127.0.0.1:9/0") == "no answer (ConnectionError)"
    assert broker.answer("nonsense") == "no answer (ValueError)"


def test_the_broker_of_up_is_found_by_its_state_folder(tmp_path: Path) -> None:
    own = broker.own_broker(tmp_path)
    assert broker.where(Settings(state_dir=tmp_path)) == own.url
    assert (tmp_path / "broker" / "url").stat().st_mode & 0o077 == 0


def test_the_setting_wins_over_what_stands_in_the_state_folder(tmp_path: Path) -> None:
    broker.own_broker(tmp_path)
    named = Settings(state_dir=tmp_path, broker_url="redis://queue.example:6379/0")
    assert broker.where(named) == "redis://queue.example:6379/0"
