"""The indices of every parameter for every response, in words, as tables and as one figure."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.plurals import counted
from rumorsim.common.shown import listed
from rumorsim.reports.figures.style import colour, drawing
from rumorsim.reports.figures.tables import aligned, shortened, shortened_names
from rumorsim.studies.runner.answering import (
    AnswerDirectory,
    SavedAnswer,
    answer_subject,
    made_with,
)
from rumorsim.studies.runner.queue import not_needed
from rumorsim.studies.statistics.indices import OUT_OF_RANGE, Index, as_parts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rumorsim.studies.statistics.indices import Index

HOLDS: Final = "sensitivity"


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
class Sensitivity(SavedAnswer):
    """The indices of every parameter for every response.

    ``method`` is "sobol" or "morris", ``key`` the number explained, ``points`` the values of
    the parameters by name, ``seeds`` the worlds.
    """

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

    def text(self) -> str:
        """The tables for people."""
        return answer_text(self)

    def _claim(self) -> Claim:
        return Claim.of(HOLDS, answer_subject(self.scenario, self.study), self.source)

    def _write(self, directory: AnswerDirectory) -> None:
        directory.text("sensitivity.txt", self.text() + "\n")
        directory.json("sensitivity.json", self.as_dict())
        directory.csv("indices.csv", self.rows())
        directory.csv("points.csv", self._point_rows())

    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        return "indices.png", lambda: picture(self)


_MEANING: Final = {
    "sobol": [
        "first: the part of the variance that goes when the parameter alone is known; total: the"
        " part that stays when all others are known. total - first is what it does together with"
        " others.",
    ],
    "morris": [
        "Effects of moving a parameter over its whole range: mean, mean size (mu*), and spread (the"
        " effect depends on the other parameters, or is not a straight line).",
    ],
}
_SHOWN: Final = {"sobol": ("first", "total"), "morris": ("size", "spread")}


def answer_text(found: Sensitivity) -> str:
    """A table for each response, what the columns mean, and how much is luck."""
    worlds = counted(len(found.seeds), "coupled world")
    points = counted(len(found.points), "point")
    head = f"{found.name}: {found.method} indices of {found.key}, {points} in "
    lines = [head + worlds + ", 95 % bootstrap intervals (points and worlds)", ""]
    for response in found.responses:
        same = _is_flat(response)
        table = ["  the same at every point"] if same else _table(response, found)
        lines += [_what(response), *table, *([] if same else [_luck(response)]), ""]
    note = textwrap.wrap(OUT_OF_RANGE, 92) if any(map(_out_of_range, found.responses)) else []
    told = not_needed(found.reused, len(found.points) * len(found.responses) * len(found.seeds))
    return "\n".join([*lines, *_MEANING[found.method], *note, *([told] if told else [])])


def _out_of_range(response: Response) -> bool:
    return any(_parts(index) != index[2:] for index in response.indices)


def _parts(index: Index) -> tuple[float, ...]:
    """Estimate, lower and upper end as people read them."""
    return as_parts(index.name, (index.value, index.low, index.high))


def _is_flat(response: Response) -> bool:
    """Whether it is the same at every point, so that no parameter moves it."""
    return float(response.values.mean(axis=1).std()) == 0.0


def _what(response: Response) -> str:
    if response.difference:
        return f'"{response.policy}", change from none in the same worlds'
    return f'"{response.policy}"'


def _table(response: Response, found: Sensitivity) -> list[str]:
    names = list(dict.fromkeys(index.name for index in response.indices))
    by = {(index.parameter, index.name): index for index in response.indices}
    order = sorted(found.parameters, key=lambda each: -by[each, _SHOWN[found.method][-1]].value)
    if found.method == "morris":
        order = sorted(found.parameters, key=lambda each: -by[each, "size"].value)
    rows = [["", *names]]
    rows += [[shortened(each, 30), *(_cell(by[each, name]) for name in names)] for each in order]
    return aligned(rows, "  ")


def _cell(index: Index) -> str:
    parts = _parts(index)
    size = max(map(abs, parts))
    digits = 2 if size < 10 else 1 if size < 100 else 0
    value, low, high = (f"{round(each, digits) + 0.0:,.{digits}f}" for each in parts)
    return f"{value} ({low} to {high})"


def _luck(response: Response) -> str:
    if math.isnan(response.noise):
        return "  one world: the part of this that is chance cannot be estimated"
    part = f"{100 * response.noise:.2g} %"
    return f"  chance differences between worlds: {part} of the variance between points" + (
        "; add replicates, totals are too high by up to that" if response.noise > 0.05 else ""
    )


def picture(found: Sensitivity) -> Figure:
    """For each response that varies a panel, on one scale: both indices of each parameter."""
    shown = [each for each in found.responses if not _is_flat(each)] or list(found.responses[:1])
    count = len(shown)
    with drawing(3.4 + 2.6 * count, 1.8 + 0.55 * len(found.parameters)) as drawn:
        axes = drawn.subplots(1, count, squeeze=False, sharex=True, sharey=True)[0]
        for ax, response in zip(axes, shown, strict=True):
            _panel(ax, response, found)
        handles, labels = axes[0].get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside lower center", ncols=2)
    return drawn


def _panel(ax: Axes, response: Response, found: Sensitivity) -> None:
    words = {
        "first": "first order: alone",
        "total": "total: with others",
        "size": "mean size of the effect",
        "spread": "spread of the effect",
    }
    for place, name in enumerate(_SHOWN[found.method]):
        some = {index.parameter: index for index in response.indices if index.name == name}
        rows = [row + 0.2 * (2 * place - 1) for row in range(len(found.parameters))]
        for row, parameter in zip(rows, found.parameters, strict=True):
            _, *ends = _parts(some[parameter])
            ax.plot(ends, [row, row], color=colour(place), linewidth=2.4)
        ax.plot(
            [_parts(some[each])[0] for each in found.parameters], rows, "os"[place],
            color=colour(place), markersize=6, label=words[name],
        )  # fmt: skip
    ax.axvline(0, color="#333333", linewidth=1)
    ax.set_yticks(range(len(found.parameters)), shortened_names(found.parameters, 28))
    ax.set_ylim(len(found.parameters) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    title = f"{shortened(response.policy, 26)}{', change from none' if response.difference else ''}"
    ax.set_title(title)
    ax.set_xlabel("part of the variance" if found.method == "sobol" else "effect over the range")
