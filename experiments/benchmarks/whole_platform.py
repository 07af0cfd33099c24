"""A whole platform: the follow graph of 39.7 million accounts made, and a rumor over 1 % of them.

    python experiments/benchmarks/whole_platform.py --folder /big/disk     (see --help)

At each size a power-law graph with as many follows an account as Bluesky has is made on the disk by
``rumorsim graph make``, and a rumor spreads over it in check-in reading until 1 % of all accounts
have read it; the graph stays in its files. Each is a process of its own. Wall clock, CPU seconds
and memory go to ``results/whole_platform.json``, ``.md`` and ``.png``. Graphs are removed again.

39.7 million accounts and 2.4 billion follows: A Blue Start (2025). They need 32 GB of disk.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

RESULTS = Path(__file__).parent / "results"
SIZES = "1e4,1e5,1e6,4e6,1e7,39.7e6"
#: Follows of an account, on average: 2.4 billion among 39.7 million.
FOLLOWS = 60.4534
REACHED = 0.01
#: What the CPU seconds of a rumor are for.
PARTS = ("open", "world", "run")
#: Hours between looks at how many were reached.
STEP = 0.125


class Cost(TypedDict):
    """What one process took: seconds, and GiB at its peak, mapped files in the second."""

    wall: float
    cpu: float
    anonymous: float
    resident: float


def main() -> None:
    """The sizes asked for, one after another; results of others are kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default=SIZES, help=f"accounts, default {SIZES}")
    options.add_argument(
        "--folder", type=Path, help="where graphs go, default: where temporary files do"
    )
    options.add_argument("--memory", default="8GiB", help="for making a graph, default 8GiB")
    options.add_argument(
        "--graph", type=Path, help="a graph that is there: only the rumor is timed"
    )
    options.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--picture", action="store_true", help="only draw what is there again")
    given = options.parse_args()
    if given.run:
        print(json.dumps(rumor(given.run)))
        return
    if not given.picture:
        for size in (int(float(each)) for each in given.sizes.split(",")):
            save({"accounts": size, **measured(size, given.folder, given.memory, given.graph)})
    show()


def measured(size: int, folder: Path | None, memory: str, graph: Path | None) -> dict[str, Any]:
    """One size: the graph made, and the rumor over it."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = graph or Path(place) / "platform.mapped"
        if graph is None:
            words = ["graph", "make", "power-law", "--accounts", str(size), "--mean-followers"]
            words += [str(FOLLOWS), "--out", str(path), "--memory", memory]
            found["made"], _ = process([sys.executable, "-m", "rumorsim", *words])
        cost, said = process([sys.executable, __file__, "--run", str(path)])
        found |= json.loads(said) | {"rumor": cost}
    found["load"] = os.getloadavg()[0]
    found["when"] = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return found


def process(words: list[str]) -> tuple[Cost, str]:
    """Run a program; what it took, and what it said. Its memory is looked at 20 times a second."""
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        peak = [0, 0]

        def watch() -> None:
            while child.poll() is None:
                status = memory_of(child.pid)
                peak[:] = map(max, peak, status)
                time.sleep(0.05)

        watcher = threading.Thread(target=watch)
        watcher.start()
        said = child.stdout.read() if child.stdout else ""
        watcher.join()
    if child.returncode:
        sys.exit(f"failed: {' '.join(words)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(
        wall=time.perf_counter() - begun,
        cpu=cpu,
        anonymous=peak[0] / 2**20,
        resident=peak[1] / 2**20,
    ), said


def memory_of(pid: int) -> tuple[int, int]:
    """KiB of a process that are its own, and all that is resident."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0, 0
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    sizes = [int(lines.get(key, "0 kB").split()[0]) for key in ("RssAnon", "VmRSS")]
    return sizes[0], sizes[1]


def rumor(path: Path) -> dict[str, Any]:
    """Spread a rumor over the graph of ``path`` until 1 % have read it."""
    from rumorsim.scenario.models import Scenario
    from rumorsim.simulation.simulation import Simulation

    watching = {"kind": "close-accounts", "when": {"reports": 2**31 - 2}}
    story = {"name": "rumor", "truth": False, "category": "health", "appeal": 0.05}
    scenario = Scenario.model_validate(
        {
            "horizon": "30 d",
            "graph": {"kind": "file", "path": str(path.absolute())},
            "feed": {"attention": 20, "background": "100 per day", "daily_curve": "waking"},
            "trending": {},
            "stories": [{**story, "report": 0.001, "vigour": 1.0, "author": {"random": 20}}],
            "policies": [{"name": "watching", "interventions": [watching]}],
        }
    )
    from worlds import warm_up

    from rumorsim.scenario.inputs import build_graph

    warm_up()
    times = [os.times()]

    graph, _ = build_graph(scenario)
    times.append(os.times())
    simulation = Simulation(scenario, "watching")
    times.append(os.times())
    hours, events = 0.0, 0
    world = simulation.world
    while world.stories["reach"][0] < REACHED * graph.accounts and hours < world.horizon:
        hours += STEP
        events += len(simulation.advance(hours))
    times.append(os.times())
    spent = [
        {"user": b.user - a.user, "system": b.system - a.system}
        for a, b in itertools.pairwise(times)
    ]
    return {
        "follows": graph.follows,
        **dict(zip(PARTS, spent, strict=True)),
        "hours": hours,
        "events": events,
        "reach": int(world.stories["reach"][0]),
        "shares": int(world.stories["shares"][0]),
    }


def save(found: dict[str, Any]) -> None:
    """Keep the results of one size beside those of others."""
    place = RESULTS / "whole_platform.json"
    results = {each["accounts"]: each for each in known()}
    results[found["accounts"]] = {**results.get(found["accounts"], {}), **found}
    ordered = [results[size] for size in sorted(results)]
    place.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def known() -> list[dict[str, Any]]:
    """The results there are, by size."""
    place = RESULTS / "whole_platform.json"
    found: list[dict[str, Any]] = json.loads(place.read_text()) if place.exists() else []
    return found


def show() -> None:
    """The table and the picture of what there is."""
    rows = known()
    head = (
        "| accounts | follows | graph made: wall, CPU | its memory"
        " | open, world, run: user + system, s | wall | memory: own, all"
        " | hours | reached | load | when |"
    )
    lines = [head, "|" + " --- |" * 11]
    for each in rows:
        made, cost = each.get("made"), each["rumor"]
        cells = [
            f"{each['accounts']:,}",
            f"{each['follows']:,}",
            f"{made['wall']:,.1f} s, {made['cpu']:,.1f} s" if made else "-",
            f"{made['resident']:.2f} GiB" if made else "-",
            ", ".join(f"{each[part]['user']:.2f} + {each[part]['system']:.2f}" for part in PARTS),
            f"{cost['wall']:,.1f} s",
            f"{cost['anonymous']:.2f}, {cost['resident']:.2f} GiB",
            f"{each['hours']:.1f}",
            f"{each['reach']:,}",
            f"{each['load']:.1f}",
            each["when"],
        ]
        lines.append(f"| {' | '.join(cells)} |")
    text = "\n".join(lines) + "\n"
    (RESULTS / "whole_platform.md").write_text(text, encoding="utf-8")
    print(text)
    if len(rows) > 1:
        draw(rows)


def draw(rows: list[dict[str, Any]]) -> None:
    """Cost against size, both logarithmic, with a straight line beside."""
    from rumorsim.reports.figures.pictures import save_figure
    from rumorsim.reports.figures.style import drawing, log_axes

    sizes = [each["accounts"] for each in rows]
    with drawing(9.6, 4.2) as figure:
        seconds, memory = figure.subplots(1, 2)
        made = [each for each in rows if "made" in each]
        seconds.plot(
            [each["accounts"] for each in made], [each["made"]["cpu"] for each in made],
            "o-", markersize=4, label="graph made",
        )  # fmt: skip
        for part, label in zip(PARTS, ("graph opened", "world built", "run to 1 %"), strict=True):
            spent = [sum(each[part].values()) for each in rows]
            seconds.plot(sizes, spent, "o-", markersize=4, label=label)
        # A straight line through the largest graph, for the eye.
        last = made[-1]
        ends = [sizes[0], last["accounts"]]
        pace = last["made"]["cpu"] / last["accounts"]
        seconds.plot(ends, [pace * end for end in ends], "--", color="0.6", label="linear")
        memory.plot(
            [each["accounts"] for each in made], [each["made"]["resident"] for each in made],
            "o-", markersize=4, label="graph made",
        )  # fmt: skip
        for key, label in (("anonymous", "rumor: own"), ("resident", "rumor: with the graph's")):
            values = [each["rumor"][key] for each in rows]
            memory.plot(sizes, values, "o-", markersize=4, label=label)
        for axes, label in ((seconds, "CPU seconds"), (memory, "GiB resident at the peak")):
            log_axes(axes)
            axes.set(xlabel="accounts, 60 follows each", ylabel=label)
            axes.legend(fontsize=9)
    save_figure(figure, RESULTS / "whole_platform.png", ["png"])


if __name__ == "__main__":
    main()
