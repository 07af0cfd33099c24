"""The frontier: three differences to ``none``, and who is beaten on all of them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_worlds import small

from rumorsim.reports.figures.tables import number
from rumorsim.reports.pages.report import page_of
from rumorsim.reports.pages.saved import read_comparison
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.frontier import COST, FALSE, TRUE, frontier, frontier_lines
from rumorsim.studies.compare.running import compare


@pytest.fixture(scope="module")
def real() -> Comparison:
    story = {"appeal": 0.25, "report": 0.1, "author": {"random": 4}}
    close = {"kind": "close-accounts", "when": {"reports": 1}}
    return compare(
        small(
            {
                "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 5},
                "prices": {"close": 7.0, "flag": 0.5},
                "stories": [
                    {"name": "rumor", "truth": False, **story},
                    {"name": "news", "truth": True, **story},
                ],
                "policies": [
                    {"name": "close", "interventions": [close]},
                    {"name": "idle", "interventions": []},
                ],
            }
        ),
        replicates=4,
        workers=1,
    )


def made_up(real: Comparison, numbers: dict[str, tuple[float, float, float]]) -> Comparison:
    """The same worlds with these means of exposures to false, to true, and of cost."""
    scalars: dict[str, Any] = {
        policy: {key: [x] * 4 for key, x in zip((FALSE, TRUE, COST), means, strict=True)}
        for policy, means in {"none": (100.0, 50.0, 0.0), **numbers}.items()
    }
    return replace(real, policies=tuple(scalars), scalars=scalars)


def test_axes_are_differences_to_none(real: Comparison) -> None:
    close, idle = frontier(real)
    for point, change in ((close, real.change("close", FALSE)), (idle, real.change("idle", FALSE))):
        assert change is not None and change.difference is not None
        assert point.averted.estimate == -change.difference.estimate
    cost = real.change("close", COST)
    assert cost is not None and close.cost == cost.difference
    flags, closed = (
        real.scalars["close"][f"enforcement.verbs.{verb}"] for verb in ("flag", "close")
    )
    for got, flag, hit in zip(real.scalars["close"][COST], flags, closed, strict=True):
        assert got == 0.5 * (flag or 0) + 7.0 * (hit or 0) > 0
    assert idle.averted.estimate == idle.cost.estimate == 0.0
    assert idle.beaten_by == "", "whoever does nothing is as good as none"


def test_who_is_beaten_on_all_axes_is_named(real: Comparison) -> None:
    points = frontier(
        made_up(
            real,
            {
                "good": (40.0, 45.0, 10.0),
                "worse": (40.0, 44.0, 10.0),
                "dearer": (30.0, 45.0, 20.0),
                "harmful": (110.0, 50.0, 1.0),
                "free": (90.0, 50.0, 0.0),
            },
        )
    )
    beaten = {point.policy: point.beaten_by for point in points}
    assert beaten == {"good": "", "worse": "good", "dearer": "", "harmful": "none", "free": ""}
    price = {point.policy: point.price for point in points}
    assert price["good"] == pytest.approx(5 / 60) and price["harmful"] is None


def test_the_table_says_it(real: Comparison) -> None:
    text = "\n".join(frontier_lines(real))
    assert "averted" in text and "close" in text
    assert text.strip() in real.text(full=True)


def without(found: Comparison, key: str) -> Comparison:
    """The same comparison where a number was not measured."""
    scalars = {p: {k: v for k, v in each.items() if k != key} for p, each in found.scalars.items()}
    return replace(found, scalars=scalars)


def test_cost_counts_only_where_it_was_measured(real: Comparison) -> None:
    found = made_up(real, {"good": (40.0, 45.0, 10.0), "dearer": (40.0, 45.0, 20.0)})
    assert [point.beaten_by for point in frontier(found)] == ["", "good"]
    points = frontier(without(found, COST))
    assert [(point.cost, point.beaten_by) for point in points] == [(None, ""), (None, "")]
    # Negative control: without reach there is no frontier, and no table.
    assert frontier(without(found, FALSE)) == [] == frontier_lines(without(found, FALSE))


def test_the_page_shows_the_same_frontier(real: Comparison, tmp_path: Path) -> None:
    real.save(tmp_path / "out")
    assert frontier(read_comparison(tmp_path / "out")) == frontier(real)
    page = page_of(tmp_path / "out", again=False)
    (section,) = [each for each in page.sections if each.name == "frontier"]
    table = section.parts[-1].table
    for point in frontier(real):
        (row,) = [row for row in table.rows if row[0] == point.policy]
        assert row[1].split(" ")[0] == number(point.averted.estimate, 1 if "." in row[1] else 0)
        assert row[-1].startswith("yes" if not point.beaten_by else "no")


def test_terminal_and_page_name_the_same_frontier(real: Comparison, tmp_path: Path) -> None:
    """The terminal's table, the page's table and the page's sentence, with five policies."""
    found = made_up(
        real,
        {
            "strict": (40.0, 30.0, 30.0),
            "lenient": (70.0, 45.0, 29.0),
            "cheap": (60.0, 29.0, 4.0),
            "worse": (60.0, 28.0, 4.0),
            "harmful": (110.0, 50.0, 1.0),
        },
    )
    # All other numbers are those without a policy.
    found = replace(
        found,
        scalars={p: {**real.scalars["none"], **each} for p, each in found.scalars.items()},
        curves=dict.fromkeys(found.policies, real.curves["none"]),
        digests=dict.fromkeys(found.policies, real.digests["none"]),
    )
    found.save(tmp_path / "out")
    best = ["strict", "lenient", "cheap"]
    lines = [line.split() for line in frontier_lines(found)]
    assert [line[0] for line in lines if line[-3:] == ["on", "the", "frontier"]] == best
    page = page_of(tmp_path / "out", again=False)
    (section,) = [each for each in page.sections if each.name == "frontier"]
    rows = section.parts[-1].table.rows
    assert sorted(row[0] for row in rows if row[-1] == "yes") == sorted(best)
    sentence = section.parts[0].text.split(" in exposures")[0]
    assert sorted(re.findall("“(.*?)”", sentence)) == sorted(best)
