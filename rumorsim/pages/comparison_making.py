"""From the directory of a comparison or a run to its page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rumorsim.errors import InputError
from rumorsim.pages.comparison_page import comparison_page
from rumorsim.pages.replay import Replay, replay
from rumorsim.pages.saved import Change, Saved, read_comparison
from rumorsim.results import Result
from rumorsim.scenario.loading import from_values
from rumorsim.studies.comparison import NONE, CurveBand

if TYPE_CHECKING:
    from rumorsim.pages.parts import Page

__all__ = ["expected_events", "page_of_comparison", "page_of_run"]

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
    what = f"One run of {len(saved.scenario['stories'])} stories, policy {result.policy}"
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
    from rumorsim.studies.comparison import Comparison

    last = list(results.values())[-1]
    held = Comparison(
        name=last.scenario["name"],
        policies=tuple(results),
        seeds=(last.seed,),
        scalars={
            policy: {key: [value] for key, value in each.scalars().items()}
            for policy, each in results.items()
        },
        curves={},
        digests={policy: [each.digest] for policy, each in results.items()},
        scenario=last.scenario,
        provenance=last.provenance,
    )
    based = NONE in results
    changes: dict[tuple[str, str], Change] = {}
    for policy in results:
        for key, values in held.scalars[policy].items():
            if based:
                found = held.change(policy, key)
                if found is not None:
                    changes[policy, key] = Change(
                        found.mean, found.difference, found.relative, found.identical, found.worlds
                    )
            elif values[0] is not None:
                changes[policy, key] = _alone(values[0])
    return Saved(
        name=held.name,
        policies=held.policies,
        seeds=held.seeds,
        changes=changes,
        scalars=held.scalars,
        digests=held.digests,
        bands={
            (policy, f"{key}.{series}"): CurveBand(curve["time"], values, values, values)
            for policy, each in results.items()
            for key, curve in each.curves().items()
            for series, values in curve.items()
            if series != "time"
        },
        facts={"scenario": last.scenario, "provenance": last.provenance},
    )


def _alone(value: Any) -> Change:
    from rumorsim.studies.intervals import Interval

    return Change(Interval(value), None, None, False, 1)
