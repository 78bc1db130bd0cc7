"""A taste of the ranking: a list of papers and a few phrases, no reader and no database."""

from collections.abc import Mapping, Sequence

from service.ranking.candidates import Candidates
from service.ranking.choose import Portion
from service.ranking.model import fit
from service.ranking.profile import InterestText, Library, Profile
from service.ranking.rank import Ranked, Wish, recommend
from service.ranking.space import FeatureSpace
from service.ranking.words import whole_text


def rank_texts(
    papers: Sequence[tuple[str, str | None, int | None]],
    interests: Mapping[str, float],
    mutes: Sequence[str] = (),
    limit: int = 10,
) -> Ranked:
    """The best of these papers for someone with these interests, each with its weight.

    A paper is its title, its abstract (None: unknown) and its upvotes (None: unknown), in the
    order of the page. `paper_id` in the answer is the place in `papers`, from 0.
    """
    order = sorted(range(len(papers)), key=lambda at: _noticed(papers[at][2]))
    texts = [whole_text(papers[at][0], papers[at][1]) for at in order]
    space = FeatureSpace().fit(texts)
    profile = Profile(tuple(InterestText(*each) for each in interests.items()))
    model = None if profile.empty else fit(space, [profile], Library.nothing(space))[0]
    candidates = Candidates(space, tuple(order), tuple(texts), space.features(texts))
    wish = Wish(model, tuple(interests), tuple(mutes), portion=Portion(limit))
    return recommend(candidates, [wish], Library.nothing(space))[0]


def _noticed(upvotes: int | None) -> tuple[bool, int]:
    """Most upvotes first; none known comes after zero."""
    return upvotes is None, -(upvotes or 0)
