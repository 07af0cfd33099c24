"""Posterior: weighted draws of parameters that a calibration left, and which of them a world has.

A directory of a calibration holds ``posterior.csv`` (one row a draw: its number, its weight, the
value of each parameter) and ``calibration.json``, which says which dotted keys of the scenario a
parameter sets. Every world has one draw, the same under every policy, so that differences stay
paired and their intervals include what is not known of the parameters.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.csv_text import read_csv
from rumorsim.common.errors import Fault, InputError
from rumorsim.common.provenance import digest_of
from rumorsim.scenario.shipped import posterior_place

#: The files of a calibration's directory that hold its posterior.
DRAWS: Final = "posterior.csv"
CALIBRATION: Final = "calibration.json"
#: Weights whose sum is this near to 1 are taken to sum to 1.
_ONE: Final = 1e-9
#: 2**64 over the golden ratio, odd: consecutive seeds are spread evenly over the draws.
_GOLDEN: Final = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Drawn:
    """A parameter as it was drawn: its ``name`` and the dotted ``keys`` that it sets."""

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Weighted draws of the parameters of a scenario.

    Attributes
    ----------
    name : str
        Name of the calibration.
    parameters : tuple of Drawn
        The parameters, in the order of ``values``.
    weights : float64 array of shape [draws]
        Weights of the draws; they sum to 1.
    values : tuple of tuple
        Value of each parameter in each draw, [draws][parameters], as a scenario takes it.
    digest : str
        SHA-256 of names, keys, weights and values, which says whose draws an answer rests on.
    """

    name: str
    parameters: tuple[Drawn, ...]
    weights: NDArray[np.float64]
    values: tuple[tuple[Any, ...], ...]

    @classmethod
    def load(cls, directory: str | Path) -> Posterior:
        """Read the posterior that a calibration wrote.

        Parameters
        ----------
        directory : str or path
            The folder given to :func:`.calibrate` as ``out``, or the name of a posterior that comes
            with rumorsim, such as ``weibo-2012``.

        Returns
        -------
        Posterior

        Raises
        ------
        InputError
            If there is no finished calibration, or its files do not belong together.
        """
        place = posterior_place(directory)
        try:
            said = json.loads((place / CALIBRATION).read_text(encoding="utf-8"))
            rows = list(read_csv(place / DRAWS))
            parameters = tuple(
                Drawn(each["name"], tuple(each["keys"])) for each in said["parameters"]
            )
            weights = np.array([float(row["weight"]) for row in rows])
            values = tuple(tuple(json.loads(row[each.name]) for each in parameters) for row in rows)
            name = str(said["name"])
        except FileNotFoundError:
            advice = "name the --out of a finished `rumorsim calibrate`"
            rule = "holds no posterior"
            raise InputError(Fault(rule, file=str(place), advice=advice)) from None
        except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
            rule = f"holds a posterior that cannot be read ({error})"
            advice = "run `rumorsim calibrate` again"
            raise InputError(Fault(rule, file=str(place), advice=advice)) from None
        if not len(weights) or not np.isfinite(weights).all() or weights.min() < 0:
            rule = "holds weights that are not numbers of at least 0"
            raise InputError(Fault(rule, file=str(place / DRAWS)))
        if not weights.sum() > 0:
            raise InputError(Fault("holds no draw of a weight above 0", file=str(place / DRAWS)))
        total = float(weights.sum())
        # Weights that were saved once they summed to 1 keep every digit, and so the digest.
        weights = weights if math.isclose(total, 1.0, rel_tol=_ONE) else weights / total
        return cls(name, parameters, weights, values)

    def __len__(self) -> int:
        """How many draws there are."""
        return len(self.values)

    @property
    def digest(self) -> str:
        """SHA-256 of names, keys, weights and values."""
        return digest_of(
            {
                "parameters": [[each.name, list(each.keys)] for each in self.parameters],
                "weights": self.weights.tolist(),
                "values": [list(row) for row in self.values],
            }
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """The dotted keys of the scenario that are drawn."""
        return tuple(key for each in self.parameters for key in each.keys)

    def place(self, seed: int) -> int:
        """The number of the draw that the world of a seed has.

        Consecutive seeds are spread over the draws in proportion to their weights, evenly rather
        than at random; any seed has the same draw in every study.
        """
        at = ((seed * _GOLDEN) % 2**64) * 2.0**-64
        found = int(np.searchsorted(np.cumsum(self.weights), at, side="right"))
        return min(found, len(self.values) - 1)

    def overrides(self, seed: int) -> dict[str, Any]:
        """The dotted keys and values of the draw that the world of a seed has."""
        return self.overrides_of(self.place(seed))

    def overrides_of(self, place: int) -> dict[str, Any]:
        """The dotted keys and values of the draw of this number."""
        return overrides_of(self.parameters, self.values[place])


def overrides_of(parameters: Sequence[Drawn], values: Sequence[Any]) -> dict[str, Any]:
    """The dotted keys that parameters set to ``values``, one a parameter."""
    found: Mapping[str, Any] = {
        key: value for each, value in zip(parameters, values, strict=True) for key in each.keys
    }
    return dict(found)
