"""Section: parameters drawn from a posterior, and what not knowing them does to intervals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final

from rumorsim.reports.pages.page import Items, Part, Section, Table, Text
from rumorsim.studies.compare.parameter_width import NOTE

#: A posterior as answers keep it (:meth:`.WorldDraws.as_dict`); None without one.
Kept = Mapping[str, Any] | None

OPEN: Final = (
    "More worlds narrow an interval of a mean over worlds, and with it what the draws add to it."
    " Which draw is the right one stays open however many worlds there are: the range in which the"
    " mean change at one draw lies is what the calibration leaves open, taking these mean changes"
    " as normal."
)


def drawn_values(posterior: Kept, seed: int) -> dict[str, Any]:
    """The dotted keys and values that were drawn for the world of a seed; nothing without."""
    worlds = () if posterior is None else posterior["worlds"]
    return next((dict(each["values"]) for each in worlds if each["seed"] == seed), {})


def drawn_section(posterior: Kept, widths: Sequence[Mapping[str, Any]] = ()) -> Section | None:
    """How much of the width of intervals the parameters make, and which draws there were."""
    if posterior is None:
        return None
    parts: list[Part] = []
    if widths:
        parts.append(Items([str(each["said"]) for each in widths]))
    if any(each["share"] is not None for each in widths):
        parts += [Text(OPEN), Text(NOTE, "note")]
    return Section("drawn", "Parameters that were drawn", [*parts, _table(posterior)])


def _table(posterior: Mapping[str, Any]) -> Table:
    worlds = posterior["worlds"]
    rows = []
    for each in posterior["parameters"]:
        values = [world["values"][each["keys"][0]] for world in worlds]
        rows.append([each["name"], ", ".join(each["keys"]), *_spread(values)])
    heads = ["parameter", "keys", "least", "median", "most"]
    keys = [key for each in posterior["parameters"] for key in each["keys"]]
    raw = [
        [each["seed"], each["draw"], *(json.dumps(each["values"][key]) for key in keys)]
        for each in worlds
    ]
    title = f"Draws of these worlds from the posterior {posterior['name']}"
    note = f"SHA-256 of the posterior: {posterior['digest']}. The CSV has the draw of each world."
    return Table("draws", title, heads, rows, (["seed", "draw", *keys], raw), note, words=2)


def _spread(values: Sequence[Any]) -> list[str]:
    """Least, median and most of numbers; of anything else how many different ones there are."""
    if all(isinstance(each, int | float) and not isinstance(each, bool) for each in values):
        return [f"{each:.4g}" for each in (min(values), median(values), max(values))]
    return [f"{len({json.dumps(each) for each in values})} different", "", ""]
