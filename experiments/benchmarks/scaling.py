"""How cost grows with the number of accounts: seconds by size, and a log-log picture."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
from harness import Finding, Item, Sample, found, in_turn, timed
from worlds import (
    FOLLOWS,
    check_in_scenario,
    delay_scenario,
    start_of,
    timed_run,
    warm_up,
)

__all__ = ["EXPONENTS", "PARTS", "exponents", "picture", "scaling"]

#: What is timed at each size; one line of the picture each.
PARTS = ("graph", "world", "check-in run", "delay run")
EXPONENT = "cost grows as accounts to the power"


def scaling(size: int, rounds: int) -> list[Finding]:
    """CPU seconds of making a graph, building a world on it, and running it both ways."""
    from rumorsim.graphs.generators import erdos_renyi

    warm_up()
    erdos_renyi(1000, float(FOLLOWS), seed=1)
    samples: dict[str, list[Sample]] = {part: [] for part in PARTS}

    def once() -> Sample:
        made, graph = timed(lambda: erdos_renyi(size, float(FOLLOWS), seed=1))
        samples["graph"].append(made)
        for reading, scenario in (
            ("check-in run", check_in_scenario(size)),
            ("delay run", delay_scenario(size)),
        ):
            given = scenario.on(graph)
            built, simulation = timed(lambda given=given: start_of(given))  # type: ignore[misc]
            if reading == "check-in run":
                samples["world"].append(built)
            samples[reading].append(timed_run(simulation)[0])
            del simulation
        return made

    in_turn(rounds, once=once)
    return [
        found(
            Item(f"cost-{part}", f"{part}, CPU seconds", "s", more=False),
            size,
            [each.cpu for each in runs],
            wall=[each.wall for each in runs],
        )
        for part, runs in samples.items()
    ]


EXPONENTS = {
    part: Item(f"growth-{part}", f"{part}: {EXPONENT}", "", 1.1, 1.0, more=False) for part in PARTS
}


def exponents(findings: list[Finding]) -> list[Finding]:
    """The slope of each part between its two largest sizes, on logarithmic axes."""
    results = []
    for part, item in EXPONENTS.items():
        costs = _costs(findings, part)
        if len(costs) > 1:
            (below, less), (above, more) = sorted(costs.items())[-2:]
            slope = float(np.log(more / less) / np.log(above / below))
            results.append(found(item, above, [slope], note=f"between {below:,} and {above:,}"))
    return results


def _costs(findings: list[Finding], part: str) -> dict[int, float]:
    return {
        each.size: statistics.median(each.values)
        for each in findings
        if each.item.name == f"cost-{part}"
    }


def picture(findings: list[Finding], path: Path) -> bool:
    """Draw cost by size; False when there are not two sizes to draw."""
    lines = {part: _costs(findings, part) for part in PARTS}
    if max(map(len, lines.values())) < 2:
        return False
    from rumorsim.reports.figures.pictures import save_figure
    from rumorsim.reports.figures.style import drawing, log_axes

    with drawing(6.4, 4.6) as figure:
        axes = figure.subplots()
        for part, costs in lines.items():
            sizes = sorted(costs)
            axes.plot(sizes, [costs[size] for size in sizes], "o-", markersize=4, label=part)
        ends = np.array([min(min(costs) for costs in lines.values() if costs),
                         max(max(costs) for costs in lines.values() if costs)])  # fmt: skip
        low = min(costs[min(costs)] for costs in lines.values() if costs)
        axes.plot(ends, low / 2 * ends / ends[0], "--", color="0.6", label="linear")
        log_axes(axes)
        axes.set(xlabel="accounts, 20 follows each", ylabel="CPU seconds")
        axes.set_title("Cost by size (median of rounds)")
        axes.legend()
    save_figure(figure, path, ["png"])
    return True
