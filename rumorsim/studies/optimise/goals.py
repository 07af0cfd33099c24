"""What an optimisation wants: rumor reach, legitimate reach lost, cost, and a target."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.studies.runner.answering import check_key, measure_of

FALSE: Final = "reach.truth.false.accounts"
TRUE: Final = "reach.truth.true.accounts"
ACTIONS: Final = "enforcement.actions"

Floats = NDArray[np.float64]
_FORM: Final = re.compile(r"(\d+\.?\d*|\.\d+)\s*(%?)")


def read_prices(written: Sequence[str]) -> dict[str, float]:
    """Prices from "KEY=NUMBER"; InputError for what is none. Empty for none at all."""
    prices: dict[str, float] = {}
    faults = []
    for each in written:
        key, _, number = each.partition("=")
        try:
            prices[key.strip()] = float(number)
        except ValueError:
            rule = "must be the dotted name of a number, =, and what one of it costs"
            faults.append(Fault(rule, "", "price", show_value(each), f'such as "{ACTIONS}=1"'))
    if faults:
        raise InputError(faults)
    return prices


@dataclass(frozen=True)
class Target:
    """The reach of false stories may be at most ``size``: a part of ``none``'s, or accounts."""

    size: float
    relative: bool

    @classmethod
    def read(cls, text: str) -> Target:
        """From "70%" or "5000"; InputError for anything else."""
        found = _FORM.fullmatch(text.strip())
        size = math.nan if found is None else float(found[1])
        if found is None or not math.isfinite(size) or (found[2] and size > 100):
            advice = 'such as "70%" (of the reach under none) or "5000" (accounts)'
            rule = "must be a part of the reach under none or a number of accounts"
            raise InputError(Fault(rule, "", "at_most", show_value(text), advice))
        return cls(size / 100 if found[2] else size, bool(found[2]))

    def excess(self, false: Floats, base: Floats) -> Floats:
        """World by world: how much the reach is above the target (its mean counts)."""
        allowed = self.size * base if self.relative else np.full_like(base, self.size)
        above: Floats = false - allowed
        return above

    @property
    def written(self) -> str:
        """As :meth:`read` takes it."""
        return f"{100 * self.size:g}%" if self.relative else f"{self.size:g}"

    def __str__(self) -> str:
        if self.relative:
            return f"reach of false stories at most {100 * self.size:g} % of that under none"
        return f"reach of false stories at most {self.size:,g} accounts"


@dataclass(frozen=True)
class Goal:
    """``target`` None: the whole frontier. ``prices``: cost of one of each of these numbers."""

    target: Target | None
    prices: Mapping[str, float]

    @classmethod
    def of(
        cls,
        at_most: str | None,
        prices: Mapping[str, float] | None,
        scenario: Mapping[str, Any] | None = None,
    ) -> Goal:
        """From what people write; InputError with every fault.

        ``scenario`` in its resolved form says which measures were handed over.
        """
        faults: list[Fault] = []
        wanted = dict(prices or {ACTIONS: 1.0})
        for key, price in wanted.items():
            try:
                check_key(key, "price", ACTIONS, scenario)
            except InputError as error:
                faults += error.faults
            if not (price >= 0 and math.isfinite(price)):
                faults.append(Fault("must be 0 or more", "", f"price of {key}", str(price)))
        target = None
        try:
            target = None if at_most is None else Target.read(at_most)
        except InputError as error:
            faults += error.faults
        if faults:
            raise InputError(faults)
        return cls(target, wanted)

    @property
    def keys(self) -> tuple[str, ...]:
        """The numbers it takes of each run: false reach, true reach, then what has a price."""
        return (FALSE, TRUE, *self.prices)

    @property
    def measures(self) -> list[str]:
        """The measures that give them."""
        return list(dict.fromkeys(measure_of(key) for key in self.keys))

    def costs(self, table: Floats) -> Floats:
        """Cost by world from a table (worlds, keys); never below zero."""
        prices = np.array(list(self.prices.values()))
        costs: Floats = table[:, 2:] @ prices
        return costs

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "target": None if self.target is None else str(self.target),
            "at_most": None if self.target is None else self.target.written,
            "prices": dict(self.prices),
        }
