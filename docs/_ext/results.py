"""Tables and figures of ``experiments/*/results`` as parts of the page "Validation"."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sources import EXPERIMENTS

__all__ = ["RESULTS", "TABLES"]


def table_of(path: str) -> Callable[[Path], str]:
    """The part that holds a table of an experiment as it is saved."""

    def part(_: Path) -> str:
        return below((EXPERIMENTS / path).read_text(encoding="utf-8")) + "\n"

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


#: The saved tables that are shown, by part; paths are below ``experiments/``.
TABLES: Final = {
    "validation": "validation/results/table.md",
    "agreement": "validation/results/agreement.md",
    "faults": "validation/results/faults.md",
    "coverage": "coverage/results/table.md",
    "heavy": "coverage/results/heavy.md",
    "published": "published/results/table.md",
    "replay": "replay/results/table.md",
    "replay-twins": "replay_twins/results/table.md",
    "parents": "parents/results/table.md",
    "calibration": "calibration/results/table.md",
    "self-check": "calibration/self_check/results/table.md",
    "trending": "trending/results/table.md",
    "explain": "explain/results/table.md",
    "three-answers": "three_answers/results/table.md",
    "designs": "designs/results/table.md",
    "benchmarks": "benchmarks/results/table.md",
    "whole-platform": "benchmarks/results/whole_platform.md",
    **{
        f"campaign-{each.stem}": f"campaigns/results/{each.name}"
        for each in sorted((EXPERIMENTS / "campaigns" / "results").glob("*.md"))
    },
}
RESULTS: Final[dict[str, Callable[[Path], str]]] = {
    "figures": figures,
    **{part: table_of(path) for part, path in TABLES.items()},
}
