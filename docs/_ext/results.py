"""Tables and figures of ``experiments/*/results`` as parts of the page "Validation"."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sources import EXPERIMENTS

__all__ = ["RESULTS"]


def results_of(name: str, *files: str) -> Callable[[Path], str]:
    """The part that holds the tables of an experiment as they are saved."""

    def part(_: Path) -> str:
        found = [
            (EXPERIMENTS / name / "results" / each).read_text(encoding="utf-8") for each in files
        ]
        return "\n\n".join(map(below, found)) + "\n"

    return part


def below(text: str) -> str:
    """A page as a part of another: without its title, sections one level further down."""
    lines = [line for line in text.splitlines() if not line.startswith("# ")]
    return re.sub(r"^(#+ )", r"#\1", "\n".join(lines), flags=re.MULTILINE)


def figures(folder: Path) -> str:
    """Copies the figures of the experiments; the page names them one by one."""
    place = folder / "figures"
    place.mkdir(exist_ok=True)
    for each in sorted(EXPERIMENTS.glob("*/results/*.png")):
        shutil.copyfile(each, place / f"{each.parent.parent.name}-{each.name}")
    for each in sorted((EXPERIMENTS / "live").glob("*.png")):
        shutil.copyfile(each, place / f"live-{each.name}")
    return ""


RESULTS: Final[dict[str, Callable[[Path], str]]] = {
    "figures": figures,
    "validation": results_of("validation", "table.md"),
    "agreement": results_of("validation", "agreement.md"),
    "faults": results_of("validation", "faults.md"),
    "coverage": results_of("coverage", "table.md"),
    "heavy": results_of("coverage", "heavy.md"),
    "published": results_of("published", "table.md"),
    "replay": results_of("replay", "table.md"),
    "replay-twins": results_of("replay_twins", "table.md"),
    "parents": results_of("parents", "table.md"),
    "calibration": results_of("calibration", "table.md"),
    "trending": results_of("trending", "table.md"),
    "three-answers": results_of("three_answers", "table.md"),
    "benchmarks": results_of("benchmarks", "table.md"),
    **{
        f"campaign-{each.stem}": results_of("campaigns", each.name)
        for each in sorted((EXPERIMENTS / "campaigns" / "results").glob("*.md"))
    },
}
