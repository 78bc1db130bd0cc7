"""What a reader asks for, checked; each refusal is a sentence for the reader."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.errors import WrongInput
from service.models import InterestKind
from service.text import collapse, given_first, name_key, plain

MOST_INTERESTS = 50
LONGEST_INTEREST = 80
LEAST_WEIGHT, MOST_WEIGHT = 0.1, 10.0
USUAL_BAR, HIGHEST_BAR = 0.005, 0.9
_WEIGHTED = re.compile(r"(?P<text>.+?)\s+\^\s*(?P<weight>\d+(?:\.\d+)?)")

Named = tuple[InterestKind, str]


@dataclass(frozen=True)
class Wishes:
    """What a reader asks for, as it was typed; `graphs ^2` counts twice as much as `graphs`."""

    interests: Sequence[str] = field(default_factory=tuple)
    mutes: Sequence[str] = field(default_factory=tuple)
    authors: Sequence[str] = field(default_factory=tuple)
    muted_authors: Sequence[str] = field(default_factory=tuple)
    time_zone: str = "UTC"
    hour: int = 7
    weekdays: int = 0b1111111
    max_papers: int = 10
    bar: float = USUAL_BAR
    """How probable it must be that the reader would say "more" for a paper to be sent."""
    explores: bool = True
    """Whether one paper of an edition may be drawn, marked, from those of which we are unsure."""
    language: str | None = None
    """None leaves it as it is."""

    def __post_init__(self) -> None:
        """Refuse what can't be honoured, in a sentence for the reader."""
        if not 0 <= self.hour <= 23:
            raise WrongInput(f"{self.hour} is no hour of the day; use 0 to 23.")
        if not 0 <= self.bar <= HIGHEST_BAR:
            raise WrongInput(f"A bar lies between 0 and {HIGHEST_BAR:g}; {self.bar:g} does not.")
        if not 1 <= self.max_papers <= 50:
            raise WrongInput(f"An edition holds 1 to 50 papers, not {self.max_papers}.")

    def weights(self) -> dict[str, float]:
        """Every phrase once, with its weight: more than 0 to follow, -1 to mute; a mute wins."""
        weights = dict(_weighted(text) for text in self.interests)
        weights = {_phrase(text): weight for text, weight in weights.items()}
        weights |= {_phrase(text): -1.0 for text in self.mutes}
        if len(weights) > MOST_INTERESTS:
            raise WrongInput(
                f"{len(weights)} interests are too many; {MOST_INTERESTS} can be followed."
            )
        return weights

    def author_weights(self) -> dict[str, float]:
        """Every author once, with their weight, in the same way."""
        weights = dict(_weighted(text) for text in self.authors)
        weights = {_author(text): weight for text, weight in weights.items()}
        weights |= {_author(text): -1.0 for text in self.muted_authors}
        if len(weights) > MOST_INTERESTS:
            raise WrongInput(
                f"{len(weights)} authors are too many; {MOST_INTERESTS} can be followed."
            )
        return weights

    def named(self) -> dict[Named, float]:
        """Every phrase and author with its weight."""
        phrases = {(InterestKind.KEYWORD, text): each for text, each in self.weights().items()}
        authors = {(InterestKind.AUTHOR, text): w for text, w in self.author_weights().items()}
        return phrases | authors


def written(text: str, weight: float) -> str:
    """An interest as its reader would type it."""
    return text if weight in (1.0, -1.0) else f"{text} ^{weight:g}"


def _weighted(text: str) -> tuple[str, float]:
    """A text and the weight behind it; without a blank before it, `^` belongs to the text."""
    found = _WEIGHTED.fullmatch(collapse(plain(text)))
    if found is None:
        return text, 1.0
    weight = float(found["weight"])
    if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
        raise WrongInput(
            f"A weight lies between {LEAST_WEIGHT:g} and {MOST_WEIGHT:g}: {text[:80]!r} has another."
        )
    return found["text"], weight


def _author(text: str) -> str:
    """A name as it is spoken; a single word would be the name of too many."""
    name = given_first(_phrase(text))
    key = name_key(name)
    if key is None or " " not in name:
        raise WrongInput(
            f"An author needs a given name and a surname: {text[:80]!r} is no such name."
        )
    return name


def _phrase(text: str) -> str:
    phrase = collapse(plain(text))
    if not any(sign.isalnum() for sign in phrase):
        raise WrongInput(f"An interest needs at least one letter or digit: {text!r} has none.")
    if len(phrase) > LONGEST_INTEREST:
        raise WrongInput(
            f"An interest may have {LONGEST_INTEREST} characters: {phrase[:40]!r}… has more."
        )
    return phrase
