"""Levers: the columns that the kernel reads and processes may move.

A lever is its base times the factors in force, multiplied anew on every change in the
order in which they were put there, so that what is undone is undone exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from rumorsim.world.world import World

#: Every lever (table, column) with the highest value it can take.
CEILINGS: Final[dict[tuple[str, str], float]] = {
    ("accounts", "can_post"): 1,
    ("accounts", "can_read"): 1,
    ("accounts", "visible"): 1,
    ("accounts", "audience"): 1.0,
    ("accounts", "credence"): 1.0,
    ("profiles", "countable"): 1.0,
    ("profiles", "earning"): 1.0,
    ("posts", "alive"): 1,
    ("posts", "visibility"): 1.0,
    ("posts", "credence"): 1.0,
    ("stories", "alive"): 1,
    ("stories", "listed"): 1,
    ("stories", "pushable"): 1,
    ("stories", "recommendable"): 1.0,
    ("stories", "flow"): 1.0,
    ("stories", "credence"): 1.0,
    ("stories", "report"): 1.0,
    ("friction", ""): 1.0,
    #: Most followers that a share goes to: a limit L is the factor L / accounts.
    ("forward", ""): float("inf"),
    #: The same for treated readers alone, where the world has arms: factors on those of all, but
    #: a limit of its own. What treated readers are asked to report may exceed 1: it is a factor.
    ("treated_posts", "credence"): 1.0,
    ("treated_stories", "flow"): 1.0,
    ("treated_stories", "report"): float("inf"),
    ("treated_stories", "recommendable"): 1.0,
    ("treated_stories", "listed"): 1,
    ("treated_stories", "pushable"): 1,
    ("treated_friction", ""): 1.0,
    ("treated_forward", ""): float("inf"),
}

#: Levers that may be raised as well: factors above 1, the value cut at its ceiling.
RAISABLE: Final = frozenset({("stories", "report"), ("treated_stories", "report")})


def for_treated(table: str) -> str:
    """The table of the levers of treated readers beside those of ``table``."""
    return f"treated_{table}"


@dataclass(eq=False)
class Factor:
    """One factor in force on one lever; keep it to lift it again."""

    table: str
    column: str
    row: int
    value: float


class Moment(NamedTuple):
    """A place in the order in which the public acts: at ``time`` (hours), after one event.

    Events at equal times come by (account, story, author, k); -1 is before all of them.
    ``posts`` is how many posts there were.
    """

    time: float
    account: int = -1
    story: int = -1
    author: int = -1
    k: int = -1
    posts: int = 0


class Change(NamedTuple):
    """One change of a lever: it counts for what the public does after ``when``."""

    when: Moment
    table: str
    column: str
    row: int
    value: float


class Levers:
    """The levers of one world and the factors in force on them.

    ``now`` says how far the public has come when a lever is moved; ``moved`` is called after.
    """

    def __init__(
        self,
        world: World,
        now: Callable[[], Moment] = lambda: Moment(0.0),
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        self._world = world
        self._now, self._moved = now, moved
        self._bases: dict[tuple[str, str, int], float] = {}
        self._factors: dict[tuple[str, str, int], list[Factor]] = {}
        #: Every change in order, of each lever its base first, at time -1.
        self.history: list[Change] = []

    def put(self, table: str, column: str, row: int, value: float) -> Factor:
        """Put a factor in [0, 1] on one lever and return it; on a raisable one, any above 0."""
        if (table, column) not in CEILINGS:
            raise KeyError(f"no such lever: {table}.{column}")
        most = float("inf") if (table, column) in RAISABLE else 1.0
        if not 0.0 <= value <= most or value == float("inf"):
            raise ValueError(
                f"a factor on {table}.{column} must be in [0, {most:g}], not {value!r}"
            )
        factor = Factor(table, column, row, value)
        if table in ("accounts", "posts") or column == "alive":
            self._world.memory["touched"] = 1
        key = (table, column, row)
        if key not in self._bases:
            self._bases[key] = self._value(*key)
            self.history.append(Change(Moment(-1.0), *key, self._bases[key]))
        self._factors.setdefault(key, []).append(factor)
        self._recompute(key)
        return factor

    def lift(self, factor: Factor) -> None:
        """Take a factor off again. ValueError if it is not in force."""
        key = (factor.table, factor.column, factor.row)
        factors = self._factors.get(key, [])
        for i, each in enumerate(factors):
            if each is factor:
                del factors[i]
                self._recompute(key)
                return
        raise ValueError("this factor is not in force")

    def base(self, table: str, column: str, row: int) -> float:
        """What a lever is without any factor."""
        key = (table, column, row)
        return self._bases[key] if key in self._bases else self._value(*key)

    def in_force(self, table: str, column: str, row: int) -> tuple[float, ...]:
        """The factors in force on one lever, in order."""
        return tuple(f.value for f in self._factors.get((table, column, row), ()))

    def _value(self, table: str, column: str, row: int) -> float:
        array = getattr(self._world, table)
        return float(array[column][row] if column else array[row])

    def _recompute(self, key: tuple[str, str, int]) -> None:
        table, column, row = key
        value = self._bases[key]
        for factor in self._factors[key]:
            value *= factor.value
        if (table, column) in RAISABLE:
            value = min(value, CEILINGS[table, column])
        self.history.append(Change(self._now(), *key, value))
        array = getattr(self._world, table)
        if column:
            array[column][row] = value
        else:
            array[row] = value
        self._moved()
