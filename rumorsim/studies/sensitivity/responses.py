"""The indices of every parameter for every response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.plurals import counted
from rumorsim.common.shown import listed
from rumorsim.studies.runner.answering import (
    SavedAnswer,
    made_with,
)
from rumorsim.studies.statistics.indices import (
    Index,
)

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Response:
    """What moves one response: the number under ``policy``, or its difference to ``none``.

    ``values[point, world]``; ``noise``: see :func:`.indices.noise`.
    """

    policy: str
    difference: bool
    values: NDArray[np.float64]
    indices: tuple[Index, ...]
    noise: float


@dataclass(frozen=True, repr=False)
class SensitivityIndices(SavedAnswer):
    """The indices of every parameter for every response."""

    name: str
    method: str
    key: str
    parameters: tuple[str, ...]
    points: tuple[Mapping[str, Any], ...]
    seeds: tuple[int, ...]
    responses: tuple[Response, ...]
    scenario: Mapping[str, Any]
    study: Mapping[str, Any]
    source: str = field(default="", compare=False, repr=False)
    #: Runs that were not made: see :func:`.compare`.
    reused: int = field(default=0, compare=False)

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [
            ("study", self.name),
            ("method", f"{self.method}, {counted(len(self.points), 'point')}"),
            ("number", self.key),
            ("parameters", listed(self.parameters)),
            ("worlds", len(self.seeds)),
            ("policies", listed(response.policy for response in self.responses)),
        ]

    def rows(self) -> list[dict[str, Any]]:
        """One row for each index: policy, what is explained, parameter, index, its interval."""
        return [
            {
                "policy": response.policy,
                "explained": "difference to none" if response.difference else "value",
                "measure": self.key,
                "parameter": index.parameter,
                "index": index.name,
                "value": index.value,
                "low": index.low,
                "high": index.high,
            }
            for response in self.responses
            for index in response.indices
        ]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "name": self.name,
            "method": self.method,
            "measure": self.key,
            "level": 0.95,
            "parameters": list(self.parameters),
            "points": len(self.points),
            "seeds": list(self.seeds),
            "noise": {
                each.policy: None if np.isnan(each.noise) else each.noise for each in self.responses
            },
            "indices": self.rows(),
            "scenario": dict(self.scenario),
            "provenance": made_with(self.scenario),
            "study": dict(self.study),
        }

    def _point_rows(self) -> list[dict[str, Any]]:
        """One row for each point and response: parameters, then each world."""
        worlds = [f"seed {seed}" for seed in self.seeds]
        return [
            {"point": p, **point, "policy": response.policy, **dict(zip(worlds, row, strict=True))}
            for response in self.responses
            for p, (point, row) in enumerate(
                zip(self.points, response.values.tolist(), strict=True)
            )
        ]
