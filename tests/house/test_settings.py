"""Settings: defaults that are safe on one machine, and refused where they would not be."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.errors import BadSetting
from service.settings import Settings, load_settings, secret_keys
from service.wiring import open_house

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"
SERVER = {"PAPERROUND_DATABASE_URL": "postgresql://db.example.org/paperround"}


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """The environment with just these settings of ours."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("PAPERROUND_"):
            del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_without_any_setting_everything_is_on_this_machine() -> None:
    with environment({}):
        settings = load_settings()
    assert settings.database.startswith("sqlite:///")
    assert settings.database.endswith("/var/paperround.db")
    assert settings.mailbox == Path("var/mailbox")


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        (SERVER, "PAPERROUND_SECRET_KEY"),
        (SERVER | {"PAPERROUND_SECRET_KEY": KEY}, "PAPERROUND_SMTP_URL"),
        ({"PAPERROUND_SMTP_URL": "smtp://mail.example.org"}, "PAPERROUND_SECRET_KEY"),
        ({"PAPERROUND_BASE_URL": "https://papers.example.org"}, "PAPERROUND_SECRET_KEY"),
    ],
)
def test_with_a_server_named_a_missing_secret_or_relay_refuses_to_start(
    values: dict[str, str], missing: str
) -> None:
    with environment(values), pytest.raises(BadSetting, match=f"^{missing} is missing"):
        load_settings()


def test_a_server_with_secret_and_relay_is_accepted() -> None:
    whole = SERVER | {
        "PAPERROUND_SECRET_KEY": KEY,
        "PAPERROUND_SMTP_URL": "smtp://mail.example.org",
    }
    with environment(whole):
        assert load_settings().mailbox is None


def test_a_wrong_setting_is_one_sentence() -> None:
    with environment({"PAPERROUND_SMTP_CONNECTIONS": "many"}), pytest.raises(BadSetting) as caught:
        load_settings()
    assert str(caught.value).startswith("PAPERROUND_SMTP_CONNECTIONS can't be used: ")
    assert "\n" not in str(caught.value)


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "new folder")
    keys = secret_keys(settings)
    assert keys == secret_keys(settings)
    assert len(keys[0]) >= 32
    mode = (tmp_path / "new folder" / "secret_key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["secret_key"]


def test_a_short_key_is_refused() -> None:
    with pytest.raises(BadSetting, match="shorter than 32 bytes"):
        secret_keys(Settings(secret_key="short"))


def test_several_keys_are_kept_in_order_while_one_replaces_the_other() -> None:
    assert secret_keys(Settings(secret_key=f"{KEY}, {KEY[::-1]}")) == [KEY, KEY[::-1]]


def test_sources_are_addresses_with_commas_between() -> None:
    with environment({}):
        assert load_settings().source_urls == ("https://huggingface.co/api/daily_papers",)
    with environment({"PAPERROUND_SOURCES": " http://a.example/x , https://b.example/y?z=1,,"}):
        assert load_settings().source_urls == ("http://a.example/x", "https://b.example/y?z=1")
    with environment({"PAPERROUND_SOURCES": ""}):
        assert load_settings().source_urls == ()


@pytest.mark.parametrize(
    "source",
    [
        "huggingface.co/api",
        "ftp://a.example/x",
        "file:///etc/passwd",
        "https://",
        "https://hush@a.example/x",
        "https://ada:hush@a.example/x",
        "https://a.example:99999/x",
        "https://[::1/x",
        "https://a.example/hush hush",
        "https://a.example/\n",
        "https://a.example/#hush",
        "https://a.example/" + "x" * 2000,
    ],
)
def test_a_bad_source_is_one_sentence_and_repeats_no_secret(source: str) -> None:
    values = {"PAPERROUND_SOURCES": f"https://b.example/, {source}/"}
    with environment(values), pytest.raises(BadSetting, match=r"^PAPERROUND_SOURCES ") as caught:
        load_settings()
    assert "\n" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_our_addresses_stand_at_the_senders_domain() -> None:
    assert Settings(mail_from="Papers <daily@example.org>").mail_domain == "example.org"
    assert Settings(base_url="https://papers.example.net/x").mail_domain == "papers.example.net"
    assert Settings().sender == "Paper Round <paperround@localhost>"


@pytest.mark.parametrize(("value", "days"), [(None, None), ("", None), ("90", 90)])
def test_verdicts_fade_only_where_a_number_of_days_says_so(
    value: str | None, days: int | None
) -> None:
    with environment({} if value is None else {"PAPERROUND_FADING_DAYS": value}):
        house = open_house()
    assert house.settings.fading_days == days
    assert (house.fading(NOW) is None) == (days is None)


@pytest.mark.parametrize("value", ["0", "-1", "ever", "1.5"])
def test_verdicts_fade_over_whole_days_and_not_at_once(value: str) -> None:
    with (
        environment({"PAPERROUND_FADING_DAYS": value}),
        pytest.raises(BadSetting, match=r"^PAPERROUND_FADING_DAYS can't be used"),
    ):
        load_settings()
