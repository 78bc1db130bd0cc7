"""Typed settings; the only reader of the environment."""

import ipaddress
import os
import secrets
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors import BadSetting

SHORTEST_KEY = 32
LONGEST_SOURCE = 1_500


class Settings(BaseSettings):
    """What the operator decides; every field is an environment variable `PAPERROUND_…`."""

    model_config = SettingsConfigDict(env_prefix="PAPERROUND_", frozen=True)

    state_dir: Path = Path("var")
    database_url: str = ""
    """Empty means SQLite in the state folder."""
    smtp_url: str = ""
    """Empty means a mailbox folder in the state folder, shown at `/mailbox`."""
    base_url: str = "http://127.0.0.1:8000"
    mail_from: str = ""
    secret_key: str = ""
    """One key, or several with commas while a key is being changed: the last one signs."""
    broker_url: str = "redis://127.0.0.1:6379/0"
    """Where Celery's queue is; it holds hints only, and losing it loses nothing."""
    smtp_connections: int = Field(default=4, ge=1, le=64)
    smtp_reuse: int = Field(default=20, ge=1)
    """Messages handed over on one connection before it is opened anew."""
    trusted_proxies: str = ""
    """Whose word on a client's address counts: how many proxies stand before us, or their networks
    with commas. Empty: nobody's, and the client is whoever connects."""
    explore: bool = True
    """Whether one slot of an edition goes to a paper that is drawn, marked, and may surprise."""
    fading_days: int | None = Field(default=None, ge=1)
    """After so many days a verdict counts half; None or empty: verdicts never fade."""
    late_after_hours: int = Field(default=12, ge=1)
    """An edition that is this late is not sent any more."""
    sources: str = "https://huggingface.co/api/daily_papers"
    """Where digests are fetched, with commas between; empty fetches none."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """From which importance on something is written down."""
    contact: str = ""
    """An address or page at which a source can reach whoever runs this; empty is the base URL."""

    @field_validator("fading_days", mode="before")
    @classmethod
    def _empty_is_off(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def database(self) -> str:
        """The database's address, the default filled in."""
        return self.database_url or f"sqlite:///{self.state_dir.absolute() / 'paperround.db'}"

    @property
    def mailbox(self) -> Path | None:
        """The folder that takes the mail where no SMTP server is named."""
        return None if self.smtp_url else self.state_dir / "mailbox"

    @property
    def source_urls(self) -> tuple[str, ...]:
        """The sources, each once, in order."""
        named = (url.strip() for url in self.sources.split(","))
        return tuple(dict.fromkeys(url for url in named if url))

    @property
    def sender(self) -> str:
        """The From address: the setting, or one at the host that the links point to."""
        return self.mail_from or f"Paper Round <paperround@{self.mail_domain}>"

    @property
    def mail_domain(self) -> str:
        """The domain of our own addresses, for Message-ID and List-Id."""
        if "@" in self.mail_from:
            return self.mail_from.rpartition("@")[2].strip("> ").lower()
        host = urlsplit(self.base_url).hostname or "localhost"
        return "localhost" if _is_loopback(host) else host

    @property
    def names_a_server(self) -> bool:
        """Whether this is more than a trial on one machine, so that no default is safe."""
        elsewhere = self.database_url and not self.database_url.startswith("sqlite")
        public = not _is_loopback(urlsplit(self.base_url).hostname or "")
        return bool(elsewhere or self.smtp_url or public)


def load_settings() -> Settings:
    """The environment's settings, checked; whatever is wrong is one sentence."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise BadSetting(_sentence(error)) from None
    if urlsplit(settings.base_url).scheme not in ("http", "https"):
        raise _bad("BASE_URL", "must start with http:// or https://, for links in mails to work")
    for url in settings.source_urls:
        _check_source(url)
    if settings.names_a_server:
        _refuse_defaults(settings)
    return settings


def secret_keys(settings: Settings) -> list[str]:
    """The signing keys, oldest first; without a setting one is made once, in the state folder."""
    keys = [key.strip() for key in settings.secret_key.split(",") if key.strip()]
    for key in keys:
        if len(key.encode()) < SHORTEST_KEY:
            raise _bad(
                "SECRET_KEY",
                f"is shorter than {SHORTEST_KEY} bytes; make one with `openssl rand -hex 32`",
            )
    return keys or [_own_key(settings.state_dir / "secret_key")]


def _own_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(handle)
        # a link fails where the file is there: whoever comes second reads the first one's key
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    return path.read_text().strip()


def _check_source(url: str) -> None:
    """Refuse what could not be asked; the message repeats nothing that may be a password."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = None
    if not whole or not url.isascii() or not url.isprintable() or " " in url:
        raise _bad("SOURCES", "must hold http:// or https:// addresses with commas between")
    if parts.username is not None or parts.fragment:
        raise _bad("SOURCES", "must hold addresses without a user's name and without a #")
    if len(url) > LONGEST_SOURCE:
        raise _bad("SOURCES", f"holds an address of more than {LONGEST_SOURCE} characters")


def _refuse_defaults(settings: Settings) -> None:
    if not settings.secret_key:
        raise _bad(
            "SECRET_KEY",
            "is missing: with a server named, links must be signed by a key of your own; "
            "make one with `openssl rand -hex 32`",
        )
    if not settings.smtp_url:
        raise _bad(
            "SMTP_URL",
            "is missing: with a server named, mail has to go to a real relay, such as "
            "smtp://user:password@mail.example.org:587",
        )


def _bad(name: str, reason: str) -> BadSetting:
    return BadSetting(f"PAPERROUND_{name} {reason}.")


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    name = "_".join(str(part) for part in first["loc"]).upper()
    return f"PAPERROUND_{name} can't be used: {first['msg']}."


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
