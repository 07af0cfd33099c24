"""What a replay is, in words: for the methods text and for ``rumorsim check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rumorsim.common.plurals import counted
from rumorsim.graphs.config import Observed
from rumorsim.scenario.inputs import observed_cascades

if TYPE_CHECKING:
    from rumorsim.scenario.fields import ScenarioFields

#: What holds of every replay.
PROCESS: Final = (
    "This is a replay: who posted, who shared what and when are observed and are kept. An observed"
    " share is read after the observed delay, and its random number is uniform below P(share |"
    " read) as it was with no policy; a policy that lowers P(share | read) to a part f of it keeps"
    " the share with probability f, and one that removes a post or an account removes all that"
    " hung from it. With no policy the observed cascades come out unchanged."
)
_WITHOUT: Final = (
    "No follow graph is given, so accounts that read and did not share are unknown: reach counts"
    " only those that shared or would have shared, and no lost share is made up for by a later"
    " read of another post. The audience is the number of followers that accounts declare, summed"
    " over posts."
)
_WITH: Final = (
    "A follow graph is given: a follower who got a post and did not share it declined it, with a"
    " random number uniform above P(share | read). Reads after an account's own share are free, so"
    " that an account whose share is lost may share later. Followers read after random delays."
)


def observed_words(scenario: ScenarioFields) -> str:
    """How many cascades, posts and accounts were observed, in one sentence.

    InputError where the file cannot be read.
    """
    evidence = observed_cascades(scenario)
    true = sum(story.truth for story in evidence.stories)
    posts, shares = len(evidence.publications), len(evidence.reads)
    known = int((evidence.followers > 0).sum())
    last = float(evidence.observed["time"].max(initial=0.0))
    return (
        f"Observed: {counted(len(evidence.stories), 'cascade')} ({len(evidence.stories) - true:,}"
        f" false, {true:,} true) with {counted(posts, 'original')} and {counted(shares, 'share')}"
        f" by {counted(evidence.accounts, 'account')} in {last:.1f} h; numbers of followers are"
        f" declared for {known:,} of them."
    )


def knowledge_words(scenario: ScenarioFields) -> str:
    """What is known of accounts that did not share, and where P(share) comes from."""
    if isinstance(scenario.graph, Observed):
        return _WITHOUT
    appeal = scenario.replay.appeal if scenario.replay is not None else None
    source = (
        "The appeal of each cascade is estimated from how many followers read it and shared it, and"
        " each world draws it from what they leave open."
        if appeal is None
        else f"The appeal of every cascade is given: {appeal:g}."
    )
    return f"{_WITH} {source}"
