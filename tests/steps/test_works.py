"""Works: one row a work, whoever names it, and the best that anybody says of it."""

from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from service.db import reading, transaction
from service.models import (
    DigestEntry,
    IdentityKind,
    Paper,
    PaperFeatures,
    PaperIdentity,
    PaperText,
    Space,
)
from tests.steps.digests import (
    MONDAY,
    NOW,
    counts,
    digest,
    only,
    page,
    paper,
    papers,
    read,
    rows,
    take,
    wordings,
)
from tests.tools import pages
from tests.tools.pages import TOYS

FULL = "We count pebbles by ear. The method needs no light. It errs by five percent."
CUT = "We count pebbles by ear. The method needs"


# ── one work, one row ────────────────────────────────────────────────────────────────────────────


def test_two_versions_of_a_paper_are_one_paper(engine: Engine) -> None:
    """Pitfalls 6 and 7."""
    first = pages.items(TOYS[:1], id="2503.02130v1")
    second = pages.items(TOYS[:1], id="2503.02130v2", title="Counting Pebbles by Two Ears")
    other = pages.items(TOYS[1:2], id="2503.0213")
    assert counts(take(engine, read(pages.as_json(first)))) == (1, 0, 0)
    assert counts(take(engine, read(pages.as_json(second)))) == (0, 1, 0)
    assert counts(take(engine, read(pages.as_json(other)))) == (1, 0, 0)
    values = [row.value for row in rows(engine, PaperIdentity) if row.kind == IdentityKind.ARXIV]
    assert values == ["2503.02130", "2503.0213"]


def test_the_same_work_by_title_and_by_id_is_one_paper(engine: Engine) -> None:
    """Pitfall 7."""
    take(engine, page(paper("Counting pebbles, by EAR!")))
    take(engine, digest(paper("Counting Pebbles by Ear", arxiv_id="2603.00010")))
    take(engine, page(paper("Counting Pebbles: By Ear"), day=date(2026, 3, 4)))
    take(engine, digest(paper("A New Name", arxiv_id="2603.00010"), day=date(2026, 3, 5)))
    take(engine, page(paper("A new name."), day=date(2026, 3, 6)))
    assert only(engine).announced_on == MONDAY


def test_a_preprint_and_its_journal_version_are_one_paper(engine: Engine) -> None:
    """Pitfall 7."""
    take(engine, digest(paper("Pebbles", arxiv_id="2603.00010", doi="10.1000/ABC.1")))
    take(engine, digest(paper("Pebbles, in Print", doi="10.1000/abc.1"), day=None))
    assert len(papers(engine)) == 1


def test_two_works_of_one_title_stay_two(engine: Engine) -> None:
    first, second = (
        paper("Technical Report", arxiv_id=f"2603.0001{n}", abstract=f"{n}") for n in (0, 1)
    )
    assert counts(take(engine, digest(first, second))) == (2, 0, 0)
    assert counts(take(engine, digest(second, first))) == (0, 0, 2)
    assert counts(take(engine, page(paper("Technical report")))) == (0, 1, 0)
    assert len(papers(engine)) == 2


def test_a_paper_named_twice_on_a_page_stands_there_once(engine: Engine) -> None:
    draft = page(paper(upvotes=3), paper(record=2, upvotes=5, author_count=2))
    assert counts(take(engine, draft)) == (1, 1, 0)
    assert counts(take(engine, draft)) == (0, 0, 2)
    (place,) = rows(engine, DigestEntry)
    assert (place.position, place.upvotes, only(engine).author_count) == (1, 5, 2)


def test_a_long_title_in_any_alphabet_can_be_known_again(engine: Engine) -> None:
    titles = [f"{'石' * 990} {n}" for n in range(2)]
    draft = page(*(paper(title, n) for n, title in enumerate(titles, start=1)))
    assert counts(take(engine, draft)) == (2, 0, 0)
    assert counts(take(engine, draft)) == (0, 0, 2)


# ── what a later digest adds ─────────────────────────────────────────────────────────────────────


def test_a_later_digest_fills_in_what_is_missing(engine: Engine) -> None:
    take(engine, page(paper(author_count=3, published_on=date(2026, 2, 1))))
    told = paper(
        abstract=FULL,
        arxiv_id="2603.00010",
        author_count=2,
        authors=("Ada Example", "Ada Example"),
        published_on=date(2026, 2, 2),
        upvotes=0,
        url="https://arxiv.org/abs/2603.00010",
        details={"ai_keywords": ["toy"]},
    )
    assert counts(take(engine, digest(told))) == (0, 1, 0)
    row = only(engine)
    assert (row.authors, row.author_count) == (["Ada Example", "Ada Example"], 2)
    assert (row.published_on, row.upvotes) == (date(2026, 2, 1), 0)
    assert (row.url, row.details) == (told.url, {"ai_keywords": ["toy"]})


def test_votes_grow_and_zero_is_a_number_of_votes(engine: Engine) -> None:
    """Pitfall 10."""
    for upvotes, expected in ((None, None), (0, 0), (7, 7), (None, 7), (3, 7)):
        take(engine, digest(paper(upvotes=upvotes)))
        assert only(engine).upvotes == expected
        assert [place.upvotes for place in rows(engine, DigestEntry)] == [expected]


def test_every_category_is_kept_and_none_decides_what_is_stored(engine: Engine) -> None:
    """Pitfall 3."""
    lists = (["cs.LG", "stat.ML"], ["math.CO"], [])
    items = [
        pages.item(toy, f"2603.0001{n}", categories=lists[n]) for n, toy in enumerate(TOYS[:3])
    ]
    take(engine, read(pages.as_json(items)))
    assert [row.details["categories"] for row in papers(engine)] == list(lists)


def test_a_withdrawn_paper_is_marked(engine: Engine) -> None:
    take(engine, digest(paper(arxiv_id="2603.00010")))
    take(engine, digest(paper(arxiv_id="2603.00010", withdrawn_on=date(2026, 3, 5))))
    assert only(engine).withdrawn_on == date(2026, 3, 5)


# ── wordings ─────────────────────────────────────────────────────────────────────────────────────


def test_a_new_version_replaces_the_old_abstract(engine: Engine) -> None:
    """Pitfall 8."""
    for abstract in (FULL, "We now count shells."):
        take(engine, digest(paper(arxiv_id="2603.00010", abstract=abstract)))
        take(engine, page(paper("Kites", abstract=abstract)))
    titles = [title for version, title, _ in wordings(engine) if version == 2]
    assert titles == ["Counting Pebbles", "Kites"]


def test_an_abstract_comes_where_there_was_none_and_stays(engine: Engine) -> None:
    take(engine, page(paper()))
    take(engine, page(paper(abstract=CUT), day=None))
    take(engine, page(paper()))
    assert [abstract for _, _, abstract in wordings(engine)] == [None, CUT]


def test_the_whole_abstract_replaces_one_that_was_cut_but_not_the_other_way(
    engine: Engine,
) -> None:
    for abstract in (CUT, FULL, CUT, CUT + " no", FULL.replace(". ", " . ")):
        take(engine, page(paper(abstract=abstract)))
    assert [abstract for _, _, abstract in wordings(engine)] == [CUT, FULL]


def test_the_apis_wording_is_trusted_more_than_a_pages(engine: Engine) -> None:
    take(engine, page(paper(abstract="We count n^γ pebbles and more.")))
    take(engine, digest(paper(abstract="We count $n^\\gamma$ pebbles.")))
    take(engine, page(paper(abstract="We count n pebbles, says a page.")))
    assert [row.source for row in rows(engine, PaperText)] == ["saved_page", "huggingface"]


def test_two_wordings_in_turn_do_not_flip_for_ever(engine: Engine) -> None:
    for abstract in ("One.", "Two.", "One.", "Two."):
        take(engine, digest(paper(abstract=abstract)))
    assert [abstract for _, _, abstract in wordings(engine)] == ["One.", "Two."]


# ── two rows that turn out to be one work ────────────────────────────────────────────────────────


def _two_rows_of_one_work(engine: Engine) -> tuple[int, int]:
    """A page names a work by its later title; the API by its id and its earlier title."""
    take(engine, page(paper("New Title", abstract=CUT), day=date(2026, 3, 1)))
    take(engine, digest(paper("Old Title", arxiv_id="2603.00010", upvotes=4), day=MONDAY))
    elder, younger = papers(engine)
    with transaction(engine) as session:
        _give_features(session, elder.id, younger.id)
    return elder.id or 0, younger.id or 0


def _give_features(session: Session, *ids: int | None) -> None:
    space = Space(active=True, arrays=b"", fitted_at=NOW, paper_count=2)
    session.add(space)
    session.flush()
    for each in ids:
        session.add(PaperFeatures(paper_id=each, space_id=space.id, text_version=1, arrays=b""))


def test_rows_of_one_work_merge_into_the_earlier_one(engine: Engine) -> None:
    """Pitfall 7."""
    elder, younger = _two_rows_of_one_work(engine)
    bridge = digest(paper("New Title", arxiv_id="2603.00010", abstract=FULL), day=date(2026, 3, 3))
    assert counts(take(engine, bridge)) == (0, 1, 0)
    row = only(engine)
    assert (row.id, row.announced_on, row.upvotes) == (elder, date(2026, 3, 1), 4)
    assert {each.paper_id for each in rows(engine, PaperIdentity)} == {elder}
    assert {each.paper_id for each in rows(engine, DigestEntry)} == {elder}
    with reading(engine) as session:
        merged = session.get(Paper, younger)
        assert merged is not None
        assert merged.merged_into == elder
        features = session.exec(select(PaperFeatures.paper_id)).all()
        newest = select(PaperText.abstract).where(PaperText.paper_id == elder)
        assert features == [elder]
        assert session.exec(newest.order_by(col(PaperText.version).desc())).first() == FULL


def test_rows_merge_whichever_digest_listed_both(engine: Engine) -> None:
    both = page(paper("New Title"), paper("Old Title", 2))
    take(engine, both)
    take(engine, digest(paper("Old Title", arxiv_id="2603.00010")))
    take(engine, digest(paper("New Title", arxiv_id="2603.00010"), day=date(2026, 3, 3)))
    assert len(papers(engine)) == 1
    assert len(rows(engine, DigestEntry)) == 3
    assert counts(take(engine, both)) == (0, 0, 2)


def test_a_chain_of_merges_leads_to_the_last_row_at_once(engine: Engine) -> None:
    for number, title in enumerate(("One", "Two", "Three"), start=1):
        take(engine, page(paper(title), day=date(2026, 3, 10 - number)))
    take(engine, digest(paper("One", doi="10.1000/a"), paper("Two", 2, doi="10.1000/a"), day=None))
    take(
        engine, digest(paper("Two", doi="10.1000/a"), paper("Three", 2, doi="10.1000/a"), day=None)
    )
    last = only(engine)
    assert last.announced_on == date(2026, 3, 7)
    assert [row.merged_into for row in rows(engine, Paper)] == [last.id, last.id, None]


def test_rows_with_ids_that_contradict_each_other_never_merge(engine: Engine) -> None:
    take(engine, digest(paper("One", doi="10.1000/a"), paper("Two", 2, doi="10.1000/b")))
    take(
        engine, digest(paper("One", arxiv_id="2603.00010"), paper("Two", 2, arxiv_id="2603.00011"))
    )
    take(engine, digest(paper("Two", arxiv_id="2603.00010")))
    assert len(papers(engine)) == 2
