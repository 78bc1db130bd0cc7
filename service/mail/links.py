"""The links in our mails, and what only we can derive: signed, opaque, each for one purpose.

No link has a query string, so nothing in it can be mangled by a mail program that escapes twice.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from service.errors import BadSetting, BadToken
from service.mail.address import same_mailbox

LONGEST_TOKEN = 256
SHORTEST_KEY = 32
LARGEST_ID = 2**63
LAST_POSITION = 999

Verdict = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Vote:
    """What a reader's click says of the paper at a position of an edition."""

    edition_public_id: int
    position: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ReaderToken:
    """Who is meant, and since when the token is good."""

    subscriber_public_id: int
    issued_at: datetime


class Links:
    """Makes links and reads them back.

    The last key signs, all of them verify. The first key, or the `pepper`, is the root of what has
    to stay the same through every change of keys: Message-IDs and hashes of addresses. Tokens
    carry no date of expiry. Raises BadSetting for keys or a base that can't serve.
    """

    def __init__(self, base_url: str, keys: Sequence[str], *, pepper: str | None = None) -> None:
        self.base_url = _base(base_url)
        if not keys or any(len(key.encode()) < SHORTEST_KEY for key in (*keys, pepper or keys[0])):
            raise BadSetting(
                f"Links need a secret key of at least {SHORTEST_KEY} characters to sign them."
            )
        self._root = (pepper or keys[0]).encode()
        self._votes = _Signer(keys, "fb.v1")
        self._confirms = _Signer(keys, "confirm.v1")
        self._views = _Signer(keys, "view.v1")
        self._nevers = _Signer(keys, "never.v1")
        self._preferences = _Signer(keys, "prefs.v1")
        self._logins = _Signer(keys, "login.v1")
        self._sessions = _Signer(keys, "session.v1")
        self._forms = _Signer(keys, "form.v1")

    # ── votes ──

    def vote(self, edition_public_id: int, position: int, verdict: Verdict) -> str:
        """The link that says more, or less, like the paper at that position."""
        return f"{self.base_url}/v/{self._votes.sign([edition_public_id, position, verdict])}"

    def read_vote(self, token: str) -> Vote:
        """What a vote's token says; raises BadToken."""
        match self._votes.read(token):
            case [int(edition), int(position), "more" | "less" as verdict] if (
                _is_id(edition) and 0 <= position <= LAST_POSITION
            ):
                return Vote(edition, position, verdict)
        raise _strange()

    # ── confirming ──

    def confirm(self, subscriber_public_id: int, issued_at: datetime) -> str:
        """The link that confirms an address."""
        return f"{self.base_url}/c/{self._confirms.sign_reader(subscriber_public_id, issued_at)}"

    def read_confirm(self, token: str) -> ReaderToken:
        """Whom a confirming token names, and when it was made; raises BadToken."""
        return self._confirms.read_reader(token)

    def never(self, subscriber_public_id: int) -> str:
        """The link that says: it was not me, never write again."""
        return f"{self.base_url}/n/{self._nevers.sign([subscriber_public_id])}"

    def read_never(self, token: str) -> int:
        """The public id of whom a token keeps from all mail; raises BadToken."""
        return self._nevers.read_id(token)

    # ── preferences ──

    def preferences(self, subscriber_public_id: int) -> str:
        """The link that has a login link mailed to its reader; harmless in anybody's hands."""
        return f"{self.base_url}/p/{self._preferences.sign([subscriber_public_id])}"

    def read_preferences(self, token: str) -> int:
        """The public id of whose preferences a token is about; raises BadToken."""
        return self._preferences.read_id(token)

    def login(self, subscriber_public_id: int, issued_at: datetime) -> str:
        """The link that opens a reader's preferences, once and for a short time."""
        return f"{self.base_url}/l/{self._logins.sign_reader(subscriber_public_id, issued_at)}"

    def read_login(self, token: str) -> ReaderToken:
        """Whom a login token names, and when it was made; raises BadToken."""
        return self._logins.read_reader(token)

    def session(self, subscriber_public_id: int, issued_at: datetime) -> str:
        """What a browser shows to be known as a reader's own."""
        return self._sessions.sign_reader(subscriber_public_id, issued_at)

    def read_session(self, token: str) -> ReaderToken:
        """Whose browser shows this, and since when; raises BadToken."""
        return self._sessions.read_reader(token)

    # ── forms ──

    def stamp(self, shown_at: datetime) -> str:
        """When a form was shown, in milliseconds, so that nobody else can say so."""
        return self._forms.sign([int(shown_at.timestamp() * 1000)])

    def read_stamp(self, token: str) -> datetime:
        """When the form with this stamp was shown; raises BadToken."""
        match self._forms.read(token):
            case [int(milliseconds)] if 0 <= milliseconds < 2**43:
                return datetime.fromtimestamp(milliseconds / 1000, UTC)
        raise _strange()

    def form_key(self, session: str) -> str:
        """What the forms of a session carry, and no page of anybody else's can know."""
        return self._derive("form-key.v1", session)

    # ── reading and leaving ──

    def view(self, edition_public_id: int) -> str:
        """The link to an edition as a page."""
        return f"{self.base_url}/e/{self._views.sign([edition_public_id])}"

    def read_view(self, token: str) -> int:
        """The public id of the edition that a token shows; raises BadToken."""
        return self._views.read_id(token)

    def leave(self, unsubscribe_id: str) -> str:
        """The link that stops the mail; unsigned, so that no change of keys can end it."""
        return f"{self.base_url}/u/{unsubscribe_id}"

    # ── derived, the same for ever ──

    def message_id(self, *parts: str | int, domain: str) -> str:
        """The Message-ID of what these parts name: the same at every try, telling nobody anything."""
        digest = self._derive("message-id.v1", json.dumps(parts))
        return f"<{digest[:40]}@{domain}>"

    def address_hash(self, address: str) -> str:
        """A keyed hash (HMAC-SHA256) by which an address is known after it was erased."""
        return self._derive("address.v1", same_mailbox(address))

    def visitor_hash(self, purpose: str, who: str) -> str:
        """A keyed hash by which limits know a network or an address."""
        return self._derive("visitor.v1", json.dumps([purpose, who]))

    def _derive(self, purpose: str, text: str) -> str:
        return hmac.new(self._root, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()


class _Signer:
    """Signs values for one purpose, and reads back only what was signed for it."""

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        self._serializer = URLSafeSerializer(
            list(keys), salt=purpose, signer_kwargs={"digest_method": hashlib.sha256}
        )

    def sign(self, value: list[int | str]) -> str:
        token = self._serializer.dumps(value)
        return token if isinstance(token, str) else token.decode()

    def sign_reader(self, subscriber_public_id: int, issued_at: datetime) -> str:
        return self.sign([subscriber_public_id, int(issued_at.timestamp())])

    def read_id(self, token: str) -> int:
        match self.read(token):
            case [int(public_id)] if _is_id(public_id):
                return public_id
        raise _strange()

    def read_reader(self, token: str) -> ReaderToken:
        match self.read(token):
            case [int(public_id), int(seconds)] if _is_id(public_id) and 0 <= seconds < 2**33:
                return ReaderToken(public_id, datetime.fromtimestamp(seconds, UTC))
        raise _strange()

    def read(self, token: str) -> object:
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise _strange()
        try:
            value = self._serializer.loads(token)
            signature = token.rpartition(".")[2]
            # base64 has spare bits at its end: the same signature must not have two spellings
            if base64_encode(base64_decode(signature)) != signature.encode():
                raise _strange()
        except BadData as error:
            raise _strange() from error
        if not isinstance(value, list) or any(type(part) not in (int, str) for part in value):
            raise _strange()
        return value


def _is_id(value: int) -> bool:
    return 0 <= value < LARGEST_ID


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadSetting(
            "PAPERROUND_BASE_URL has to look like https://papers.example.org, without ? or #."
        )
    return url.rstrip("/")


def _strange() -> BadToken:
    return BadToken("This link is not one of ours, or a part of it is missing.")
