"""Section: everything else that was measured, one folded table a measure, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from rumorsim.measures import MEASURES, describe
from rumorsim.reports.parts import Column, Folded, Section, Table
from rumorsim.reports.wording import in_worlds, over
from rumorsim.studies.effects import cell

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved


#: Rows a measure shows at most; the rest stands in the files of the directory.
MOST_ROWS: Final = 40
#: Finer cuts of numbers that are there as a whole.
_FINE: Final = re.compile(r"\.(interventions|generations)\.|\.(q\d+|min|count|of|right)$")


def numbers_section(saved: Saved) -> Section | None:
    """The means of each measure under each policy."""
    measures: dict[str, list[str]] = {}
    for key in saved.keys:
        if saved.ever(key):
            measures.setdefault(key.split(".", 1)[0], []).append(key)
    parts = [_measure(saved, name, keys) for name, keys in measures.items()]
    return Section("numbers", "All measures", parts, paper=False) if parts else None


def _measure(saved: Saved, name: str, keys: list[str]) -> Folded:
    wanted = shown_of(keys)
    columns = [Column("", numeric=False), Column("unit", numeric=False)]
    columns += [Column(policy) for policy in saved.policies]
    rows, raw = [], []
    for key in wanted:
        meaning = describe(key, saved.scenario)
        unit = meaning.unit if meaning else ""
        changes = [saved.change(policy, key) for policy in saved.policies]
        shown = key.removeprefix(f"{name}.").replace(".", " \u203a ")
        rows.append(
            [
                shown,
                unit,
                *(
                    in_worlds(cell(each.mean), each, saved) if each else "\u2013"
                    for each in changes
                ),
            ]
        )
        for policy, each in zip(saved.policies, changes, strict=True):
            if each is not None:
                gap: Any = each.difference or (None, None, None)
                raw.append([key, unit, policy, each.worlds, *each.mean, *gap])
    head = ["measure", "unit", "policy", "worlds", "mean", "mean_low", "mean_high", "difference",
            "difference_low", "difference_high"]  # fmt: skip
    left = len(keys) - len(wanted)
    note = f"{left} finer numbers are in the files this was made from." if left else ""
    summary = f": {MEASURES[name].summary}" if name in MEASURES else ""
    table = Table(f"measure-{name}", f"{name}{over(saved)}", columns, rows, (head, raw), note)
    return Folded(f"{name}{summary}", [table])


def shown_of(keys: Sequence[str]) -> list[str]:
    """The numbers of a measure to show: no finer cuts, those of single stories last."""
    coarse = [key for key in keys if not is_fine(key)]
    return sorted(coarse, key=lambda key: ".stories." in key)[:MOST_ROWS]


def is_fine(key: str) -> bool:
    """Whether a number is a finer cut of one that is there as a whole."""
    return _FINE.search(key) is not None
