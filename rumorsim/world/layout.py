"""What all worlds of a scenario on one follow graph have in common, laid out once for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.kept import Kept
from rumorsim.common.laws import quantile_table
from rumorsim.engine.kernels.records import TERMS
from rumorsim.events.stream import STOPS, AdversaryFacts, Kind
from rumorsim.graphs.follows import FollowGraph
from rumorsim.world.account_records import RecordsByKind, followers, weights
from rumorsim.world.people import People, PeopleOfAllWorlds
from rumorsim.world.platforms import VISIT, lay_out
from rumorsim.world.reserve import Reserve
from rumorsim.world.spec import WorldSpec
from rumorsim.world.stories import StoriesOfAllWorlds
from rumorsim.world.tables import (
    Tables,
    audience_responses,
    day_curve,
    rank_factors,
    reinforcement_steps,
    story_templates,
    visitor_sums,
)

if TYPE_CHECKING:
    from rumorsim.engine.models import Terms
    from rumorsim.world.evidence import Evidence

#: Accounts of a graph, and bytes of what is laid out, up to which a layout is kept for the next
#: world of its scenario: a worker has hundreds of scenarios at hand.
_MOST_ACCOUNTS, _MOST_BYTES = 2**14, 2**19


class Layout:
    """What worlds of a scenario on a graph have in common, whatever seed and policy.

    ``rules`` and ``facts`` hold those fields of :class:`.Rules` and :class:`.Facts` by name;
    ``given`` are the attributes of accounts. None of it may be changed by a world.
    """

    def __init__(
        self, scenario: WorldSpec, graph: FollowGraph, given: Mapping[str, NDArray[Any]]
    ) -> None:
        self._graph, self._given = graph, dict(given)
        self._adversaries = scenario.adversaries
        self.platforms = lay_out(scenario, given, graph.accounts)
        self.people = PeopleOfAllWorlds(scenario.accounts, graph, given)
        self.by_kind = RecordsByKind(scenario.reading, self.people.of_kind)
        self.stories = StoriesOfAllWorlds(scenario)
        self.friction = self.platforms.column("friction") * scenario.reading.friction
        self.slot_ends = self.platforms.slot_ends()
        self.terms = None if scenario.model is None else scenario.model.terms()
        self.rules = self._rules(scenario, graph)
        self.facts = self._facts(scenario, graph)
        for name, value in self.rules.items():
            if isinstance(value, np.ndarray):
                self.rules[name] = view = value.view()
                view.flags.writeable = False
        #: What engines keep for the next world, by name.
        self.kept: dict[Any, Any] = Kept()
        self._reserve: Reserve | None = None
        self._followers: NDArray[np.int32] | None = None

    def fits(self, graph: FollowGraph, given: Mapping[str, NDArray[Any]]) -> bool:
        """Whether it was made of this graph and these attributes."""
        return (
            graph is self._graph
            and given.keys() == self._given.keys()
            and all(each is self._given[name] for name, each in given.items())
        )

    def _rules(self, scenario: WorldSpec, graph: FollowGraph) -> dict[str, Any]:
        feed, start, platforms = scenario.reading, scenario.start, self.platforms
        of_feed = scenario.model is None
        tables = Tables(feed.delay)
        templates = story_templates(scenario.stories, tables)
        limited = feed.attention != "unlimited" and feed.reading == "check-in"
        crowded = limited and feed.background > 0
        crowd = tables.add_background_ages(int(feed.attention)) if crowded else -1
        terms = None if self.terms is None else _model_record(self.terms, tables)
        visitors, visitor_ends = platforms.visitors(graph.accounts)
        return {
            "by_delay": feed.reading == "delay",
            "attention": int(feed.attention) if limited else 0,
            "log_reads": scenario.wants(Kind.READ),
            "log_payments": scenario.wants(Kind.PAY),
            "late": feed.exposures == "late",
            "crowd": crowd,
            "curve": day_curve(
                feed.daily_curve,
                start.hour + start.minute / 60 + start.second / 3600,
                "feed.daily_curve" if of_feed else "model.daily_curve",
            ),
            "weights": weights(feed, graph, "feed.follow_weight" if of_feed else "model.weights"),
            "tables": np.stack(tables.rows),
            "templates": templates,
            "responses": audience_responses(scenario.stories, graph),
            "ranks": rank_factors(scenario.stories),
            "reinforcement": reinforcement_steps(scenario.stories),
            "visitors": visitors,
            "visitor_ends": visitor_ends,
            "visitor_sums": visitor_sums(scenario.stories, graph, visitors, visitor_ends),
            "visited": platforms.surface_names.index(VISIT) if platforms.visited else 0,
            "crosspost": platforms.column("crosspost"),
            "most_trust": scenario.beliefs.most_trust,
            "trust_closure": scenario.beliefs.trust_closure,
            "chilling": scenario.beliefs.chilling,
            "chilling_floor": scenario.beliefs.chilling_floor,
            "terms": terms,
        }

    def _facts(self, scenario: WorldSpec, graph: FollowGraph) -> dict[str, Any]:
        observation = scenario.observation
        return {
            "platforms": self.platforms.names,
            "surfaces": self.platforms.surface_names,
            "follows": (graph.offsets, graph.followers),
            "prices": scenario.prices,
            "adversaries": tuple(AdversaryFacts(e.kind, e.buys) for e in scenario.adversaries),
            "start": scenario.start.strftime("%Y-%m-%d %H:%M:%S"),
            "observation": None if observation is None else observation.facts(),
        }

    def reserve(self, people: People) -> Reserve:
        """Room for those who may come back in the world of these people."""
        if self._adversaries or people.person is not self.people.person:
            return Reserve.lay_out(self._adversaries, people, self._graph)
        if self._reserve is None:
            self._reserve = Reserve.lay_out((), people, self._graph)
        return self._reserve

    def followers(self, reserve: Reserve, evidence: Evidence | None) -> NDArray[np.int32]:
        """The followers of each account at the start, none of those in reserve."""
        if reserve is not self._reserve or evidence is not None:
            return followers(self._graph, reserve.origin, evidence)
        if self._followers is None:
            self._followers = followers(self._graph, reserve.origin)
        return self._followers


def layout_of(scenario: WorldSpec, graph: FollowGraph, given: Mapping[str, NDArray[Any]]) -> Layout:
    """The layout of a scenario on a graph; that of a small one stays with the scenario."""
    kept: Layout | None = scenario.kept.get("layout")
    if kept is not None and kept.fits(graph, given):
        return kept
    layout = Layout(scenario, graph, given)
    size = sum(each.nbytes for each in layout.rules.values() if isinstance(each, np.ndarray))
    if graph.accounts <= _MOST_ACCOUNTS and size <= _MOST_BYTES:
        scenario.kept["layout"] = layout
    return layout


def _model_record(terms: Terms, tables: Tables) -> NDArray[np.void]:
    """The model of contacts as kernels read it; adds the table of its stop."""
    record = np.zeros(1, TERMS)
    for name in ("stifling", "after", "mutual", "again", "by_threshold"):
        record[name] = getattr(terms, name)
    record["threshold"] = -1.0 if terms.threshold is None else terms.threshold
    record["stop_reason"] = STOPS.index(terms.stop_reason)
    record["stop"] = -1
    if terms.stop is not None:
        record["stop"] = tables.add(("stop", terms.stop), partial(quantile_table, terms.stop))
    return record
