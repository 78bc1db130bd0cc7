"""Reasons: what really carried a score, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

Kind = Literal["terms", "liked", "author", "trending"]
PartKind = Literal["term", "liked", "author"]


@dataclass(frozen=True)
class Part:
    """One thing that carried a score: a term or an author as the paper writes it, or a paper's id.

    `share` is how much it added, of all that spoke for the paper. A liked paper speaks through the
    words that it shares with this one, so the shares of both overlap.
    """

    kind: PartKind
    named: str | int
    share: float | None = None


@dataclass(frozen=True)
class Reason:
    """Why a paper was chosen.

    `kind` says what carried most of its score: `terms`, words and phrases as the paper writes them;
    `liked`, papers liked before that it resembles; `author`, one whom the reader follows.
    `trending`: nothing is known of the reader's taste, or nothing in the paper speaks to it; its
    place is the digest's own. `parts` are all that are worth a reader's eye, strongest first.
    """

    kind: Kind
    parts: tuple[Part, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms, strongest first."""
        return tuple(str(each.named) for each in self.parts if each.kind == "term")

    @property
    def liked(self) -> tuple[int, ...]:
        """The liked papers, strongest first."""
        return tuple(int(each.named) for each in self.parts if each.kind == "liked")

    @property
    def authors(self) -> tuple[str, ...]:
        """The authors whom the reader follows."""
        return tuple(str(each.named) for each in self.parts if each.kind == "author")

    def as_data(self) -> dict[str, Any]:
        """The reason as JSON holds it, without what is empty."""
        parts = [[each.kind, each.named, each.share] for each in self.parts]
        return {"kind": self.kind} | ({"parts": parts} if parts else {})

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The reason that `as_data` wrote, or an earlier release."""
        if "parts" in data:
            return cls(data["kind"], tuple(Part(*each) for each in data["parts"]))
        liked = [data["paper"]] if data.get("paper") is not None else []
        return cls(data["kind"], _plain("term", data.get("terms", ())) + _plain("liked", liked))


def _plain(kind: PartKind, named: Sequence[str | int]) -> tuple[Part, ...]:
    return tuple(Part(kind, each) for each in named)


TRENDING = Reason("trending")
