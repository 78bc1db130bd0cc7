"""What a reader asks for, checked; each refusal is a sentence for the reader."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.errors import WrongInput
from service.text import collapse, plain

MOST_INTERESTS = 50
LONGEST_INTEREST = 80


@dataclass(frozen=True)
class Wishes:
    """What a reader asks for; interests and mutes as they were typed."""

    interests: Sequence[str] = field(default_factory=tuple)
    mutes: Sequence[str] = field(default_factory=tuple)
    time_zone: str = "UTC"
    hour: int = 7
    weekdays: int = 0b1111111
    max_papers: int = 10
    language: str | None = None
    """None leaves it as it is."""

    def __post_init__(self) -> None:
        """Refuse what can't be honoured, in a sentence for the reader."""
        if not 0 <= self.hour <= 23:
            raise WrongInput(f"{self.hour} is no hour of the day; use 0 to 23.")
        if not 1 <= self.max_papers <= 50:
            raise WrongInput(f"An edition holds 1 to 50 papers, not {self.max_papers}.")

    def weights(self) -> dict[str, float]:
        """Every phrase once, with its weight: 1 to follow, -1 to mute; a mute wins."""
        weights = {_phrase(text): 1.0 for text in self.interests}
        weights |= {_phrase(text): -1.0 for text in self.mutes}
        if len(weights) > MOST_INTERESTS:
            raise WrongInput(
                f"{len(weights)} interests are too many; {MOST_INTERESTS} can be followed."
            )
        return weights


def _phrase(text: str) -> str:
    phrase = collapse(plain(text))
    if not any(sign.isalnum() for sign in phrase):
        raise WrongInput(f"An interest needs at least one letter or digit: {text!r} has none.")
    if len(phrase) > LONGEST_INTEREST:
        raise WrongInput(
            f"An interest may have {LONGEST_INTEREST} characters: {phrase[:40]!r}… has more."
        )
    return phrase
