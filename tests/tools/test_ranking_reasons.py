"""Reasons: what is named did carry the score, and stands in the paper."""

import json

import numpy as np
import pytest

from service.ranking import (
    Candidates,
    FeatureSpace,
    InterestText,
    Library,
    Lift,
    Part,
    Portion,
    Profile,
    Reason,
    Wish,
    fit,
    recommend,
    stored,
)
from service.ranking.mutes import PhraseFinder
from service.ranking.terms import Wording, weight
from tests.tools.test_ranking import CANDIDATES, GRAPHS, PAPERS, SLEEP, SPACE, TEXTS


def _reasons(profile: Profile, limit: int = 12) -> dict[str, Reason]:
    (model,) = fit(SPACE, [profile], PAPERS)
    wish = Wish(model, tuple(each.text for each in profile.interests), portion=Portion(limit))
    ranked = recommend(CANDIDATES, [wish], PAPERS)[0]
    return {TEXTS[each.paper_id]: each.reason for each in ranked.recommendations}


def test_the_readers_own_phrase_is_named_as_the_paper_writes_it() -> None:
    reasons = _reasons(Profile((InterestText("graph NEURAL networks"),)))
    assert reasons[GRAPHS[0]].terms[0] == "Graph neural networks"


@pytest.mark.parametrize(
    ("phrase", "text", "written"),
    [
        ("graph neural networks", "A graph neural network for ponds", "graph neural network"),
        ("graph neural networks", "Graph-neural networks of ponds", "Graph-neural networks"),
        ("theory of minds", "A theory of mind in ponds", "theory of mind"),
        ("theory of minds", "A theory about minds", None),
        ("graph neural networks", "A graph. Neural networks", None),
        ("…", "A graph …", None),
    ],
)
def test_a_phrase_is_found_in_every_form_of_its_words(
    phrase: str, text: str, written: str | None
) -> None:
    found = Wording(SPACE, text).phrase(phrase)
    assert (found and found.text) == written


def test_every_named_term_stands_in_the_paper() -> None:
    for text, reason in _reasons(Profile((InterestText("sleep"), InterestText("auction")))).items():
        assert all(term in text for term in reason.terms)


def test_neighbouring_words_that_both_count_are_named_as_one_phrase() -> None:
    liked = Profile((InterestText("wave sleep in slow"),))
    assert any("slow wave sleep" in term for term in _reasons(liked)[SLEEP[0]].terms)


def test_a_paper_that_resembles_a_liked_one_in_many_words_says_which() -> None:
    liked = (
        "Hippocampal replay during rest: electrodes in rats show ripples, spindles, theta rhythms, "
        "place cells, reward cues, novel mazes, slow waves and cortical coupling after learning."
    )
    twin = liked.replace("rats", "voles")
    space = FeatureSpace().fit([*TEXTS, liked])
    candidates = Candidates(
        space, (1, 2), (TEXTS[0], twin), stored(space.features((TEXTS[0], twin)))
    )
    papers = Library((9,), stored(space.features([liked])))
    (model,) = fit(space, [Profile(liked=(9,))], papers)
    (best,) = recommend(candidates, [Wish(model, portion=Portion(1))], papers)[0].recommendations
    assert best.paper_id == 2
    assert best.reason.kind == "liked"
    assert best.reason.liked == (9,)


def test_the_readers_own_phrases_are_not_torn_apart() -> None:
    text = "Comparing multi-agent deep reinforcement learning algorithms"
    phrases = (InterestText("multi-agent"), InterestText("reinforcement learning"))
    space = FeatureSpace().fit([*TEXTS, text])
    candidates = Candidates(space, (1,), (text,), stored(space.features([text])))
    (model,) = fit(space, [Profile(phrases)], Library.nothing(space))
    wish = Wish(model, tuple(each.text for each in phrases))
    (best,) = recommend(candidates, [wish], Library.nothing(space))[0].recommendations
    assert {"multi-agent", "reinforcement learning"} <= set(best.reason.terms)


def test_two_forms_of_a_word_are_named_once() -> None:
    text = "Networks of networks: a network view"
    space = FeatureSpace().fit([*TEXTS, text])
    candidates = Candidates(space, (1,), (text,), stored(space.features([text])))
    (model,) = fit(space, [Profile((InterestText("network"),))], Library.nothing(space))
    (best,) = recommend(candidates, [Wish(model)], Library.nothing(space))[0].recommendations
    assert sum("network" in term.casefold() for term in best.reason.terms) == 1


def test_where_nothing_speaks_for_a_paper_no_term_is_made_up() -> None:
    space = FeatureSpace().fit(["alpha beta", "gamma delta"])
    texts = ("gamma delta",)
    candidates = Candidates(space, (1,), texts, space.features(texts))
    (model,) = fit(space, [Profile((InterestText("zzzz"),))], Library.nothing(space))
    (only,) = recommend(candidates, [Wish(model, ("zzzz",))], Library.nothing(space))[
        0
    ].recommendations
    assert only.reason == Reason("trending")


def test_what_is_named_added_more_than_as_many_other_words() -> None:
    (model,) = fit(SPACE, [Profile((InterestText("graphs"), InterestText("sleep")))], PAPERS)
    weights = CANDIDATES.weights([model])
    explained = 0
    for text in TEXTS:
        wording = Wording(SPACE, text)
        added = (wording.table @ weights.sparse[CANDIDATES.position(wording.columns)])[:, 0]
        terms = wording.terms(added, [])
        named = {word for term in terms for word in term.words}
        rest = [value for word, value in enumerate(added) if word not in named]
        if named and rest:
            explained += 1
            assert sum(weight(term, added) for term in terms) > len(named) * np.mean(rest)
    assert explained > 6


@pytest.mark.parametrize(
    "reason",
    [
        Reason("terms", (Part("term", "slow waves", 0.5), Part("liked", 7, 0.3))),
        Reason("author", (Part("author", "Ada Example", 0.9),)),
        Reason("trending"),
    ],
)
def test_a_reason_comes_back_from_its_data(reason: Reason) -> None:
    assert Reason.from_data(json.loads(json.dumps(reason.as_data()))) == reason


def test_the_reasons_of_an_earlier_release_are_still_read() -> None:
    terms = Reason.from_data({"kind": "terms", "terms": ["graphs", "slow waves"]})
    assert (terms.terms, terms.liked) == (("graphs", "slow waves"), ())
    assert Reason.from_data({"kind": "liked", "paper": 7}).liked == (7,)


def test_shares_say_how_much_of_the_score_each_part_carried() -> None:
    reasons = _reasons(Profile((InterestText("graph neural networks"),), liked=(0, 1)))
    for reason in reasons.values():
        told = [part.share for part in reason.parts if part.kind == "term"]
        assert sum(share for share in told if share) <= 1
        assert all(share is not None and 0 < share <= 1 for share in told)
    assert any({part.kind for part in each.parts} == {"term", "liked"} for each in reasons.values())


def test_an_author_whom_the_reader_follows_raises_a_paper_and_is_named() -> None:
    (model,) = fit(SPACE, [Profile((InterestText("graphs"),))], PAPERS)
    last = recommend(CANDIDATES, [Wish(model, portion=Portion(12))], PAPERS)[0].recommendations[-1]
    lifts = {last.paper_id: Lift("Ada Example")}
    wish = Wish(model, ("graphs",), portion=Portion(12), lifts=lifts)
    ranked = recommend(CANDIDATES, [wish, Wish(model, portion=Portion(12))], PAPERS)
    places = [[each.paper_id for each in one.recommendations] for one in ranked]
    assert places[0].index(last.paper_id) < 6
    assert places[1][-1] == last.paper_id
    reason = ranked[0].recommendations[places[0].index(last.paper_id)].reason
    assert reason.kind == "author"
    assert reason.authors == ("Ada Example",)


def test_somebody_who_only_follows_an_author_gets_that_paper_first() -> None:
    wish = Wish(None, lifts={8: Lift("Ada Example")})
    ranked = recommend(CANDIDATES, [wish], PAPERS)[0]
    assert ranked.trending
    assert ranked.recommendations[0].paper_id == 8
    assert ranked.recommendations[0].reason.authors == ("Ada Example",)


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("graph neural networks", True),
        ("GRAPH  Neural\nnetworks", True),
        ("graph-neural networks", True),
        ("neural", True),
        ("net", False),
        ("networks pass", True),
        ("c++", False),
        ("(sparse)", False),
        ("sparse graphs.", True),
        (".*", False),
        ("", False),
        ("  ", False),
    ],
)
def test_a_muted_phrase_is_found_as_whole_words_only(phrase: str, *, found: bool) -> None:
    assert bool(len(PhraseFinder([GRAPHS[0]]).holders(phrase))) is found


def test_signs_in_a_muted_phrase_are_taken_as_they_are() -> None:
    finder = PhraseFinder(["Programs in C++ and C#", "Vitamin C for all", "a+b"])
    assert finder.holders("C++").tolist() == [0]
    assert finder.holders("c").tolist() == [0, 1]
    assert finder.holders("+").tolist() == [0, 2]


def _named(text: str, added: dict[str, float]) -> list[str]:
    wording = Wording(FeatureSpace().fit([*TEXTS, text]), text)
    values = [added.get(word, 0.0) for word in wording.anatomy.types]
    return [term.text for term in wording.terms(np.array(values, np.float32), [])]


def test_words_that_any_paper_has_and_numbers_are_no_reason() -> None:
    text = "Novel results of 2016. On graphs, in a paper"
    assert _named(text, {"novel": 0.9, "results": 0.8, "2016": 0.7, "graphs": 0.5}) == ["graphs"]


def test_a_word_that_any_paper_has_is_named_where_nothing_else_carried_the_score() -> None:
    assert _named("A novel look at graphs", {"novel": 0.9}) == ["novel"]


def test_a_year_stays_in_the_phrase_that_it_belongs_to() -> None:
    assert _named("The 2016 election", {"2016": 0.5, "election": 0.5}) == ["2016 election"]


def test_a_word_and_another_made_of_it_are_named_once() -> None:
    text = "Robot arms. A survey of robotics. Some planning"
    assert _named(text, {"robot": 0.9, "robotics": 0.8, "planning": 0.5}) == ["Robot", "planning"]


def test_a_word_joined_by_dashes_is_not_torn() -> None:
    assert _named("Many RNA-seq reads", {"seq": 0.5}) == ["RNA-seq"]
    assert _named("We use graph-based ways. A graph", {"graph": 0.5}) == ["graph"]


def test_a_command_before_a_dash_is_no_word() -> None:
    assert _named("Folds of the \\alpha-helix", {"helix": 0.5}) == ["alpha-helix"]


def test_the_state_of_the_art_is_no_reason() -> None:
    text = "State-of-the-art neural summaries"
    assert _named(text, {"art": 0.9, "neural": 0.5}) == ["neural"]


@pytest.mark.parametrize(
    ("liked", "named"), [((GRAPHS[0], *SLEEP[1:3]), (9,)), ((GRAPHS[0],) * 3, ())]
)
def test_a_liked_paper_is_named_only_where_it_stands_out(
    liked: tuple[str, ...], named: tuple[int, ...]
) -> None:
    papers = Library((9, 8, 7), stored(SPACE.features(liked)))
    (model,) = fit(SPACE, [Profile(liked=(9, 8, 7))], papers)
    ranked = recommend(CANDIDATES, [Wish(model, portion=Portion(12))], papers)[0]
    reasons = {TEXTS[each.paper_id]: each.reason for each in ranked.recommendations}
    assert reasons[GRAPHS[0]].liked == named
