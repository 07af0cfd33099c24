"""What a world is built from, as the modules that build it see a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from rumorsim.engine.models import AnyModel
from rumorsim.events.observation import Observation
from rumorsim.events.stream import Kind
from rumorsim.graphs.follows import FollowGraph
from rumorsim.world.people import People
from rumorsim.world.settings.accounts import Accounts
from rumorsim.world.settings.arms import Arms
from rumorsim.world.settings.beliefs import Beliefs
from rumorsim.world.settings.feed import Feed
from rumorsim.world.settings.platforms import Platform
from rumorsim.world.settings.replay import Replay
from rumorsim.world.settings.stories import Story


class AdversarySpec(Protocol):
    """What a world knows of an adversary of the scenario."""

    @property
    def kind(self) -> str:
        """Which it is."""

    @property
    def buys(self) -> bool:
        """Whether it has the platform's desk do something for money."""

    def reserve(self, people: People, graph: FollowGraph) -> tuple[Any, int]:
        """Accounts that it may bring back, and how often each."""


class WorldSpec(Protocol):
    """What a world is built from. A :class:`.Scenario` is one."""

    @property
    def kept(self) -> dict[Any, Any]:
        """What is worked out once for all its worlds, whatever their seed, by name."""

    @property
    def start(self) -> datetime:
        """Local date and time at hour 0."""

    @property
    def horizon(self) -> float:
        """Hours."""

    @property
    def accounts(self) -> Accounts:
        """Who is there."""

    @property
    def reading(self) -> Feed:
        """How posts are read; the model of contacts in the same terms where there is one."""

    @property
    def model(self) -> AnyModel | None:
        """The model of contacts; None for the feed."""

    @property
    def stories(self) -> tuple[Story, ...]:
        """What is said."""

    @property
    def replay(self) -> Replay | None:
        """The observed cascades whose evidence it keeps; None outside replays."""

    @property
    def platforms(self) -> Mapping[str, Platform]:
        """Platforms by name; empty where there is only one."""

    @property
    def only_platform(self) -> Platform:
        """The platform there is where none is named."""

    @property
    def beliefs(self) -> Beliefs:
        """What moves trust and the will to post."""

    @property
    def adversaries(self) -> Sequence[AdversarySpec]:
        """Who spreads on purpose."""

    @property
    def prices(self) -> Mapping[str, float]:
        """What an action of the desk costs, by its verb."""

    @property
    def arms(self) -> Arms | None:
        """Which accounts an experiment treats; None where there is none."""

    @property
    def observation(self) -> Observation | None:
        """Which cascades a data set would hold; None where nothing is said of one."""

    def wants(self, kind: Kind) -> bool:
        """Whether a measure reads events of this kind."""
