"""Models of [graph] in a scenario for generated follow graphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.errors import InputError
from rumorsim.common.plug_ins import Registry
from rumorsim.common.randomness import Purpose, address_word, philox
from rumorsim.common.settings import Model, model_of, replaced

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph

#: What ``graph.seed`` says where each world draws a graph of its own.
REPLICATE: Final = "replicate"
_ADDRESS: Final = address_word(Purpose.REPLICATE, 0x6A00)


def seed_in_world(seed: int, part: int = 0) -> int:
    """The seed of the graph in the world with that seed, in [0, 2**63).

    ``part`` counts the graphs of a union, which are drawn independently.
    """
    low, high, _, _ = philox(seed, _ADDRESS, part, 0, 0)
    return (high & 0x7FFFFFFF) << 32 | low


def graphs_of_worlds(graph: Mapping[str, Any]) -> str:
    """Whether worlds share one generated graph, as a clause after "worlds"; "" for others.

    ``graph`` is [graph] of a resolved scenario. Graphs that are read, handed over or not
    drawn at random (a star, say) are the same in every world by their nature.
    """
    parts = graph.get("parts", {"": graph}).values()
    seeds = [part["seed"] for part in parts if "seed" in part]
    if not seeds:
        return ""
    if REPLICATE not in seeds:
        return "which share one generated follow graph"
    if all(seed == REPLICATE for seed in seeds):
        return "each with a generated follow graph of its own"
    return "each with generated parts of its own in the follow graph"


#: More follows than this are refused before anything is built.
MAX_FOLLOWS = 4_000_000_000
_MAX_ACCOUNTS = 100_000_000
Accounts = Annotated[int, Field(ge=1, le=_MAX_ACCOUNTS, description="How many accounts there are.")]
MeanFollowers = Annotated[
    float, Field(ge=0.0, le=1e6, description="Followers per account, on average.")
]
Seed = Annotated[
    Annotated[int, Field(ge=0, lt=2**63)] | Literal["replicate"],
    Field(
        description="Picks one of the possible graphs, which all worlds share: 0 to 2**63 - 1;"
        ' or "replicate": each world has a graph of its own, drawn from the world\'s seed.'
    ),
]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Exponent = Annotated[float, Field(gt=2.0, le=10.0)]
FollowerExponent = Annotated[
    Exponent, Field(description="Tail exponent of follower counts (measured on Twitter: 2.28).")
]


class GraphModel(Model):
    """What stands in [graph], whatever its kind."""

    def follows_expected(self) -> float:
        """How many follows the graph will have, about; 0 where few, or known only once built."""
        return 0.0

    @property
    def per_replicate(self) -> bool:
        """Whether each world draws a graph of its own."""
        return getattr(self, "seed", None) == REPLICATE

    def in_world(self, seed: int, part: int = 0) -> Self:
        """The graph of the world with that seed: the same under every policy and engine.

        ``part`` is the place of this graph in a union.
        """
        return replaced(self, seed=seed_in_world(seed, part)) if self.per_replicate else self

    @cached_property
    def told(self) -> str:
        """All of it as text: graphs of which the same is told are the same."""
        return self.model_dump_json()

    @model_validator(mode="before")
    @classmethod
    def _drawn(cls, values: Any) -> Any:
        drawn = isinstance(values, Mapping) and values.get("seed") == REPLICATE
        if drawn and "seed" not in cls.model_fields:
            rule = "goes with graphs that are drawn at random, such as power-law"
            rule, value = f"{rule}; this kind is the same in every world", f'"{REPLICATE}"'
            raise InputError(rule, key="seed", value=value, advice="remove seed")
        return values

    @model_validator(mode="after")
    def _small_enough(self) -> GraphModel:
        if (asked := self.follows_expected()) > MAX_FOLLOWS:
            rule = f"at most {MAX_FOLLOWS:,} are possible"
            raise ValueError(f"it would have about {asked:.3g} follows; {rule}")
        return self

    def build(self, base_dir: Path) -> FollowGraph:
        """The follow graph. Relative paths are taken from ``base_dir``."""
        from rumorsim.graphs.generators import GENERATORS

        arguments = self.model_dump()
        make: Callable[..., FollowGraph] = GENERATORS[arguments.pop("kind")]
        return make(**arguments)


class _Sized(GraphModel):
    accounts: Accounts


class _Mean(_Sized):
    mean_followers: MeanFollowers

    def follows_expected(self) -> float:
        return self.accounts * self.mean_followers

    @model_validator(mode="after")
    def _enough_accounts(self) -> _Mean:
        if self.mean_followers > self.accounts - 1:
            rule = f"must be at most {self.accounts - 1}, the other accounts there are"
            raise ValueError(f"mean_followers = {self.mean_followers:g} {rule}")
        return self


class PowerLaw(_Mean):
    """Heavy-tailed followers and followees, follows returned, friends of friends."""

    kind: Literal["power-law"]
    follower_exponent: FollowerExponent = 2.3
    followee_exponent: Exponent = Field(
        2.7, description="Tail exponent of followee counts (an assumption: a lighter tail)."
    )
    reciprocity: Share = Field(
        0.22, description="Share of follows that are returned (measured on Twitter: 0.22)."
    )
    clustering: Share = Field(
        0.1,
        description="Share of the drawn follows that go to a followee of a followee"
        " (an assumption).",
    )
    seed: Seed = 1


class ErdosRenyi(_Mean):
    """Every follow exists with the same probability, independently of all others."""

    kind: Literal["erdos-renyi"]
    seed: Seed = 1


class Regular(_Sized):
    """A random simple graph in which all have the same degree, followed both ways."""

    kind: Literal["regular"]
    degree: int = Field(ge=0, description="Followers of each account, who are its followees.")
    seed: Seed = 1

    @override
    def follows_expected(self) -> float:
        return float(self.accounts) * self.degree

    @model_validator(mode="after")
    def _possible(self) -> Regular:
        if self.degree >= self.accounts:
            raise ValueError(f"degree = {self.degree} must be below accounts = {self.accounts}")
        if self.accounts * self.degree % 2:
            raise ValueError("accounts * degree must be even: each tie has two ends")
        return self


class SmallWorld(_Sized):
    """A ring of near neighbours with some ties moved at random, followed both ways."""

    kind: Literal["small-world"]
    neighbours: int = Field(ge=0, description="Nearest accounts tied to each; an even number.")
    rewiring: Share = Field(description="Probability that a tie moves one end at random.")
    seed: Seed = 1

    @override
    def follows_expected(self) -> float:
        return float(self.accounts) * self.neighbours

    @model_validator(mode="after")
    def _possible(self) -> SmallWorld:
        if self.neighbours >= self.accounts:
            rule = f"must be below accounts = {self.accounts}"
            raise ValueError(f"neighbours = {self.neighbours} {rule}")
        if self.neighbours % 2:
            raise ValueError(f"neighbours = {self.neighbours} must be even: half on each side")
        return self


class Communities(_Mean):
    """Communities: most follows stay within one's own, each has its much-followed."""

    kind: Literal["communities"]
    groups: int = Field(6, ge=1, le=1_000_000, description="How many communities there are.")
    mixing: Share = Field(
        0.05, description="Share of the follows that may lead anywhere (an assumption)."
    )
    follower_exponent: FollowerExponent = 2.3
    seed: Seed = 1

    @model_validator(mode="after")
    def _nobody_missing(self) -> Communities:
        if self.groups > self.accounts:
            raise ValueError(f"groups = {self.groups} must be at most accounts = {self.accounts}")
        return self


class Complete(_Sized):
    """Everybody follows everybody else."""

    kind: Literal["complete"]

    @override
    def follows_expected(self) -> float:
        return float(self.accounts) * (self.accounts - 1)


class Star(_Sized):
    """Account 0 is followed by all others."""

    kind: Literal["star"]


class Path_(_Sized):
    """Each account follows the one before it: 0 -> 1 -> 2 is how posts travel."""

    kind: Literal["path"]


class Tree(GraphModel):
    """Outward from account 0: each account above the last level has the same followers."""

    kind: Literal["tree"]
    branching: int = Field(ge=1, le=1_000_000, description="Followers of each account.")
    depth: int = Field(ge=0, le=1_000_000, description="Levels below account 0.")

    @override
    def follows_expected(self) -> float:
        # Levels of a million would make a number too long to write down.
        if self.branching == 1:
            return float(self.depth)
        return min(float(self.branching) ** min(self.depth, 50), 1e30)

    @model_validator(mode="after")
    def _few_accounts(self) -> Tree:
        if self.follows_expected() > _MAX_ACCOUNTS:
            raise ValueError(f"a tree's last level can have at most {_MAX_ACCOUNTS:,} accounts")
        return self


#: Every kind of graph that is made here by the word it goes by.
_OWN: Final[dict[str, type[GraphModel]]] = {
    "power-law": PowerLaw,
    "erdos-renyi": ErdosRenyi,
    "regular": Regular,
    "small-world": SmallWorld,
    "communities": Communities,
    "complete": Complete,
    "star": Star,
    "path": Path_,
    "tree": Tree,
}

#: Ours, and those of other packages: entry points of the group ``rumorsim.generators``.
MADE: Final = Registry("generator", _OWN, model_of(GraphModel))
