"""The feature space: what it learns, what it says of texts, how it is stored."""

import io
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.ranking import Features, FeatureSpace, pack, stored, whole_text
from service.ranking.anatomy import dissect
from service.ranking.marks import marks
from service.ranking.space import STARTER
from service.ranking.starter import learn
from service.ranking.stems import stem

TEXTS = [
    "Graph neural networks pass messages along the edges of sparse graphs.",
    "Message passing on molecular graphs predicts reaction yields.",
    "Sleep spindles were recorded in mice during slow wave sleep.",
    "Slow waves in sleep and the memory of mice.",
    "Auction prices in electricity markets follow bidding strategies.",
    "Bidding under uncertainty in repeated auctions.",
] * 3


MANY = [f"{TEXTS[at % 6]} {TEXTS[at // 6 % 6]} Study {at}." for at in range(320)]


def _space(texts: list[str] = TEXTS) -> FeatureSpace:
    return FeatureSpace().fit(texts)


def _alike(space: FeatureSpace, one: str, other: str) -> float:
    return float(space.features([one]).likeness(space.features([other]))[0, 0])


def test_texts_on_one_subject_are_more_alike_than_others() -> None:
    space = _space()
    assert _alike(space, TEXTS[0], TEXTS[1]) > _alike(space, TEXTS[0], TEXTS[2])


def test_word_forms_are_alike_by_the_letters_they_share() -> None:
    space = _space()
    assert _alike(space, "networks", "network") > _alike(space, "networks", "spindles")


def test_forms_of_one_word_share_a_column() -> None:
    space = _space()
    forms = ["networks", "network"], ["recorded", "recording"], ["planned", "planning"]
    for one, other in forms:
        assert space.lexicon_.column(one) == space.lexicon_.column(other)
    assert space.lexicon_.column("bus") != space.lexicon_.column("bu")


def test_a_word_that_no_paper_had_yet_still_finds_itself() -> None:
    space = _space()
    assert _alike(space, "zeolites", "On zeolites") > _alike(space, "zeolites", "On perovskites")


def test_each_word_column_has_its_readable_word() -> None:
    space = _space()
    columns = space.features(["Sleep"]).sparse.indices
    assert [space.terms_[at] for at in columns if at < len(space.terms_)] == ["sleep"]


def test_tex_commands_and_stop_words_are_no_words() -> None:
    space = _space(["The \\mathbf{field} of the \\alpha decay", "field and decay"])
    assert space.terms_ == ["decay", "field"]


def test_an_unknown_abstract_leaves_the_title() -> None:
    assert whole_text("Sleep", None) == "Sleep"
    assert _space().features([whole_text("Sleep", None)]).sparse.nnz > 0


def test_the_words_of_a_text_add_up_to_its_features() -> None:
    space = _space(MANY)
    assert space.dimensions_ > 10
    parts = dissect(space, TEXTS[0])
    features = space.features([TEXTS[0]])
    assert np.allclose(parts.sparse.sum(axis=0), features.sparse.toarray()[0], atol=1e-5)
    themes = (parts.scale[:, None] * space.themes_.projection[parts.columns]).sum(axis=0)
    rest = features.dense[0] - themes
    centre = space.themes_.centre
    assert abs(abs(rest @ centre) - np.linalg.norm(rest) * np.linalg.norm(centre)) < 1e-4


@pytest.mark.parametrize("texts", [TEXTS, MANY], ids=["few", "many"])
def test_a_stored_space_gives_the_same_features(texts: list[str]) -> None:
    space = _space(texts)
    again = FeatureSpace.from_bytes(space.to_bytes())
    for one, other in zip(
        _arrays(space.features(TEXTS)), _arrays(again.features(TEXTS)), strict=True
    ):
        assert np.array_equal(one, other)
    assert again.paper_count_ == len(texts)
    assert again.terms_ == space.terms_


def test_the_starter_space_is_small_and_ranks_without_any_paper_of_ones_own() -> None:
    data = files("service.ranking").joinpath(STARTER).read_bytes()
    assert len(data) <= 8_000_000
    space = FeatureSpace.starter()
    assert _alike(space, TEXTS[0], TEXTS[1]) > _alike(space, TEXTS[0], TEXTS[2])
    assert space.dimensions_ > 100


def test_the_starter_space_knows_no_word_of_few_papers() -> None:
    texts = [*(f"common words of paper{at}" for at in range(25)), *["seldom said"] * 19]
    space = learn(texts)
    assert space.terms_ == sorted({stem("common"), stem("words")})
    assert {group for group in space.lexicon_.grams if "seld" in group} == set()
    assert space.marks_.known == [f"^{stem('common')}", f"^{stem('words')}", "common word"]


def test_a_space_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        FeatureSpace.from_bytes(_other_format(_space()))


def test_rows_of_another_space_are_refused() -> None:
    blobs = _space().packed(TEXTS)
    with pytest.raises(ValueError, match="another space"):
        _space(MANY).unpack(blobs)


def test_stored_rows_are_the_computed_ones_in_half_precision() -> None:
    space = _space()
    fresh = space.features(TEXTS)
    back = space.unpack(pack(fresh))
    assert np.allclose(fresh.dense, back.dense, atol=1e-3)
    assert np.allclose(fresh.sparse.toarray(), back.sparse.toarray(), atol=1e-3)
    assert np.array_equal(_arrays(stored(fresh))[0], _arrays(back)[0])


def test_few_papers_have_no_themes_and_need_no_scikit_learn() -> None:
    assert _space().dimensions_ == 0


def _likeness(one: str, other: str) -> float:
    rows = _space(MANY).features([one, other])
    return float(rows.likeness(rows)[0, 1])


def test_the_same_words_side_by_side_are_more_alike_than_apart() -> None:
    phrase = "slow wave sleep"
    assert _likeness(phrase, "slow wave sleep in mice") > _likeness(
        phrase, "sleep in slow mice wave"
    )


def test_a_phrase_is_more_like_a_title_that_has_it_than_an_abstract() -> None:
    named = whole_text("Electricity auctions", "We study prices in markets.")
    mentioned = whole_text("Prices in markets", "We study electricity auctions.")
    assert _likeness("electricity auctions", named) > _likeness("electricity auctions", mentioned)


def test_what_stands_apart_or_across_stop_words_is_no_mark() -> None:
    found = [mark for mark, _ in marks("Sleep in mice\nGraph cuts, of auctions")]
    assert found == ["^sleep", "^mice", "graph cut"]


def test_only_the_named_texts_become_the_background() -> None:
    space = FeatureSpace().fit(TEXTS[:6], background=[2, 3])
    assert space.background_.papers == 2

    def unexplained(text: str) -> float:
        row = space.features([text])
        row = replace(row, sparse=row.sparse[:, : space.first_mark_])
        return float(row.likeness(row)[0, 0] - (row.bearings**2).sum())

    assert unexplained(TEXTS[2]) == pytest.approx(0, abs=0.01)
    assert unexplained(TEXTS[4]) > 0.3


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["word"],
        ["", "", ""],
        ["one", "two"],
        ["the same text again"] * 25,
        ["of the and", "\\alpha $x$"],
        [f"paper {number}" for number in range(60)],
    ],
)
def test_any_small_corpus_makes_a_space(texts: list[str]) -> None:
    """Pitfall 14."""
    space = FeatureSpace.from_bytes(_space(texts).to_bytes())
    features = space.features([*texts, "something else", ""])
    assert len(features) == len(texts) + 2
    assert all(np.isfinite(array).all() for array in _arrays(features))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=12), st.text(max_size=60))
def test_any_texts_make_a_space_with_finite_features(texts: list[str], other: str) -> None:
    """Pitfall 14."""
    features = _space(texts).features([other, *texts])
    likeness = features.likeness(features)
    assert np.isfinite(likeness).all()
    assert (np.diag(likeness) < 3).all()


def test_scikit_learn_is_imported_only_where_a_space_is_fitted() -> None:
    program = (
        "import sys; import service.ranking as ranking; "
        "assert 'sklearn' not in sys.modules; "
        "space = ranking.FeatureSpace.from_bytes(sys.stdin.buffer.read()); "
        "models = ranking.fit(space, [ranking.Profile((ranking.InterestText('sleep'),))], "
        "ranking.Library.nothing(space)); "
        "space.packed(['Sleep in mice']); "
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], input=_space(MANY).to_bytes(), check=True)


def _arrays(features: Features) -> list[np.ndarray]:
    return [features.sparse.data, features.sparse.indices, features.dense]


def _other_format(space: FeatureSpace) -> bytes:
    with np.load(io.BytesIO(space.to_bytes())) as held:
        arrays = dict(held)
    arrays["format"] = arrays["format"] + np.array([98, 0, 0, 0])
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()
