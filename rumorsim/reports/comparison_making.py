"""From the directory of a comparison or a run to its page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rumorsim.errors import InputError
from rumorsim.plurals import counted
from rumorsim.reports.comparison_page import comparison_page
from rumorsim.reports.replay import Replay, replay
from rumorsim.reports.saved import Saved, read_comparison
from rumorsim.results import Result
from rumorsim.scenario.loading import from_values
from rumorsim.studies.change import paired
from rumorsim.studies.comparison import NONE, CurveBand
from rumorsim.studies.intervals import LEVEL

if TYPE_CHECKING:
    from rumorsim.reports.parts import Page


Progress = Callable[[int, int], None]
_LEFT_OUT = Replay({}, "no worlds were run again for this report")


def page_of_comparison(directory: Path, *, again: bool, progress: Progress | None) -> Page:
    """The page of a saved comparison."""
    saved = read_comparison(directory)
    return comparison_page(saved, _again(saved, progress) if again else _LEFT_OUT)


def page_of_run(directory: Path, *, again: bool, progress: Progress | None) -> Page:
    """The page of a saved run, beside the same world without its policy where that can be had."""
    result = Result.load(directory)
    results = {result.policy: result}
    if again and result.policy != NONE:
        base = _base(result)
        results = {NONE: base, **results} if base is not None else results
    saved = _as_comparison(results)
    stories = counted(len(saved.scenario["stories"]), "story", "stories")
    what = f"One run of {stories}, policy {result.policy}"
    found = _again(saved, progress) if again else _LEFT_OUT
    return comparison_page(saved, found, what=what)


def _again(saved: Saved, progress: Progress | None) -> Replay:
    # Files that the scenario names are looked for from here, and held to their SHA-256.
    scenario = cache(lambda: from_values(dict(saved.scenario), Path()))
    return replay(
        lambda _: scenario(), saved.digests, saved.seeds, expected_events(saved), progress
    )


def expected_events(saved: Saved) -> float:
    """About how many events a run of it has, from its first world."""
    first = saved.scalars[saved.policies[0]]
    keys = ("reach.exposures", "shares.shares", "shares.publications")
    return sum(values[0] or 0.0 for key in keys if (values := first.get(key)))


def _base(result: Result) -> Result | None:
    """The same world without the policy; None where its files cannot be had."""
    from rumorsim.run import run

    if not result.provenance.get("reproducible_from_file", True):
        return None
    try:
        scenario = from_values(dict(result.scenario), Path())
        return run(scenario, NONE, result.seed, measures=list(result.measures))
    except InputError:
        return None


def _as_comparison(results: dict[str, Result]) -> Saved:
    """Runs of one world as a comparison of one world."""
    last = list(results.values())[-1]
    scalars = {
        policy: {key: [value] for key, value in each.scalars().items()}
        for policy, each in results.items()
    }
    base = scalars.get(NONE, {})
    changes = {
        (policy, key): change
        for policy in results
        for key, values in scalars[policy].items()
        if (change := paired(values, None if policy == NONE else base.get(key), key, LEVEL))
    }
    return Saved(
        name=last.scenario["name"],
        policies=tuple(results),
        seeds=(last.seed,),
        changes=changes,
        scalars=scalars,
        digests={policy: [each.digest] for policy, each in results.items()},
        bands={
            (policy, f"{key}.{series}"): CurveBand(curve["time"], values, values, values)
            for policy, each in results.items()
            for key, curve in each.curves().items()
            for series, values in curve.items()
            if series != "time"
        },
        facts={"scenario": last.scenario, "provenance": last.provenance},
        differences={
            (policy, f"{key}.{series}"): CurveBand.of(
                [curve], series, [results[NONE].curves()[key]]
            )
            for policy, each in results.items()
            for key, curve in each.curves().items()
            for series in curve
            if series != "time" and NONE in results
        },
    )
