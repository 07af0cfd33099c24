"""The pages of a comparison, of a run beside its baseline, and of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rumorsim.common.errors import InputError
from rumorsim.common.plurals import counted
from rumorsim.reports.pages.answers import answer_of, terms_of
from rumorsim.reports.pages.assumptions import idle_of_scenario, idle_section, whole_page
from rumorsim.reports.pages.before import before_section, take_off_section
from rumorsim.reports.pages.cascade_tree import cascade_section
from rumorsim.reports.pages.drawn import drawn_section, drawn_values
from rumorsim.reports.pages.frontier import frontier_section, swept_frontier_section
from rumorsim.reports.pages.intro import compared
from rumorsim.reports.pages.measured import (
    enforcement_section,
    numbers_section,
    swept_enforcement_section,
    swept_numbers_section,
)
from rumorsim.reports.pages.page import Page, Section, Text
from rumorsim.reports.pages.prevented import prevented_section
from rumorsim.reports.pages.ranking import ranking_section, settings_section
from rumorsim.reports.pages.reach import curves_section, reach_section, response_section
from rumorsim.reports.pages.replay import Progress, Replay, replay
from rumorsim.reports.pages.saved import Saved, compared_results, in_shell, read_comparison
from rumorsim.reports.pages.saved_sweep import Swept, read_sweep
from rumorsim.reports.pages.sweep_answers import effects, sweep_answer, sweep_terms
from rumorsim.scenario.idle import idle_of_plain
from rumorsim.scenario.inputs import input_files
from rumorsim.scenario.loading import from_values
from rumorsim.simulation.results import Result
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.idle_policies import idle_lines
from rumorsim.studies.sweep.overrides import overridden
from rumorsim.world.settings.presets import configs

if TYPE_CHECKING:
    from rumorsim.scenario import Scenario

_LEFT_OUT: Final = Replay({}, "no worlds were run again for this report")


def page_of_comparison(directory: Path, *, again: bool, progress: Progress | None) -> Page:
    """The page of a saved comparison."""
    saved = read_comparison(directory)
    policies = counted(len(saved.policies) - (NONE in saved.policies), "policy", "policies")
    what = f"Comparison of {policies} in {counted(len(saved.seeds), 'world')}"
    return _page(saved, what, again, progress)


def page_of_run(directory: Path, *, again: bool, progress: Progress | None) -> Page:
    """The page of a saved run, beside the same world without its policy where possible."""
    result = Result.load(directory)
    base = _base(result) if again and result.policy != NONE else None
    results = {result.policy: result} if base is None else {NONE: base, result.policy: result}
    stories = counted(len(result.scenario["stories"]), "story", "stories")
    what = f"One run of {stories}, policy {result.policy}"
    return _page(compared_results(results), what, again, progress)


def _base(result: Result) -> Result | None:
    """The same world without the policy; None where its files are missing."""
    from rumorsim.simulation.running import run

    if not result.provenance.get("reproducible_from_file", True):
        return None
    try:
        scenario = _with_its_files(result.scenario)
        return run(scenario, NONE, result.seed, measures=list(result.measures))
    except InputError:
        return None


def _with_its_files(values: Mapping[str, Any]) -> Scenario:
    """The scenario of results, its files looked for from here and among those that ship.

    They are held to their SHA-256 wherever they are found.
    """
    here = from_values(dict(values), Path())
    for scenario in (here, here.at(configs())):
        with suppress(InputError):
            input_files(scenario)
            return scenario
    return here


def _page(saved: Saved, what: str, again: bool, progress: Progress | None) -> Page:
    scenario = cache(lambda: _with_its_files(saved.scenario))
    posterior = saved.facts.get("posterior")
    own = cache(lambda seed: overridden(scenario(), drawn_values(posterior, seed)))
    found = _LEFT_OUT
    if again:
        found = replay(lambda _, seed: own(seed), saved, saved.policies, progress)
    worlds = [world for every in found.worlds.values() for world in every]
    accounts = worlds[0].facts.accounts if worlds else None
    idle = saved.facts.get("idle")
    if idle is None:
        lines = idle_of_scenario(saved.scenario, saved.policies)
    else:
        lines = [str(each) for each in idle_of_plain(idle)]
    count, first, policy = len(saved.seeds), saved.seeds[0], saved.policies[-1]
    one = f"rumorsim run scenario.json --policy {in_shell(policy)} --seed {first}"
    if posterior is not None:  # which world has which draw is for compare to know
        what_one = f"--policy {in_shell(policy)} --replicates 1 --seed {first} --out one"
        one = f"rumorsim compare scenario.json {what_one}"
    commands = [(one, f"one world: digest {saved.digests[policy][0][:16]}…")]
    if count > 1:
        every = f"rumorsim compare scenario.json --replicates {count} --seed {first} --out again"
        commands.insert(0, (every, "all of it"))
    return whole_page(
        [
            idle_section(lines),
            drawn_section(posterior, saved.facts.get("widths", ())),
            prevented_section(saved),
            ranking_section(saved),
            take_off_section(saved),
            reach_section(saved),
            before_section(saved, found),
            frontier_section(saved),
            enforcement_section(saved),
            cascade_section(saved, found),
            numbers_section(saved),
        ],
        saved.scenario,
        saved.facts["provenance"],
        commands,
        posterior=posterior,
        title=saved.name,
        what=what,
        answer=answer_of(saved),
        terms=terms_of(saved),
        intro=compared(saved.scenario, saved.policies, count, accounts, posterior),
    )


def page_of_sweep(directory: Path, *, again: bool, progress: Progress | None) -> Page:
    """The page of a sweep, finished or not."""
    swept = read_sweep(directory)
    manifest, sweep = swept.manifest, swept.sweep
    idle = {idle_of_plain([each])[0]: each["points"] for each in manifest.get("idle", ())}
    posterior = manifest.get("posterior")
    sections = [
        idle_section(idle_lines(idle, len(sweep.points))),
        settings_section(swept),
        drawn_section(posterior),
    ]
    if swept.points:
        sections += [
            response_section(swept),
            curves_section(swept),
            *_at_one_setting(swept, again, progress),
            swept_frontier_section(swept),
            swept_enforcement_section(swept),
            swept_numbers_section(swept),
        ]
    points, policies, worlds = len(sweep.points), len(sweep.policies), len(sweep.seeds)
    kept = ("results_version", "versions", "scenario_digest", "own_code")
    return whole_page(
        sections,
        manifest["scenario"],
        {key: manifest.get(key) for key in kept},
        [
            (
                "rumorsim sweep study.json --out again",
                "runs what is missing and keeps the rest",
            )
        ],
        study=manifest["study"],
        posterior=posterior,
        title=str(manifest["name"]),
        what=f"Sweep: {points:,} x {policies} x {worlds} (settings, policies, worlds)",
        answer=sweep_answer(swept),
        terms=sweep_terms(swept),
        intro=compared(manifest["scenario"], sweep.policies, worlds, posterior=posterior),
    )


def _at_one_setting(swept: Swept, again: bool, progress: Progress | None) -> list[Section | None]:
    """Who was reached before and one cascade, at the setting where a policy did most."""
    found = effects(swept)
    if not found:
        return []
    point, policy, _ = found[0]
    saved = replace(
        point.saved, policies=tuple(p for p in swept.sweep.policies if p in (NONE, policy))
    )
    worlds = _LEFT_OUT
    if again:
        setting = cache(lambda seed: _setting(swept.manifest, point.values, seed))
        worlds = replay(
            lambda name, seed: _under(setting(seed), name), saved, (NONE, policy), progress
        )
    sections = [before_section(saved, worlds), cascade_section(saved, worlds)]
    at = [Text(f"At {point.label}, where the mean change is largest.")] if point.label else []
    return [each and replace(each, parts=[*at, *each.parts]) for each in sections]


def _setting(manifest: Mapping[str, Any], values: Mapping[str, Any], seed: int) -> Scenario:
    """The scenario of a sweep with the values of one setting, in the world of a seed."""
    from rumorsim.studies.sweep.plan import overrides_of
    from rumorsim.studies.sweep.study import study_from_values

    folder = Path(manifest["folder"])
    study = study_from_values(dict(manifest["study"]), folder)
    drawn = drawn_values(manifest.get("posterior"), seed)
    scenario = from_values(dict(manifest["scenario"]), folder)
    return overridden(scenario, {**drawn, **overrides_of(study, values)})


def _under(scenario: Scenario, policy: str) -> Scenario:
    from rumorsim.scenario.unions import in_force

    return in_force(scenario, policy)
