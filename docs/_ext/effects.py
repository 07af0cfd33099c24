"""The picture of each intervention: one small world with it and without it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from effect_examples import EXAMPLES, SEED, WORLD, Example

import rumorsim

__all__ = ["Effect", "effect_of", "picture"]

_BEFORE: Final = "#8a8f98"
_AFTER: Final = "#1f6f8b"


class Effect(NamedTuple):
    """Accounts exposed to the story over time (hours), without and with the intervention."""

    story: str
    beside: bool
    time: tuple[list[float], list[float]]
    accounts: tuple[list[float], list[float]]

    @property
    def reach(self) -> tuple[int, int]:
        """Accounts exposed by the horizon, without and with it."""
        return int(self.accounts[0][-1]), int(self.accounts[1][-1])


def scenario_of(kind: str, example: Example) -> rumorsim.Scenario:
    """The scenario of a picture: the policies "without" and "with"."""
    values: dict[str, Any] = {**WORLD, **example.world}
    beside = list(example.beside)
    values["policies"] = [
        {"name": "without", "interventions": beside},
        {"name": "with", "interventions": [*beside, {"kind": kind, **example.settings}]},
    ]
    return rumorsim.Scenario(**values)


def effect_of(kind: str) -> Effect:
    """What the example of an intervention does in its small world."""
    example = EXAMPLES[kind]
    scenario = scenario_of(kind, example)
    times, accounts = [], []
    for policy in ("without", "with"):
        result = rumorsim.run(scenario, policy, SEED, measures=["reach"])
        curve: Mapping[str, list[float]] = result.measures["reach"]["stories"][example.story][
            "over_time"
        ]
        times.append(list(curve["time"]))
        accounts.append(list(curve["accounts"]))
    return Effect(
        example.story, bool(example.beside), (times[0], times[1]), (accounts[0], accounts[1])
    )


def picture(kind: str, effect: Effect, place: Path) -> None:
    """Draw the effect of an intervention as SVG."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 2.5), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    names = ("without it", f"with {kind}")
    for time, accounts, color, name in zip(
        effect.time, effect.accounts, (_BEFORE, _AFTER), names, strict=True
    ):
        axes.step(time, accounts, where="post", color=color, linewidth=1.8, label=name)
    axes.set(xlabel="hours", ylabel="accounts reached", xlim=(0, None), ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="best", fontsize="small")
    # The same input gives the same bytes: no date, and ids that do not change.
    figure.savefig(place, metadata={"Date": None})
