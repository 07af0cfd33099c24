"""The page of a sweep; of one with a single setting, that of its comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rumorsim.files import json_text
from rumorsim.provenance import digest_of
from rumorsim.reports.before_part import before_section
from rumorsim.reports.cascade_part import cascade_section
from rumorsim.reports.compared_part import compared
from rumorsim.reports.comparison_making import expected_events
from rumorsim.reports.idle_part import section_of
from rumorsim.reports.parts import Code, Folded, Page, Section, Text
from rumorsim.reports.replay import Replay, replay
from rumorsim.reports.response_part import response_section
from rumorsim.reports.sweep_answer import effects, sweep_answer, sweep_terms
from rumorsim.reports.sweep_numbers import desk_table, numbers_part
from rumorsim.reports.sweep_parts import curves_section, frontier_part, settings_section
from rumorsim.reports.sweep_reading import read_sweep
from rumorsim.reports.terms_part import (
    again_section,
    limits_section,
    scenario_section,
    source_of,
)
from rumorsim.scenario.idle import idle_of_plain
from rumorsim.studies.comparison import NONE
from rumorsim.studies.idle_policies import idle_lines

if TYPE_CHECKING:
    from rumorsim.reports.sweep_reading import Point, Swept
    from rumorsim.scenario import Scenario


Progress = Callable[[int, int], None]


def page_of_sweep(directory: Path, *, again: bool, progress: Progress | None) -> Page:
    """The page of a sweep, finished or not."""
    swept = read_sweep(directory)
    manifest = swept.manifest
    sections = [*_idle(manifest), settings_section(swept)]
    if swept.points:
        sections += [
            section
            for section in (
                response_section(swept),
                curves_section(swept),
                *_at_one_setting(swept, again=again, progress=progress),
                frontier_part(swept),
                desk_table(swept),
                numbers_part(swept),
            )
            if section is not None
        ]
    sections += [limits_section(manifest["scenario"]), _assumptions(manifest), _again(manifest)]
    points, policies = len(swept.sweep.points), len(swept.sweep.policies)
    worlds = len(swept.sweep.seeds)
    return Page(
        title=str(manifest["name"]),
        what=f"Sweep: {points:,} x {policies} x {worlds} (settings, policies, worlds)",
        answer=sweep_answer(swept),
        terms=sweep_terms(swept),
        sections=sections,
        source=source_of(manifest["versions"]),
        of=digest_of(manifest["scenario"]),
        intro=compared(manifest["scenario"], swept.sweep.policies, len(swept.sweep.seeds)),
    )


def _idle(manifest: Any) -> list[Section]:
    told = {idle_of_plain([each])[0]: each["points"] for each in manifest.get("idle", ())}
    section = section_of(idle_lines(told, len(manifest["points"])))
    return [] if section is None else [section]


def _at_one_setting(
    swept: Swept, *, again: bool, progress: Progress | None
) -> list[Section | None]:
    """Who was reached before and one cascade, at the setting where a policy did most."""
    found = effects(swept)
    if not found:
        return []
    chosen = found[0].point
    if again:
        worlds = _run_again(swept, chosen, found[0].policy, progress)
    else:
        worlds = Replay({}, "no worlds were run again for this report")
    kept = tuple(policy for policy in chosen.saved.policies if policy in (NONE, found[0].policy))
    saved = replace(chosen.saved, policies=kept)
    sections = [before_section(saved, worlds), cascade_section(saved, worlds)]
    at = Text(f"At {chosen.label}, where the mean change is largest.") if chosen.label else None
    return [
        Section(each.name, each.title, [at, *each.parts]) if each and at else each
        for each in sections
    ]


def _run_again(swept: Swept, point: Point, policy: str, progress: Progress | None) -> Replay:
    from rumorsim.scenario.loading import from_values
    from rumorsim.scenario.unions import in_force
    from rumorsim.studies.overrides import overridden
    from rumorsim.studies.plan import overrides_of
    from rumorsim.studies.study import study_from_values

    manifest = swept.manifest

    @cache
    def setting() -> Scenario:
        base = from_values(dict(manifest["scenario"]), Path(manifest["folder"]))
        study = study_from_values(_plain_study(manifest), Path(manifest["folder"]))
        return overridden(base, overrides_of(study, point.values))

    digests = {name: point.saved.digests[name] for name in (NONE, policy)}
    return replay(
        lambda name: in_force(setting(), name),
        digests,
        point.saved.seeds,
        expected_events(point.saved),
        progress,
    )


def _plain_study(manifest: Any) -> dict[str, Any]:
    found: dict[str, Any] = dict(manifest["study"])
    return found


def _assumptions(manifest: Any) -> Section:
    section = scenario_section(manifest["scenario"])
    text = json_text(manifest["study"])
    study = Folded("The study: what was varied, and how", [Code(text, "study.json")])
    return Section(section.name, section.title, [study, *section.parts])


def _again(manifest: Any) -> Section:
    provenance = {
        "results_version": manifest["results_version"],
        "versions": manifest["versions"],
        "scenario_digest": manifest["scenario_digest"],
        "own_code": manifest.get("own_code"),
    }
    scenario = manifest["study"]["scenario"]
    note = f"In study.json, scenario names the file {scenario}: save scenario.json under that name."
    if not str(scenario).endswith(".json"):
        note += " (A scenario may be JSON whatever its name.)"
    line = "rumorsim sweep study.json --out again"
    return again_section(
        [(line, "what is missing is run, what is there is kept")], provenance, [note]
    )
