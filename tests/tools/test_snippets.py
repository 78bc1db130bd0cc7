"""Snippets: the sentences that speak most to a reader, and nothing where none does."""

import numpy as np
import pytest

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
from service.ranking.words import words
from tests.tools.test_ranking import TEXTS

ABSTRACT = (
    "Many things are studied, e.g. by Smith et al. in Fig. 2. We let auctions clear a market with "
    "1.5 million bids. In mice, sleep spindles foretell what is remembered. The data are public."
)
TEXT = f"A study of much\n{ABSTRACT}"


def _snippet(*phrases: str, text: str = TEXT) -> tuple[int, ...]:
    space = FeatureSpace().fit([*TEXTS, text])
    candidates = Candidates(space, (1,), (text,), stored(space.features([text])))
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


def test_a_sentence_is_worth_what_its_own_words_add() -> None:
    abstract = Abstract.of("Graphs\nGraphs on graphs on graphs. One on graphs.", ["graphs"])
    assert abstract.snippet(np.array([1], np.float32)) == (0,)
    abstract = Abstract.of("Graphs\nOne on graphs. Graphs on graphs on graphs.", ["graphs"])
    assert abstract.snippet(np.array([1], np.float32)) == (1,)


@pytest.mark.parametrize(
    "unfit",
    [
        "Code for graphs: https://example.org/graphs.",
        "© 2020 The Graphs Press.",
        "(C) 2019 Graphs Ltd.",
        "Graphs, all rights reserved.",
        "Here graphs are given that",
        "We end with graphs and...",
    ],
)
def test_small_print_addresses_and_half_sentences_are_not_shown(unfit: str) -> None:
    types = sorted({*words(f"Title\nOn trees. {unfit}")})
    added = np.array([1.0 if word == "graphs" else 0.1 for word in types], np.float32)
    assert Abstract.of(f"Title\nOn trees. {unfit}", types).snippet(added) == (0,)


def test_an_abstract_without_a_full_stop_is_shown_all_the_same() -> None:
    assert Abstract.of("Title\nbags of graphs", ["graphs", "bags"]).snippet(
        np.ones(2, np.float32)
    ) == (0,)


def test_a_sentence_is_not_shown_for_its_length() -> None:
    long = (
        "Graph signals, trees, waves, sleep, markets, bids, mice, spindles and cortex are all studied "
        "by many authors in many ways with much data."
    )
    text = f"A study of graphs\n{long} We speak of graphs and networks."
    assert _snippet("graphs", text=text) == (1,)
