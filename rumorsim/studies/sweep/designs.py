"""Designs: which values of the parameters go together.

Each design gives its number of points before it makes any.

Drawn designs use addressed draws of a seed of their own, so they are the same on every
machine, add no draw to any world, and move no other generator.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rumorsim.common.errors import Fault, nearest, show_value
from rumorsim.common.randomness import Purpose, address_word, philox, philox_array, uniform_array
from rumorsim.common.settings import Model
from rumorsim.studies.sweep.parameters import Parameter, Value

#: The values of all parameters, in their order.
Point = tuple[Any, ...]
_MOST_POINTS: Final = 10_000_000

#: The first word of the address of a draw, by what is drawn.
_CELL, _PLACE, _SHIFT, _LEVEL, _ORDER = (address_word(Purpose.REPLICATE, i) for i in range(1, 6))
#: Bits of a coordinate of Sobol' points.
_BITS: Final = 30


class _Design(Model):
    """What all designs share."""

    def count(self, parameters: Sequence[Parameter]) -> int:
        """How many points it has."""
        raise NotImplementedError

    def points(self, parameters: Sequence[Parameter]) -> Iterator[Point]:
        """Its points, in order."""
        raise NotImplementedError

    def faults(self, parameters: Sequence[Parameter]) -> Iterator[Fault]:
        """What the parameters lack for it, or have in vain."""
        for i, parameter in enumerate(parameters):
            if parameter.values is None and not parameter.ranged:
                yield _fault(i, "has neither values nor low and high", "add one of them")


def _fault(i: int, rule: str, advice: str, key: str = "") -> Fault:
    return Fault(rule, "", f"parameters[{i}]{key}", "", advice)


class Grid(_Design):
    """Every value of each parameter with every value of all others."""

    kind: Literal["grid"]

    def count(self, parameters: Sequence[Parameter]) -> int:
        """The product of the numbers of values."""
        return math.prod(len(p.values or ()) or p.steps or 2 for p in parameters)

    def points(self, parameters: Sequence[Parameter]) -> Iterator[Point]:
        """The last parameter varies fastest."""
        yield from product(*(parameter.grid() for parameter in parameters))

    def faults(self, parameters: Sequence[Parameter]) -> Iterator[Fault]:
        """A range must say its steps."""
        yield from super().faults(parameters)
        for i, parameter in enumerate(parameters):
            if parameter.ranged and parameter.steps is None:
                yield _fault(i, "needs steps in a grid", "say how many values from low to high")


class Listed(_Design):
    """The points that are written down, and no others."""

    kind: Literal["list"]
    points_given: tuple[dict[str, Value], ...] = Field(
        alias="points",
        strict=False,
        min_length=1,
        max_length=_MOST_POINTS,
        description="for each point a table with the value of every parameter by its name",
    )

    def count(self, parameters: Sequence[Parameter]) -> int:
        """As many as are written down."""
        return len(self.points_given)

    def points(self, parameters: Sequence[Parameter]) -> Iterator[Point]:
        """In the order of the file."""
        for point in self.points_given:
            yield tuple(point[parameter.name] for parameter in parameters)

    def faults(self, parameters: Sequence[Parameter]) -> Iterator[Fault]:
        """Every point has every parameter; the parameters have no values of their own."""
        names = [parameter.name for parameter in parameters]
        for i, parameter in enumerate(parameters):
            if parameter.values is not None or parameter.ranged:
                yield _fault(i, "has values although the design lists points", "remove them")
        for i, point in enumerate(self.points_given):
            key = f"design.points[{i}]"
            for name in point.keys() - set(names):
                shown = show_value(name)
                yield Fault("there is no such parameter", "", key, shown, nearest(name, names))
            for name in [each for each in names if each not in point]:
                yield Fault(f"lacks a value for {show_value(name)}", "", key, "", "add it")


class _Drawn(_Design):
    """Points in the unit cube, drawn, then put on the parameters' scales."""

    seed: int = Field(1, ge=0, lt=2**64, description="of the design's own draws, not the worlds'")

    def units(self, dimensions: int) -> NDArray[np.float64]:
        """The points in [0, 1]: float64[points, dimensions]."""
        raise NotImplementedError

    def points(self, parameters: Sequence[Parameter]) -> Iterator[Point]:
        """In the order they are drawn."""
        for row in self.units(len(parameters)).tolist():
            yield tuple(p.at(unit) for p, unit in zip(parameters, row, strict=True))

    def faults(self, parameters: Sequence[Parameter]) -> Iterator[Fault]:
        """There must be something to vary; steps belong to grids."""
        yield from super().faults(parameters)
        if not parameters:
            yield Fault("has nothing to vary", "", "design", "", "add [[parameters]]")
        for i, parameter in enumerate(parameters):
            if parameter.steps is not None:
                yield _fault(i, "has no effect outside a grid", "remove it", ".steps")


class LatinHypercube(_Drawn):
    """Each parameter's range cut into as many equal parts as points, each part used once.

    McKay, Beckman and Conover, Technometrics 21 (1979).
    """

    kind: Literal["latin-hypercube"]
    number: int = Field(alias="points", ge=2, le=_MOST_POINTS, description="how many points")

    def count(self, parameters: Sequence[Parameter]) -> int:
        """As many as asked for."""
        return self.number

    def units(self, dimensions: int) -> NDArray[np.float64]:
        """One point in each part of each dimension, at a random place within it."""
        rows = np.arange(self.number)[:, None]
        columns = np.arange(dimensions)[None, :]
        order = philox_array(self.seed, _CELL, rows, columns, 0)[0]
        parts = np.argsort(np.argsort(order, axis=0, kind="stable"), axis=0, kind="stable")
        inside = uniform_array(philox_array(self.seed, _PLACE, rows, columns, 0)[0])
        units: NDArray[np.float64] = (parts + inside) / self.number
        return units


class Sobol(_Drawn):
    """Sobol' points, moved by one random digital shift: evenly spread, and unbiased.

    Sobol', USSR Comp. Math. 7 (1967), with the direction numbers of Joe and Kuo (2008).
    """

    kind: Literal["sobol"]
    number: int = Field(
        alias="points", ge=2, le=2**20, description="how many points, a power of two"
    )

    @model_validator(mode="after")
    def _balanced(self) -> Sobol:
        if self.number & (self.number - 1):
            raise ValueError("points must be a power of two: others are not balanced")
        return self

    def count(self, parameters: Sequence[Parameter]) -> int:
        """As many as asked for."""
        return self.number

    def units(self, dimensions: int) -> NDArray[np.float64]:
        """The first points of the sequence, shifted, each in the middle of its cell."""
        from scipy.stats import qmc

        raw = qmc.Sobol(dimensions, scramble=False, bits=_BITS).random(self.number)
        columns = np.arange(dimensions)
        shift = philox_array(self.seed, _SHIFT, columns, 0, 0)[0] >> np.uint64(32 - _BITS)
        cells = (raw * 2.0**_BITS).astype(np.uint64) ^ shift
        units: NDArray[np.float64] = (cells.astype(np.float64) + 0.5) / 2.0**_BITS
        return units


class Morris(_Drawn):
    """Trajectories that move one parameter at a time by half its range or a little more.

    Morris, Technometrics 33 (1991).
    """

    kind: Literal["morris"]
    trajectories: int = Field(
        ge=1, le=1_000_000, description="how many; each has one point more than parameters"
    )
    levels: int = Field(
        4, ge=2, le=1000, description="values of each parameter that are used, an even number"
    )

    @model_validator(mode="after")
    def _even(self) -> Morris:
        if self.levels % 2:
            raise ValueError("levels must be even, so that every level is as likely as the others")
        return self

    def count(self, parameters: Sequence[Parameter]) -> int:
        """One more than parameters for each trajectory."""
        return self.trajectories * (len(parameters) + 1)

    def units(self, dimensions: int) -> NDArray[np.float64]:
        """Trajectory after trajectory, each from a random level in a random order."""
        rows = []
        for trajectory in range(self.trajectories):
            draws = [(philox(self.seed, _LEVEL, trajectory, d, 0)[0], d) for d in range(dimensions)]
            level = [word * self.levels >> 32 for word, _ in draws]
            order = sorted(
                (philox(self.seed, _ORDER, trajectory, d, 0)[0], d) for d in range(dimensions)
            )
            rows.append(list(level))
            for _, d in order:
                step = self.levels // 2
                level[d] += step if level[d] < step else -step
                rows.append(list(level))
        return np.array(rows, np.float64) / (self.levels - 1)


AnyDesign = Annotated[Grid | Listed | LatinHypercube | Sobol | Morris, Field(discriminator="kind")]
