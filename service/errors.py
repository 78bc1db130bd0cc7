"""The short family of errors; each message is written for the person who will read it."""


class PaperRoundError(Exception):
    """Something failed; the message says what happened, what it means and what to do."""

    exit_code = 1


class WrongInput(PaperRoundError):
    """The caller asked for something that can't be done as asked."""

    exit_code = 2


class BadSetting(WrongInput):
    """A setting is missing or wrong; nothing was started."""


class BadDigest(WrongInput):
    """A file or an answer is no digest at all; nothing of it was stored."""


class BadAddress(WrongInput):
    """An e-mail address that can't be mailed."""


class BadToken(PaperRoundError):
    """A link that we did not sign, or no longer honour."""


class Unrenderable(PaperRoundError):
    """One message that can't be built; the others go on."""
