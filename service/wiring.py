"""The composition root: settings become an engine, a mailer, links, a writer and shelves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Engine

from service.db import create_engine, database_clock
from service.gates import Gates
from service.mail.links import Links
from service.mail.mailbox import FolderMailer, Mailbox
from service.mail.render import Renderer, template_folder
from service.mail.smtp import Mailer, SmtpMailer
from service.messages import Writer
from service.profiles import Fading
from service.settings import Settings, load_settings, secret_keys
from service.shelf import Shelves


@dataclass(frozen=True)
class House:
    """Everything that an entrance needs, made once a process and only when it is asked for."""

    settings: Settings
    clock: Callable[[], datetime] | None = None
    """Whose time it is; without one, the database's."""

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        return create_engine(self.settings.database)

    @cached_property
    def links(self) -> Links:
        """What signs our links, and reads them when they come back."""
        return Links(self.settings.base_url, secret_keys(self.settings))

    @cached_property
    def writer(self) -> Writer:
        """What turns deliveries into messages."""
        return Writer(
            renderer=Renderer(template_folder()),
            links=self.links,
            sender=self.settings.sender,
            domain=self.settings.mail_domain,
        )

    @cached_property
    def shelves(self) -> Shelves:
        """The window's papers with their features, kept while nothing changes."""
        return Shelves()

    @cached_property
    def mailbox(self) -> Mailbox | None:
        """The folder that shows the mail on the embedded default; None with a real relay."""
        return Mailbox(self.settings.mailbox) if self.settings.mailbox else None

    @cached_property
    def mailer(self) -> Mailer:
        """Where mail goes: the relay, or the mailbox folder."""
        if self.settings.mailbox:
            return FolderMailer(self.settings.mailbox)
        return SmtpMailer(self.settings.smtp_url, reuse=self.settings.smtp_reuse)

    def gates(self, wait: Callable[[float], None]) -> Gates:
        """The doors before the sources; `wait` sleeps for a number of seconds."""
        return Gates(self.engine, self.now, wait)

    @property
    def late_after(self) -> timedelta:
        """How late an edition may be sent."""
        return timedelta(hours=self.settings.late_after_hours)

    def fading(self, now: datetime) -> Fading | None:
        """How much verdicts count by now; None where they never fade."""
        return Fading(self.half_life, now) if self.half_life else None

    @property
    def half_life(self) -> timedelta | None:
        """After how long a verdict counts half; None where they never fade."""
        days = self.settings.fading_days
        return timedelta(days=days) if days else None

    def now(self) -> datetime:
        """One time for all machines: the database's clock."""
        return self.clock() if self.clock else database_clock(self.engine)


def open_house(settings: Settings | None = None) -> House:
    """A house over these settings, or over the environment's."""
    return House(settings or load_settings())
