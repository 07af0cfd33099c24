"""The fields of a scenario, and what can be looked up in them."""

from __future__ import annotations

import marshal
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import Field, PrivateAttr
from typing_extensions import override

from rumorsim.adversaries import AnyAdversary
from rumorsim.common.errors import nearest
from rumorsim.common.kept import Kept
from rumorsim.common.own_code import Handed, OwnCode
from rumorsim.common.provenance import DigestBySeed, digest_of
from rumorsim.common.settings import Model, replaced, unchecked
from rumorsim.common.units import PositiveDuration, Start
from rumorsim.engine.models import AnyModel
from rumorsim.events.observation import Observation
from rumorsim.events.stream import Kind
from rumorsim.graphs.config import GraphConfig
from rumorsim.measures import MEASURES
from rumorsim.platform.interventions import AnyIntervention
from rumorsim.platform.surfaces.trending import Trending
from rumorsim.scenario.inputs import input_files
from rumorsim.world.settings.accounts import Accounts, Name
from rumorsim.world.settings.arms import Arms
from rumorsim.world.settings.beliefs import Beliefs
from rumorsim.world.settings.feed import Feed, feed_of
from rumorsim.world.settings.platforms import Platform
from rumorsim.world.settings.replay import Replay
from rumorsim.world.settings.stories import Story

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph

#: Measures taken when a scenario names none: all that need no row for every single read.
DEFAULT_MEASURES: Final = (
    "reach",
    "shares",
    "cascades",
    "reproduction",
    "attention",
    "enforcement",
    "collateral",
)


#: The words for kinds of event.
KINDS: Final = tuple(kind.name.lower() for kind in Kind)


class Policy(Model):
    """A named set of interventions.

    Example::

        Policy(name="close", interventions=[{"kind": "close-accounts", "when": {"reports": 5}}])
    """

    name: Name = Field(description="unique name; `none` always exists and does nothing")
    interventions: tuple[AnyIntervention, ...] = Field(
        strict=False, max_length=1000, description="what the platform does, in this order"
    )
    own: tuple[OwnCode, ...] | None = Field(
        None,
        strict=False,
        description="functions handed over from Python that act as well; written by rumorsim",
    )


_NONE: Final = Policy(name="none", interventions=())


class OwnMeasure(OwnCode):
    """A measure that was handed over from Python: what it is called, and what it reads."""

    name: Name = Field(description="its name among the measures")
    needs: tuple[Literal[KINDS], ...] = Field(  # type: ignore[valid-type]
        strict=False, description="kinds of event that it reads"
    )
    meanings: dict[str, Annotated[tuple[str, str], Field(strict=False)]] = Field(
        default_factory=dict, description="unit and meaning by pattern of its numbers' keys"
    )


class ScenarioFields(Model):
    """The fields of :class:`.Scenario`, as the checks of what holds between them see them."""

    name: Name = Field("scenario", description="what reports call it")
    start: Start = Field(
        datetime(2023, 1, 1),
        validate_default=False,
        description="local date and time at hour 0; anchors the daily curve",
    )
    horizon: PositiveDuration = Field(description="how long to run")
    seed: int = Field(1, ge=0, lt=2**64, description="the seed of the world; --seed overrides it")
    replay: Replay | None = Field(
        None, description="observed cascades that the world replays; absent: none"
    )
    graph: GraphConfig = Field(description="the follow graph")
    accounts: Accounts = Field(default_factory=Accounts, description="who is there")
    feed: Feed = Field(default_factory=Feed, description="how posts are read")
    model: AnyModel | None = Field(
        None, description="a classical model of contacts instead of the feed; absent: the feed"
    )
    stories: tuple[Story, ...] = Field(
        strict=False, min_length=1, max_length=10_000, description="the stories that spread"
    )
    trending: Trending | None = Field(None, description="the trending list; absent: there is none")
    platforms: dict[Name, Platform] = Field(
        default_factory=dict,
        max_length=100,
        description="platforms by name; absent: one, with the trending list above",
    )
    beliefs: Beliefs = Field(
        default_factory=Beliefs, description="what moves trust and the will to post"
    )
    adversaries: tuple[AnyAdversary, ...] = Field(
        (),
        strict=False,
        max_length=1000,
        description="who spreads on purpose, pays for it, or comes back: under every policy",
    )
    arms: Arms | None = Field(
        None, description="which accounts an experiment treats, and when; absent: none"
    )
    policies: tuple[Policy, ...] = Field(
        (), strict=False, max_length=1000, description="what platforms may do about it"
    )
    prices: dict[Name, Annotated[float, Field(ge=0, le=1e12)]] = Field(
        default_factory=dict,
        max_length=1000,
        description="what a moderation action costs, by its verb; 1 where none is named, but a"
        " moot case 0",
    )
    measures: tuple[str, ...] = Field(
        DEFAULT_MEASURES, strict=False, min_length=1, description="what to measure"
    )
    observation: Observation | None = Field(
        None, description="which cascades a data set would hold, for `spread`; absent: all, whole"
    )
    own_measures: tuple[OwnMeasure, ...] | None = Field(
        None,
        strict=False,
        description="those of the measures that were handed over from Python; written by rumorsim",
    )
    #: No keys people write: the first comes with the file, the others from Python.
    _base_dir: Path = PrivateAttr(default_factory=Path.cwd)
    _file: str = PrivateAttr("")
    _follow_graph: FollowGraph | None = PrivateAttr(None)
    _handed: Handed = PrivateAttr(default_factory=Handed)

    def policy(self, name: str) -> Policy:
        """The policy of that name; ``none`` is always there. KeyError names the nearest."""
        if name == "none":
            return _NONE
        for policy in self.policies:
            if policy.name == name:
                return policy
        raise KeyError(nearest(name, ["none", *(p.name for p in self.policies)]))

    @property
    def policy_names(self) -> tuple[str, ...]:
        """``none`` and the names of the policies, in order."""
        return ("none", *(policy.name for policy in self.policies))

    @cached_property
    def only_platform(self) -> Platform:
        """The platform there is where none is named."""
        return unchecked(Platform, trending=self.trending)

    @property
    def platforms_by_key(self) -> dict[str, Platform]:
        """Every platform by what its keys begin with: "platforms.NAME.", or "" for the only one."""
        named = {f"platforms.{name}.": each for name, each in self.platforms.items()}
        return named or {"": self.only_platform}

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """What is worked out once for all worlds of the scenario, whatever their seed, by name."""
        return Kept()

    def wants(self, kind: Kind) -> bool:
        """Whether a measure asks for events of a kind that is off unless asked for."""
        return kind in self._needs

    @cached_property
    def _needs(self) -> frozenset[Kind]:
        return frozenset[Kind]().union(*map(self.needs_of, self.measures))

    def needs_of(self, measure: str) -> frozenset[Kind]:
        """The kinds of event that a measure of this scenario reads."""
        for own in self.own_measures or ():
            if own.name == measure:
                return frozenset(Kind[need.upper()] for need in own.needs)
        return MEASURES[measure].needs if measure in MEASURES else frozenset()

    @property
    def reading(self) -> Feed:
        """The feed, or what stands for it in the terms of the model."""
        return self.feed if self.model is None else feed_of(self.model.terms())

    def _kept(self, name: str) -> Any:
        # pydantic's own way to what is private takes longer than all that is done with it.
        return (self.__pydantic_private__ or {})[name]

    @property
    def base_dir(self) -> Path:
        """Where relative paths start: the folder of the file this was read from."""
        kept: Path = self._kept("_base_dir")
        return kept

    @property
    def file(self) -> str:
        """The file this was read from; "" where it came from text or Python."""
        return self._file

    @property
    def follow_graph(self) -> FollowGraph | None:
        """The graph handed over with :meth:`on`, if one was."""
        kept: FollowGraph | None = self._kept("_follow_graph")
        return kept

    @property
    def handed(self) -> Handed:
        """The policies and measures of the user's own that were handed over."""
        kept: Handed = self._kept("_handed")
        return kept

    def pinned(self) -> Self:
        """The same scenario with the SHA-256 of every file it reads; InputError if one is gone."""
        digests = input_files(self)
        if not digests:
            return self
        update: dict[str, Any] = {}
        if "graph.path" in digests:
            update["graph"] = replaced(self.graph, sha256=digests["graph.path"])
        if self.replay is not None:
            update["replay"] = replaced(
                self.replay,
                sha256=digests["replay.cascades"],
                originals_sha256=digests.get("replay.originals"),
                law_sha256=digests.get("replay.law"),
            )
        if "accounts.file" in digests:
            update["accounts"] = replaced(self.accounts, sha256=digests["accounts.file"])
        return replaced(self, **update)

    def resolved(self) -> dict[str, Any]:
        """Every default explicit and every file pinned: what results store and `load` reads.

        Plain JSON values in the form people write. Absent means none; see :meth:`pinned`.
        """
        pinned = self.pinned()
        if pinned is not self:
            return pinned.written()
        # Without files to pin it is the same every time, and is asked for in every run.
        values: dict[str, Any] = {**marshal.loads(self._resolved), "seed": self.seed}
        return values

    def digest_of(self, resolved: dict[str, Any]) -> str:
        """The digest of what :meth:`resolved` gave."""
        if self.pinned() is not self:
            return digest_of(resolved)
        if "digest" not in self.kept:
            self.kept["digest"] = DigestBySeed(resolved)
        found: str = self.kept["digest"].of(self.seed)
        return found

    @cached_property
    def _resolved(self) -> bytes:
        return marshal.dumps(self.written())

    def in_world(self, seed: int) -> Self:
        """The same scenario with another seed, which is known to be one.

        What is worked out of everything but the seed is worked out once for all of them.
        """
        made = replaced(self, seed=seed)
        names = ["only_platform", "_needs", "kept"]
        if self.pinned() is self:
            names.append("_resolved")
        made.__dict__.update({name: getattr(self, name) for name in names})
        return made

    @override
    def written(self, *, given: bool = False) -> dict[str, Any]:
        values = super().written(given=given)
        # With a model neither has any effect, and neither may be written.
        out_of_force = () if self.model is None else ("feed", "platforms")
        return {key: value for key, value in values.items() if key not in out_of_force}
