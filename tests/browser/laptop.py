"""A laptop on which everything runs, and what its commands and its mailbox say."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.machine import Machine


class Laptop(Machine):
    """A machine whose commands go well, and whose mailbox lies open."""

    def does(self, *words: str) -> str:
        """What a command printed that went well."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def reads(self, address: str, *options: str) -> None:
        """Somebody reads, and the hour of their mail is far."""
        hour = (datetime.now(UTC).hour + 12) % 24
        self.does("subscribe", address, "--confirmed", "--hour", str(hour), *options)

    def answers(self) -> bool:
        """Knock until the pages are there."""
        with self.browser() as browser:
            return browser.get("/health/ready").status_code == 200

    def inbox(self, address: str) -> Sequence[EmailMessage]:
        """What that reader was mailed by now, oldest first."""
        files = sorted(
            (self.folder / "mailbox").glob("*.eml"), key=lambda it: it.stat().st_mtime_ns
        )
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [mail for mail in mails if mail["To"] == address]
