"""The page of a comparison, and of a run as a comparison of one world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.plurals import counted
from rumorsim.provenance import digest_of
from rumorsim.reports.answers import answer_of, terms_of
from rumorsim.reports.before_part import before_section
from rumorsim.reports.cascade_part import cascade_section
from rumorsim.reports.compared_part import compared
from rumorsim.reports.desk_part import desk_section
from rumorsim.reports.frontier_part import frontier_section
from rumorsim.reports.idle_part import idle_section
from rumorsim.reports.numbers_part import numbers_section
from rumorsim.reports.parts import Page
from rumorsim.reports.ranking_part import ranking_section
from rumorsim.reports.reach_part import reach_section
from rumorsim.reports.take_off_part import take_off_section
from rumorsim.reports.terms_part import (
    again_section,
    limits_section,
    scenario_section,
    source_of,
)
from rumorsim.studies.comparison import NONE

if TYPE_CHECKING:
    from rumorsim.reports.replay import Replay
    from rumorsim.reports.saved import Saved


def comparison_page(saved: Saved, again: Replay, *, what: str = "") -> Page:
    """All sections that the comparison has something for."""
    sections = [
        idle_section(saved),
        ranking_section(saved),
        take_off_section(saved),
        reach_section(saved),
        before_section(saved, again),
        frontier_section(saved),
        desk_section(saved),
        cascade_section(saved, again),
        numbers_section(saved),
        limits_section(saved.scenario),
        scenario_section(saved.scenario),
        again_section(_commands(saved), saved.facts["provenance"]),
    ]
    count, policies = len(saved.seeds), len(saved.policies) - (NONE in saved.policies)
    made = f"Comparison of {counted(policies, 'policy', 'policies')} in {counted(count, 'world')}"
    return Page(
        title=saved.name,
        what=what or made,
        answer=answer_of(saved),
        terms=terms_of(saved),
        sections=[section for section in sections if section is not None],
        source=source_of(saved.facts["provenance"].get("versions", {})),
        of=digest_of(saved.scenario),
        intro=compared(saved.scenario, saved.policies, count, _accounts(again)),
    )


def _accounts(again: Replay) -> int | None:
    """How many accounts there are, where a world was run again."""
    return next(
        (world.facts.accounts for worlds in again.worlds.values() for world in worlds), None
    )


def _commands(saved: Saved) -> list[tuple[str, str]]:
    first = saved.seeds[0]
    policy = saved.policies[-1]
    digest = saved.digests[policy][0]
    one = f'rumorsim run scenario.json --policy "{_shell(policy)}" --seed {first}'
    lines = [(one, f"one world: digest {digest[:16]}…")]
    if len(saved.seeds) > 1:
        count = len(saved.seeds)
        whole = f"rumorsim compare scenario.json --replicates {count} --seed {first} --out again"
        lines.insert(0, (whole, "all of it"))
    return lines


def _shell(name: str) -> str:
    """A name within double quotes of a shell."""
    return "".join(f"\\{c}" if c in '\\"$`!' else c for c in name)
