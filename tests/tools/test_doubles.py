"""Doubles: the same work twice is seen, whatever its title; two works of one field are not."""

from string import ascii_lowercase

import numpy as np
import pytest

from service.ranking import FeatureSpace, stored, whole_text
from service.ranking.doubles import doubles
from tests.tools import sets

PREPRINT = (
    "We follow three hundred beavers along two rivers for nine winters. Their dams rise where willow"
    " is plenty, and fall when floods carry the banks away. A model of dam and flood explains four"
    " fifths of the water that a valley keeps. We publish all observations of the winters."
)
JOURNAL = (
    "Three hundred beavers were followed along two rivers for nine winters. Dams rise where willow is"
    " plenty and fall when floods carry banks away. A model of dams and floods explains four fifths"
    " of the water kept by a valley."
)
SAME_FIELD = (
    "Beavers choose the trees that they fell by the strength of their bark. We measured the bark of"
    " birches beside forty lodges, and what the young were fed in spring. Birches with soft bark were"
    " felled first, however far from the water they grew."
)
OTHERS = [whole_text(each["title"], each["abstract"]) for each in sets.papers()]
SMALL = FeatureSpace().fit([*OTHERS, PREPRINT, SAME_FIELD])
SPACES = {"without themes": SMALL, "starter": FeatureSpace.starter()}


@pytest.fixture(params=list(SPACES))
def space(request: pytest.FixtureRequest) -> FeatureSpace:
    return SPACES[request.param]


def _doubles(space: FeatureSpace, *papers: tuple[str, str | None]) -> dict[int, frozenset[int]]:
    texts = [whole_text(*paper) for paper in papers]
    features = stored(space.features(texts))
    return doubles(texts, features, first_gram=space.first_gram_, first_mark=space.first_mark_)


def test_the_spaces_are_with_and_without_themes() -> None:
    assert [space.dimensions_ > 0 for space in SPACES.values()] == [False, True]


def test_a_work_under_another_title_is_a_double(space: FeatureSpace) -> None:
    found = _doubles(
        space,
        ("Beavers and the water of valleys", PREPRINT),
        ("Which birches beavers fell", SAME_FIELD),
        ("How dams keep rivers: nine winters", PREPRINT),
    )
    assert found == {0: {2}, 2: {0}}


def test_a_preprint_and_its_journal_twin_are_doubles(space: FeatureSpace) -> None:
    found = _doubles(
        space,
        ("Which birches beavers fell", SAME_FIELD),
        ("Beavers and the water of valleys", PREPRINT),
        ("Beavers keep water in valleys", JOURNAL),
    )
    assert found == {1: {2}, 2: {1}}


def test_two_parts_with_almost_the_same_abstract_are_doubles(space: FeatureSpace) -> None:
    second = PREPRINT.replace("two rivers", "five lakes").replace("floods", "storms")
    parts = (("Beavers, part I: rivers", PREPRINT), ("Beavers, part II: lakes", second))
    assert _doubles(space, *parts) == {0: {1}, 1: {0}}


def test_works_of_one_field_are_no_doubles(space: FeatureSpace) -> None:
    found = _doubles(
        space,
        ("Beavers and the water of valleys", PREPRINT),
        ("Beavers and the birches of valleys", SAME_FIELD),
    )
    assert found == {}


def test_titles_alone_are_no_doubles_for_sharing_words(space: FeatureSpace) -> None:
    found = _doubles(
        space,
        ("Sparse graph networks", None),
        ("Sparse graph networks for traffic", None),
        ("Graph networks, sparse", None),
        ("Hepatitis B vaccines", None),
        ("Hepatitis C vaccines", None),
        ("Beavers", None),
        ("Beavers", PREPRINT + " And more of them."),
        ("The", None),
        ("Of the", None),
    )
    assert found == {5: {6}, 6: {5}}


def test_titles_that_are_the_same_in_words_are_doubles(space: FeatureSpace) -> None:
    found = _doubles(
        space,
        ("The Dams of Beavers: nine winters", None),
        ("Dams of beavers - nine winters.", None),
        ("DAMS OF BEAVERS NINE WINTERS", PREPRINT),
    )
    assert found == {0: {1, 2}, 1: {0, 2}, 2: {0, 1}}


def test_doubles_are_found_however_many_papers_stand_between_them(space: FeatureSpace) -> None:
    drawn = np.random.default_rng(0)
    strange = ["".join(letters) for letters in drawn.choice(list(ascii_lowercase), (6000, 9))]
    between = [(f"Paper {at}", " ".join(strange[at : at + 10])) for at in range(0, 6000, 10)]
    papers = [("Rivers", PREPRINT), ("Untold", None), *between, ("Water of valleys", JOURNAL)]
    assert _doubles(space, *papers) == {0: {602}, 602: {0}}


def test_doubles_are_not_handed_on(space: FeatureSpace) -> None:
    found = _doubles(
        space,
        ("Birches", SAME_FIELD),
        ("Beavers", None),
        ("Beavers", SAME_FIELD),
        ("Beavers", PREPRINT),
        ("Water of valleys", JOURNAL),
    )
    assert found[0] == {2}
    assert found[4] == {3}
    assert found[2] == {0, 1, 3}


def test_nothing_has_no_doubles(space: FeatureSpace) -> None:
    assert _doubles(space) == {}
