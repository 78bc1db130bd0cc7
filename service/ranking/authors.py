"""Authors: finding the papers of somebody, however their name is written there."""

from collections.abc import Mapping, Sequence

from service.text import Key, name_key, same_person


class AuthorFinder:
    """Papers by the names of their authors, where a source told them."""

    def __init__(self, authors: Mapping[int, Sequence[str]]) -> None:
        self._named: dict[Key, list[tuple[int, str]]] = {}
        for paper_id, names in authors.items():
            for name in names:
                if key := name_key(name):
                    self._named.setdefault(key, []).append((paper_id, name))

    def papers(self, name: str) -> dict[int, str]:
        """The papers of this author, with the name as it stands there."""
        key = name_key(name)
        found = self._named.get(key, []) if key else []
        return {paper_id: each for paper_id, each in found if same_person(name, each)}
