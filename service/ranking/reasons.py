"""Reasons: what really carried a score, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

Kind = Literal["terms", "liked", "trending"]


@dataclass(frozen=True)
class Reason:
    """Why a paper was chosen.

    `terms`: the words and phrases, as the paper writes them, that added most to its score, the
    strongest first. `liked`: the paper `paper_id`, liked before, that it resembles. `trending`:
    nothing is known of the reader's taste, or nothing in the paper speaks to it; its place is the
    digest's own.
    """

    kind: Kind
    terms: tuple[str, ...] = ()
    paper_id: int | None = None

    def as_data(self) -> dict[str, Any]:
        """The reason as JSON holds it, without what is empty."""
        data: dict[str, Any] = {"kind": self.kind}
        if self.terms:
            data["terms"] = list(self.terms)
        if self.paper_id is not None:
            data["paper"] = self.paper_id
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The reason that `as_data` wrote."""
        return cls(data["kind"], tuple(data.get("terms", ())), data.get("paper"))


TRENDING = Reason("trending")
