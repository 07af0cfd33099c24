"""What the command line prints for people: short tables of one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import aligned

if TYPE_CHECKING:
    from rumorsim.simulation.results import Result


def run_table(result: Result) -> str:
    """Reach and shares of each story, what the desk did, and whom it hit by mistake."""
    stories = result.scenario["stories"]
    rows: list[tuple[str, ...]] = [("story", "truth", "accounts", "persons", "shares")]
    names = _story_names(result)
    truths = {story["name"]: "true" if story["truth"] else "false" for story in stories}
    for name in names:
        reach = _found(result.measures, "reach", "stories", name)
        shares = _found(result.measures, "shares", "stories", name)
        cells = [reach.get("accounts"), reach.get("persons"), shares.get("shares")]
        rows.append((name, truths.get(name, ""), *map(_number, cells)))
    head = (
        f"policy {result.policy} · seed {result.seed} · engine {result.engine} · "
        f"{counted(result.events, 'event')}"
    )
    lines = [head, ""]
    if {"reach", "shares"} & set(result.measures):
        lines += [*aligned(rows, gap="  "), ""]
    lines += [*_desk_lines(result.measures), *_own_lines(result.measures)]
    return "\n".join([*lines, f"digest {result.digest}"])


def _own_lines(measures: Mapping[str, Any]) -> list[str]:
    """Every number of the measures that do not come with rumorsim."""
    from rumorsim.measures import MEASURES, flatten

    own = {name: value for name, value in measures.items() if name not in MEASURES}
    return [f"{key}  {_number(value)}" for key, value in flatten(own).items()]


def _story_names(result: Result) -> list[str]:
    for measure in ("reach", "shares"):
        stories = _found(result.measures, measure, "stories")
        if stories:
            return list(stories)
    return [story["name"] for story in result.scenario["stories"]]


def _desk_lines(measures: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    if "enforcement" in measures:
        enforcement = measures["enforcement"]
        verbs = [f"{verb} {n:,}" for verb, n in enforcement["verbs"].items() if n]
        done = f" ({', '.join(verbs)})" if verbs else ""
        lines.append(f"actions     {enforcement['actions']:,}{done}")
    if "collateral" in measures:
        accounts = measures["collateral"]["accounts"]
        posts = measures["collateral"]["posts"]["deleted"]["true"]
        lines.append(
            f"collateral  {counted(accounts['innocent'], 'innocent account')}"
            f" ({counted(accounts['innocent_persons'], 'person')}),"
            f" {counted(posts, 'post')} of true stories deleted"
        )
    return lines


def scalar_table(scalars: Mapping[str, float | None]) -> str:
    """Every number with its key and unit."""
    from rumorsim.measures import describe

    rows = [("key", "value", "unit")]
    for key, value in scalars.items():
        meaning = describe(key)
        rows.append((key, _number(value), "" if meaning is None else meaning.unit))
    return "\n".join(aligned(rows, gap="  "))


def _found(measures: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    found: Any = measures
    for key in keys:
        found = found.get(key, {})
    return dict(found)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
