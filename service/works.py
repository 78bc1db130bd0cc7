"""Works: which stored paper a draft names, and rows that turn out to be one work."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from service.models import (
    UNANNOUNCED,
    DigestEntry,
    IdentityKind,
    Paper,
    PaperFeatures,
    PaperIdentity,
    PaperText,
)
from service.sources import PaperDraft
from service.text import title_key

Name = tuple[IdentityKind, str]
"""One way to recognise a work."""

IDS = (IdentityKind.ARXIV, IdentityKind.DOI)
PAGE = 1
TRUST = {"huggingface": 2, "import": 0}
"""Whose wording counts more than a saved page's, which may be cut or have lost its signs, or less."""
LOCK = 4_071_953
"""Held by whoever adds works, so that no two add the same."""

_VALUES_A_QUERY = 500
_LONGEST_KEY = 400  # in bytes: an index takes no value of more than 2,700


@dataclass(eq=False)
class Work:
    """A paper with all its names and wordings, as far as this digest needs them."""

    paper: Paper
    names: set[Name] = field(default_factory=set)
    texts: list[PaperText] = field(default_factory=list)
    unsaved: list[Name] = field(default_factory=list)
    is_new: bool = False
    became: "Work | None" = None

    @property
    def survivor(self) -> "Work":
        """The work that this one is by now."""
        return self.became.survivor if self.became else self

    def unsaved_rows(self) -> list[PaperIdentity]:
        """The rows of the names that the work has been given and that are not stored yet."""
        names, self.unsaved = self.unsaved, []
        return [
            PaperIdentity(paper_id=self.paper.id or 0, kind=kind, value=value)
            for kind, value in names
        ]

    def agrees(self, names: Collection[Name]) -> bool:
        """Whether the work has no id that contradicts one of these."""
        kinds = {kind for kind, _ in names if kind in IDS}
        ours = {name for name in self.names if name[0] in kinds}
        return not ours or not ours.isdisjoint(names)

    def announce(self, day: date) -> bool:
        """Note the day of the first digest that names it; False if there was one before."""
        if self.paper.announced_on != UNANNOUNCED:
            return False
        self.paper.announced_on = day
        return True

    def word(self, source: str, title: str, abstract: str | None) -> PaperText | None:
        """A new wording if it is better than the newest one; None where nothing is gained."""
        mark = hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()
        if any(text.fingerprint == mark for text in self.texts):
            return None
        if self.texts and not _better(self.texts[-1], source, abstract):
            return None
        text = PaperText(
            paper_id=self.paper.id or 0,
            version=len(self.texts) + 1,
            source=source,
            title=title,
            abstract=abstract,
            fingerprint=mark,
        )
        self.texts.append(text)
        return text

    def fill(self, known: Paper | PaperDraft) -> bool:
        """Fill in what is missing from what is known elsewhere; False if nothing changed.

        Votes only grow: an older digest read again does not take any back.
        """
        paper, changed = self.paper, False
        if not paper.authors and known.authors:  # names are counted more surely than told
            paper.authors, paper.author_count = list(known.authors), known.author_count
            changed = True
        for name in ("author_count", "published_on", "withdrawn_on", "url"):
            if getattr(paper, name) is None and getattr(known, name) is not None:
                setattr(paper, name, getattr(known, name))
                changed = True
        if known.upvotes is not None and known.upvotes > (
            -1 if paper.upvotes is None else paper.upvotes
        ):
            paper.upvotes, changed = known.upvotes, True
        if fresh := known.details.keys() - paper.details.keys():
            paper.details = paper.details | {key: known.details[key] for key in fresh}
            changed = True
        return changed


def names_of(draft: PaperDraft) -> list[Name]:
    """The ways to recognise a draft's work, the surest first."""
    given = (
        (IdentityKind.ARXIV, draft.arxiv_id),
        (IdentityKind.DOI, draft.doi and draft.doi.lower()),
        (IdentityKind.TITLE, _bounded(title_key(draft.title))),
    )
    return [(kind, value) for kind, value in given if value]


class Works:
    """The works that some names may mean: read in a few queries, then kept in step with them."""

    def __init__(self, session: Session, names: Collection[Name]) -> None:
        self.session = session
        self.by_name: dict[Name, Work] = {}
        ids: set[int] = set()
        for kind in IdentityKind:
            for values in _parts(sorted({value for each, value in names if each is kind})):
                named = select(PaperIdentity.paper_id).where(
                    PaperIdentity.kind == kind, col(PaperIdentity.value).in_(values)
                )
                ids.update(session.exec(named))
        for part in _parts(sorted(ids)):
            self._read(part)

    def find(self, names: Sequence[Name]) -> Work | None:
        """The work that these names mean, by its ids or else by its title; None if it is new.

        A work with the same title but another id of the same kind is another work. Rows that the
        names show to be one work are merged.
        """
        found = self._known(names)
        if not found:
            return None
        work = found[0]
        for other in found[1:]:
            if work.agrees(other.names):
                work = self._merge(*sorted((work, other), key=_age))
        self._name(work, names)
        return work

    def seek(self, names: Sequence[Name]) -> Work | None:
        """The work that `find` would give, and nothing is named or merged."""
        found = self._known(names)
        return found[0] if found else None

    def _known(self, names: Sequence[Name]) -> list[Work]:
        known = dict.fromkeys(self.by_name[name] for name in names if name in self.by_name)
        return [work for work in known if work.agrees(names)]

    def add(self, names: Sequence[Name], announced_on: date) -> Work:
        """A new work; its row has an id after the next flush."""
        work = Work(Paper(announced_on=announced_on), is_new=True)
        self.session.add(work.paper)
        self._name(work, names)
        return work

    def _name(self, work: Work, names: Sequence[Name]) -> None:
        for name in names:
            if name not in self.by_name:
                self.by_name[name] = work
                work.names.add(name)
                work.unsaved.append(name)

    def _read(self, ids: Sequence[int]) -> None:
        rows = self.session.exec(select(Paper).where(col(Paper.id).in_(ids)))
        works = {row.id: Work(row) for row in rows}
        identities = select(PaperIdentity).where(col(PaperIdentity.paper_id).in_(ids))
        for identity in self.session.exec(identities):
            name = (identity.kind, identity.value)
            self.by_name[name] = works[identity.paper_id]
            works[identity.paper_id].names.add(name)
        texts = select(PaperText).where(col(PaperText.paper_id).in_(ids))
        for text in self.session.exec(texts.order_by(col(PaperText.version))):
            works[text.paper_id].texts.append(text)

    def _merge(self, elder: Work, younger: Work) -> Work:
        """Make two rows one work, the elder; the younger row stays and points to it.

        The younger's wordings stay with it: editions that were sent name it and them.
        """
        self.session.flush()
        old, new = younger.paper.id or 0, elder.paper.id or 0
        listed = select(DigestEntry.digest_id).where(DigestEntry.paper_id == new)
        for statement in (
            update(PaperIdentity).where(col(PaperIdentity.paper_id) == old).values(paper_id=new),
            delete(DigestEntry).where(
                col(DigestEntry.paper_id) == old, col(DigestEntry.digest_id).in_(listed)
            ),
            update(DigestEntry).where(col(DigestEntry.paper_id) == old).values(paper_id=new),
            update(Paper).where(col(Paper.merged_into) == old).values(merged_into=new),
            delete(PaperFeatures).where(col(PaperFeatures.paper_id) == old),
        ):
            self.session.connection().execute(statement)
        younger.paper.merged_into, younger.became = new, elder
        elder.fill(younger.paper)
        elder.names |= younger.names
        elder.unsaved += younger.unsaved
        self.by_name |= dict.fromkeys(younger.names, elder)
        for text in younger.texts:
            if better := elder.word(text.source, text.title, text.abstract):
                self.session.add(better)
        return elder


def _better(current: PaperText, source: str, abstract: str | None) -> bool:
    """Whether a new wording should take the current one's place."""
    if not abstract:
        return False
    if not current.abstract:
        return True
    theirs, ours = TRUST.get(source, PAGE), TRUST.get(current.source, PAGE)
    if theirs != ours or ours > PAGE:  # the API's newest word is its best
        return theirs >= ours
    # pages cut abstracts and lose signs: only other letters, or more of them, are a new wording
    return not title_key(current.abstract).startswith(title_key(abstract))


def _bounded(key: str) -> str:
    """A title's key, or what stands for one too long for an index."""
    encoded = key.encode()
    return key if len(encoded) <= _LONGEST_KEY else f"sha256:{hashlib.sha256(encoded).hexdigest()}"


def _age(work: Work) -> tuple[bool, date, bool, int]:
    paper = work.paper
    return paper.announced_on == UNANNOUNCED, paper.announced_on, paper.id is None, paper.id or 0


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _VALUES_A_QUERY):
        yield items[start : start + _VALUES_A_QUERY]
