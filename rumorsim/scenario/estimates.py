"""What to expect of a story before it runs: the reproduction number of its posts."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from rumorsim.common.plurals import counted
from rumorsim.graphs import statistics
from rumorsim.scenario.delays import delay_words
from rumorsim.scenario.idle import idle_in
from rumorsim.scenario.inputs import build_graph
from rumorsim.scenario.memory_needs import needs
from rumorsim.scenario.model_estimates import in_comment, model_words
from rumorsim.scenario.replay_words import knowledge_words, observed_words
from rumorsim.world.tables import audience_response
from rumorsim.world.world import build_world

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.scenario.fields import ScenarioFields
    from rumorsim.world.settings.stories import Story

#: What the estimate says and leaves out, for whoever reads it.
ESTIMATE = """\
# Expected reproduction number: shares that one share leads to, were every follower to read
# it and nobody to have shared the story yet. An upper estimate: attention, background posts,
# novelty, trust, corrections, surfaces, ranks of shares and what originals have of their own
# are left out."""


def weighted_followers(
    graph: FollowGraph, follow_weight: str, responses: NDArray[np.float64] | None = None
) -> float:
    """Mean weight of the followers of an account that a post reached; 0 without follows.

    ``responses`` (float64 [accounts]) is a factor on the weights of an account's followers.
    """
    if responses is None and follow_weight == "none":
        return statistics.plain_followers(graph)
    weights = _weights(graph, follow_weight)
    if responses is not None:
        weights = weights * responses[graph.followees()]
    return statistics.weighted_followers(graph, weights)


def _weights(graph: FollowGraph, follow_weight: str) -> NDArray[np.float64]:
    if follow_weight == "one-over-followees":
        weights: NDArray[np.float64] = 1.0 / graph.followee_counts()[graph.followers]
        return weights
    if follow_weight == "graph" and graph.weights is not None:
        return graph.weights
    return np.ones(graph.follows)


def reproduction_number(scenario: ScenarioFields, story: Story, graph: FollowGraph) -> float:
    """The expected number of shares of a share of ``story``: see :data:`ESTIMATE`.

    The mean P(share) at the first read (appeal, first reinforcement, friction; vigour and
    receptivity have mean 1) times :func:`weighted_followers`, each by its own audience.
    """
    share = story.appeal * story.reinforcement[0] * scenario.feed.friction
    responses = None
    if story.audience_exponent != 0:
        audience = (story.audience_exponent, story.audience_reference)
        each = share * audience_response(graph.follower_counts(), *audience)
        share, responses = 1.0, np.minimum(each, 1.0)
    return min(share, 1.0) * weighted_followers(graph, scenario.feed.follow_weight, responses)


def expectations(scenario: ScenarioFields) -> str:
    """What the graph is like and what to expect of each story, as comments of TOML.

    Builds the graph and the world, so that what only they can show to be wrong (a missing
    file, an id that does not exist) ends as an InputError here. Policies that do not act as
    written are told.
    """
    needed = needs(scenario, len(scenario.stories))
    graph, attributes = build_graph(scenario)
    world = build_world(scenario, graph, scenario.seed, attributes=attributes)
    lines = [
        f"# {counted(graph.accounts, 'account')}, {counted(graph.follows, 'follow')},"
        f" {graph.mean_followers:.2f} followers per account"
    ]
    if needed.accounts:
        lines += textwrap.wrap(needed.words(), 88, initial_indent="# ", subsequent_indent="# ")
    if scenario.graph.per_replicate:
        lines.append(
            "# each world draws a follow graph of its own; these figures are of the world with"
            f" seed {scenario.seed}"
        )
    if graph.read_as is not None:
        lines.append(f"# read as {in_comment(graph.read_as.as_sentence())}")
    if scenario.replay is not None:
        said = f"{observed_words(scenario)} {knowledge_words(scenario)}"
        lines += textwrap.wrap(said, 88, initial_indent="# ", subsequent_indent="# ")
    elif alone := int(np.sum((graph.follower_counts() == 0) & (graph.followee_counts() == 0))):
        lines.append(f"# {counted(alone, 'account')} without any follow")
    if scenario.model is not None:
        lines.extend(model_words(scenario, world))
    elif scenario.replay is None:
        lines.append(ESTIMATE)
        for story in scenario.stories:
            expected = reproduction_number(scenario, story, graph)
            lines.append(f"#   {in_comment(story.name)}: {expected:.3g}")
        lines += delay_words(scenario, world)
    lines += [f"# warning: {in_comment(str(each))}" for each in idle_in(scenario, world)]
    return "\n".join(lines)
