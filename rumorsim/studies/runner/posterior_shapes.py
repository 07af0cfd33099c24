"""Shapes of what answers save of a posterior, and whether its draws fit the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rumorsim.common.saved_json import Saved


class _World(Saved):
    seed: int
    draw: int
    values: dict[str, Any]


class _Parameter(Saved):
    name: str
    keys: list[str]


class PosteriorShape(Saved):
    """What parameters were drawn from, and the draw of each world."""

    name: str
    digest: str
    draws: int
    parameters: list[_Parameter]
    worlds: list[_World]


class WidthShape(Saved):
    """How much of the width of a policy's interval comes from not knowing the parameters."""

    policy: str
    said: str
    share: float | None


def faults_of_draws(sweep: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Keys of a sweep's manifest that do not fit its posterior, and why."""
    posterior = sweep.get("posterior")
    if posterior is None:
        return
    if len(posterior["worlds"]) != sweep["replicates"]:
        yield "posterior.worlds", "must be one for each world"
    draws = len({each["draw"] for each in posterior["worlds"]})
    if any(len(each) != draws for row in sweep["settings"] for each in row):
        yield "settings", "must have a digest for each draw"
