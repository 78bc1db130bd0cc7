"""Snippets: the sentences that speak most to a reader, and nothing where none does."""

import numpy as np

from service.ranking import (
    Candidates,
    FeatureSpace,
    InterestText,
    Library,
    Profile,
    Wish,
    fit,
    recommend,
    stored,
)
from service.ranking.snippets import Abstract
from tests.tools.test_ranking import TEXTS

ABSTRACT = (
    "Many things are studied, e.g. by Smith et al. in Fig. 2. We let auctions clear a market with "
    "1.5 million bids. In mice, sleep spindles foretell what is remembered. The data are public."
)
TEXT = f"A study of much\n{ABSTRACT}"


def _snippet(*phrases: str) -> tuple[int, ...]:
    space = FeatureSpace().fit([*TEXTS, TEXT])
    candidates = Candidates(space, (1,), (TEXT,), stored(space.features([TEXT])))
    nothing = Library.nothing(space)
    (model,) = fit(space, [Profile(tuple(map(InterestText, phrases)))], nothing)
    return recommend(candidates, [Wish(model, phrases)], nothing)[0].recommendations[0].snippet


def test_each_reader_is_shown_what_speaks_to_them() -> None:
    assert _snippet("sleep spindles") == (2,)
    assert _snippet("auctions", "market bids") == (1,)


def test_a_second_sentence_that_says_as_much_is_shown_in_its_place() -> None:
    assert _snippet("sleep spindles", "auctions market") == (1, 2)


def test_a_sentence_that_repeats_the_first_is_not_shown_beside_it() -> None:
    abstract = Abstract.of("Title\nWe like graphs. More on graphs. On trees.", ["graphs", "trees"])
    assert abstract.snippet(np.array([1, 0.6], np.float32)) == (0, 2)


def test_where_no_sentence_speaks_to_the_reader_none_is_chosen() -> None:
    abstract = Abstract.of("Title\nWe like graphs. On trees.", ["graphs", "trees"])
    assert abstract.snippet(np.array([-1, 0], np.float32)) == ()
    assert Abstract.of("Title only", ["title"]).snippet(np.array([1], np.float32)) == ()


def test_two_long_sentences_do_not_outgrow_the_room() -> None:
    long = f"Graphs {'and much more ' * 40}end."
    types = ["graphs", "trees", "end"]
    abstract = Abstract.of(f"Title\n{long} Trees {'and much more ' * 40}end.", types)
    assert abstract.snippet(np.array([1, 0.9, 0], np.float32)) == (0,)
