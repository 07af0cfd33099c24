"""The figure: every published effect against ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rumorsim.reports.figures.style import colour, drawing


class Compared(Protocol):
    """A published size and ours, in percent, with what each choice makes of it."""

    @property
    def expected(self) -> float: ...
    @property
    def got(self) -> float: ...
    @property
    def chosen(self) -> Mapping[Any, float]: ...


def figure(groups: Mapping[str, Sequence[Compared]], near: float) -> Any:
    """One point an effect; bars are the range over choices, the shade is what counts as near."""
    with drawing(8.5, 6.5) as made:
        ax = made.subplots()
        ax.plot([-100, 0], [-100, 0], color="#555555", linewidth=1)
        ends = [-100 * (1 + near), 0], [-100 * (1 - near), 0]
        ax.fill_between([-100, 0], *ends, color="#555555", alpha=0.12, linewidth=0)
        for place, (name, effects) in enumerate(groups.items()):
            look = {"color": colour(place), "marker": "os^Dv"[place % 5]}
            expected = [each.expected for each in effects]
            ax.scatter(expected, [each.got for each in effects], label=name, s=28, **look)
            for each in effects:
                if each.chosen:
                    ends = min(each.chosen.values()), max(each.chosen.values())
                    ax.vlines(each.expected, *ends, color=look["color"], linewidth=1)
        ax.set_xlim(-100, 2)
        ax.set_ylim(-100, 2)
        ax.set_xlabel("published change, %")
        ax.set_ylabel("change here, %")
        ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.02, 1))
    return made
