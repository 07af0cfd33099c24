"""Findings as a line on the screen, a markdown table and JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from harness import Finding, Item

__all__ = ["findings_of", "line", "machine", "markdown", "write"]

PACKAGES = ("numpy", "numba", "networkx", "simpy", "EoN", "ndlib", "cynetdiff", "pyarrow")


def number(value: float | None) -> str:
    """Three digits, in full."""
    if value is None:
        return "-"
    if value == 0 or 0.01 <= abs(value) < 1:
        return f"{value:.2f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _got(finding: Finding) -> str:
    if not finding.values:
        return "-"
    text = number(finding.median)
    if len(finding.values) > 1:
        text += f" ({number(min(finding.values))} to {number(max(finding.values))})"
    return text


def _cells(finding: Finding) -> list[str]:
    item = finding.item
    wall = number(statistics.median(finding.wall)) if finding.wall else "-"
    return [
        item.says,
        f"{finding.size:,}" if finding.size else "-",
        f"{number(item.floor)} / {number(item.goal)} {item.unit}".strip(),
        _got(finding),
        wall,
        finding.verdict,
        f"{finding.load:.1f}",
        finding.when,
        finding.note,
    ]


def line(finding: Finding) -> str:
    """One finding on the screen."""
    says, size, wanted, got, wall, verdict, load, _, note = _cells(finding)
    return (
        f"{size:>11}  {says:<62} {got:>26}  wanted {wanted:<14} {verdict}"
        f"  [wall {wall}; load {load}] {note}"
    )


def markdown(findings: list[Finding], about: dict[str, Any]) -> str:
    """A table of all findings, and under what they were got."""
    heads = ["what", "accounts", "floor / goal", "got (range)", "by wall clock", "verdict",
             "load", "when", "note"]  # fmt: skip
    rows = [heads, ["---"] * len(heads), *map(_cells, findings)]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    told = ", ".join(f"{name} {value}" for name, value in about["versions"].items())
    return (
        f"{about['time']}, {about['cores']} cores ({about['processor']}), Python"
        f" {about['python']}, {told}.\n\n{table}\n"
    )


def machine() -> dict[str, Any]:
    """What the numbers were got on."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "absent"
    return {
        "time": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": versions,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for each in info.read_text().splitlines():
            if each.startswith("model name"):
                return each.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def write(findings: list[Finding], about: dict[str, Any], folder: Path) -> None:
    """``results.json`` and ``table.md`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {"about": about, "findings": [asdict(each) for each in findings]}
    (folder / "results.json").write_text(json.dumps(whole, indent=1) + "\n")
    (folder / "table.md").write_text(markdown(findings, about))


def findings_of(path: Path) -> list[Finding]:
    """The findings that :func:`write` saved; none where there is no file."""
    if not path.exists():
        return []
    results = []
    for each in json.loads(path.read_text())["findings"]:
        values, wall = tuple(each.pop("values")), tuple(each.pop("wall"))
        item = Item(**each.pop("item"))
        results.append(Finding(item=item, values=values, wall=wall, **each))
    return results
