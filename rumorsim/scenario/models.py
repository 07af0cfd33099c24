"""What people write: a scenario and its parts. Every field has a unit and a reason.

The design of the form: strict, frozen, unknown keys refused, no NaN or infinity. A model
that validates is complete; what can only be known with the graph at hand (an id that does
not exist) is checked when the world is built, with the same kind of message.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import model_validator
from typing_extensions import override

from rumorsim.common.own_code import Handed
from rumorsim.common.plurals import counted
from rumorsim.common.settings import replaced
from rumorsim.common.shown import Shown, listed
from rumorsim.graphs.config import Given
from rumorsim.scenario.checks import raise_faults
from rumorsim.scenario.fields import DEFAULT_MEASURES, OwnMeasure, Policy, ScenarioFields
from rumorsim.world.settings.accounts import Accounts, KindOfAccount
from rumorsim.world.settings.feed import CheckIns, Feed
from rumorsim.world.settings.platforms import expand_presets
from rumorsim.world.settings.replay import Replay, expand_replay
from rumorsim.world.settings.stories import Author, Novelty, Schedule, Story, Visits

__all__ = [
    "DEFAULT_MEASURES",
    "Accounts",
    "Author",
    "CheckIns",
    "Feed",
    "KindOfAccount",
    "Novelty",
    "OwnMeasure",
    "Policy",
    "Replay",
    "Scenario",
    "Schedule",
    "Story",
    "Visits",
]


class Scenario(ScenarioFields):
    """A world, what is said in it, and the policies to compare.

    Read from a file with :func:`rumorsim.load`, or made in Python of the same keys. It never
    changes: :meth:`set` and :meth:`with_` make another one. Durations are text with a unit
    ("90 min", "12 h", "3 d") and hours (float) once read; rates are text such as "2 per day".
    With ``replay={"cascades": "events.parquet"}`` it is a world of cascades that happened, which
    needs no horizon, graph or stories.

    Example::

        scenario = rumorsim.Scenario(
            horizon="1 d",
            graph={"kind": "power-law", "accounts": 1000, "mean_followers": 12},
            stories=[
                {"name": "rumor", "truth": False, "appeal": 0.1, "author": {"random": 3}},
            ],
            policies=[
                {
                    "name": "close accounts",
                    "interventions": [{"kind": "close-accounts", "when": {"at": ["2 h"]}}],
                },
            ],
        )
        rumorsim.run(scenario, "close accounts", seed=7)
    """

    @model_validator(mode="before")
    @classmethod
    def _with_presets(cls, values: Any) -> Any:
        return expand_replay(expand_presets(values))

    @model_validator(mode="after")
    def _fits_together(self) -> Scenario:
        raise_faults(self)
        return self

    def __eq__(self, other: object) -> bool:
        """Whether every key, the folder and the graph are equal; the file's name does not count."""
        if isinstance(other, Scenario) and other._file != self._file:
            other = other.model_copy()
            other._file = self._file
        return super().__eq__(other)

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        graph = self.graph.written(given=True)
        yields = [
            ("name", self.name),
            ("time", f"{self.horizon:g} h from {self.start:%Y-%m-%d %H:%M}, seed {self.seed}"),
            ("graph", ", ".join(f"{key} {value}" for key, value in graph.items())),
            ("kinds", listed(["ordinary", *self.accounts.kinds])),
        ]
        if self.model is not None:
            yields.append(("model", self.model.kind))
        if self.platforms:
            yields.append(("platforms", listed(self.platforms)))
        for story in self.stories[:5]:
            truth = "true" if story.truth else "false"
            told = f"{story.name} ({truth}, {story.category}), appeal {story.appeal:g}"
            yields.append(("story", told))
        if len(self.stories) > 5:
            yields.append(
                ("", f"and {counted(len(self.stories) - 5, 'more story', 'more stories')}")
            )
        if self.adversaries:
            yields.append(("adversaries", listed(each.kind for each in self.adversaries)))
        for policy in self.policies[:8]:
            kinds = listed(each.kind for each in policy.interventions)
            yields.append(("policy", f"{policy.name}: {kinds}"))
        if len(self.policies) > 8:
            yields.append(
                ("", f"and {counted(len(self.policies) - 8, 'more policy', 'more policies')}")
            )
        return [*yields, ("measures", listed(self.measures, 12))]

    def __repr__(self) -> str:
        return Shown.__repr__(self)

    def describe(self) -> str:
        """The methods text: an account after the ODD protocol, in Markdown.

        Every number is there, and whether it was given, is a default, or is an assumption.
        InputError where a file that it reads is gone.
        """
        from rumorsim.scenario.described import described

        return described(self)

    def at(self, base_dir: Path, file: str = "") -> Scenario:
        """The same scenario with relative paths starting at ``base_dir``, read from ``file``.

        It is kept as an absolute path: the process may change its folder, and the workers
        that a scenario travels to may have been started in another one.
        """
        moved = self.model_copy()
        moved._base_dir = base_dir.absolute()
        moved._file = file or self._file
        return moved

    def on(self, graph: Any, *, direction: str | None = None, both_ways: bool = False) -> Scenario:
        """The same scenario on a graph of yours, of networkx, igraph, scipy, numpy or a table.

        ``direction`` says what an edge u -> v means, "follower followee" or "followee
        follower"; with ``both_ways`` each edge stands for two follows, whether the graph is
        directed or not. One of the two is needed, except for a FollowGraph, which takes
        neither. See ``rumorsim.follow_graph`` for the kinds of graphs. Results say that they
        cannot be made again from a file alone; they hold the graph's digest.
        """
        from rumorsim.graphs.handed import follow_graph

        graph = follow_graph(graph, direction=direction, both_ways=both_ways)
        given = replaced(self, graph=Given(kind="given", sha256=graph.digest()))
        given._follow_graph = graph
        return given

    def with_handed(self, handed: Handed) -> Scenario:
        """The same scenario with the code at hand that its policies and measures name."""
        if not handed:
            return self
        given = self.model_copy()
        given._handed = self._handed | handed
        return given

    @override
    def made_from(self, values: dict[str, Any]) -> Scenario:
        made = super().made_from(values).at(self.base_dir).with_handed(self._handed)
        if self._follow_graph is not None and isinstance(made.graph, Given):
            return made.on(self._follow_graph)
        return made
