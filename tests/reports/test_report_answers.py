"""Reports of sensitivities, optimisations and delay maps: what they say is what was saved."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from report_checks import outside, read
from small_worlds import small

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.common.files import MARKER
from rumorsim.reports.pages.charts import Tried, best_so_far
from rumorsim.reports.pages.page import Figure, Page, Table
from rumorsim.reports.pages.report import page_of, write_report
from rumorsim.studies.delay_map.running import delay_map

#: As `sensitivity` saves it, by hand: two policies, one of which nothing moves.
INDICES = [
    ("close", "delay", "first", 0.5, 0.4, 0.6),
    ("close", "delay", "total", 0.7, 0.6, 0.8),
    ("close", "reports", "first", 0.1, 0.0, 0.2),
    ("close", "reports", "total", 0.3, 0.2, 0.4),
    *[("none", name, index, 0.0, 0.0, 0.0) for name in ("delay", "reports") for index in
      ("first", "total")],
]  # fmt: skip


def scenario() -> dict[str, Any]:
    hit = {"kind": "close-accounts", "when": {"reports": 1}}
    changes = {
        "name": "<b>=odd</b>",
        "stories": {0: {"report": 0.5}},
        "policies": [{"name": "close", "interventions": [hit]}],
    }
    resolved: dict[str, Any] = small(changes).resolved()
    return resolved


def saved(directory: Path, holds: str, name: str, answer: dict[str, Any]) -> Path:
    directory.mkdir()
    (directory / MARKER).write_text(json.dumps({"holds": holds}))
    made = {"results_version": 3, "versions": {"rumorsim": "1.0"}}
    (directory / name).write_text(json.dumps({**answer, "provenance": made}))
    return directory


def sensitivity(directory: Path, rows: list[tuple[Any, ...]] = INDICES) -> Path:
    return saved(
        directory,
        "sensitivity",
        "sensitivity.json",
        {
            "name": "=odd <i>study</i>",
            "method": "sobol",
            "measure": "reach.truth.false.accounts",
            "parameters": ["delay", "reports"],
            "points": 64,
            "seeds": [1, 2, 3],
            "noise": {"close": 0.12, "none": 0.0},
            "indices": [
                {
                    "policy": policy,
                    "explained": "value" if policy == "none" else "difference to none",
                    "measure": "reach.truth.false.accounts",
                    "parameter": parameter,
                    "index": index,
                    "value": value,
                    "low": low,
                    "high": high,
                }
                for policy, parameter, index, value, low, high in rows
            ],
            "scenario": scenario(),
            "study": {"scenario": "small.toml"},
        },
    )


def finalist(number: int, cost: float, target: str | None, beaten: int | None) -> dict[str, Any]:
    row: dict[str, Any] = {"finalist": number, "policy": "close", "reports": 2 + number}
    for name, value in (("averted", 0.4), ("lost", 0.05), ("cost", cost), ("dearer", None)):
        ends = (None, None) if value is None else (0.9 * value, 1.1 * value)
        row |= {name: value, f"{name}_low": ends[0], f"{name}_high": ends[1]}
    return {**row, "target": target, "beaten_by": beaten, "winner": number == 0}


def optimum(directory: Path, at_most: str | None = "80%") -> Path:
    target = at_most is not None
    finals = [
        finalist(0, 3.0, "kept" if target else None, None),
        finalist(1, 9.0, "missed" if target else None, None if target else 0),
    ]
    trials = [
        {
            "trial": place,
            "policy": "close",
            "reports": place,
            "false_reach": 50.0 - place,
            "true_reach": 70.0,
            "cost": cost,
            "meets_target": met,
        }
        for place, (cost, met) in enumerate([(1.0, False), (8.0, True), (3.0, True), (5.0, True)])
    ]
    return saved(
        directory,
        "optimisation",
        "optimum.json",
        {
            "name": "search",
            "answer": 'Winner of the finals: 0 "close".',
            "goal": {
                "target": "reach of false stories at most 80 %" if target else None,
                "at_most": at_most,
                "prices": {"enforcement.actions": 1.0},
            },
            "parameters": ["reports"],
            "search_seed": 4,
            "seeds": [1, 2],
            "fresh_seeds": [3, 4, 5],
            "finalists": finals,
            "trials": trials,
            "winner": 0,
            "scenario": scenario(),
            "study": {"scenario": "small.toml"},
        },
    )


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real delay map of four cells."""
    folder = tmp_path_factory.mktemp("map") / "map"
    hit = {
        "kind": "close-accounts",
        "when": {"reports": 1},
        "delay": {"law": "fixed", "time": "1 h"},
    }
    policies = [{"name": "close", "interventions": [hit]}]
    world = small({"stories": {0: {"report": 0.9, "appeal": 0.5}}, "policies": policies})
    made = delay_map(
        world, "close", delays=("0 h", "23 h"), coverages=(0.0, 1.0), replicates=4, workers=0
    )
    made.save(folder)
    return folder


@pytest.fixture(params=["sensitivity", "optimum", "frontier", "map"])
def results(request: pytest.FixtureRequest, tmp_path: Path, mapped: Path) -> Path:
    if request.param == "sensitivity":
        return sensitivity(tmp_path / "made")
    if request.param == "map":
        return mapped
    return optimum(tmp_path / "made", None if request.param == "frontier" else "80%")


def figures(page: Page) -> list[Figure]:
    return [part for section in page.sections for part in section.parts if isinstance(part, Figure)]


def table(page: Page, name: str) -> Table:
    return next(each for each in page.tables() if each.name == name)


def rows_of(page: Page, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table(page, name).csv())))


def test_pages_are_whole_and_ask_nothing_of_others(results: Path, tmp_path: Path) -> None:
    """As every report: self-contained, told in words, links that lead somewhere, same bytes."""
    once = write_report(results, tmp_path / "a.html").read_text()
    assert once == write_report(results, tmp_path / "b.html").read_text()
    page = read(once)
    assert outside(page) == []
    assert page.doubled_ids() == [] and page.lost_links() == []
    drawings = [each for each in page.named("svg") if each.get("role") == "img"]
    assert drawings and all(each.get("aria-label") for each in drawings)
    names = [section.name for section in page_of(results).sections]
    assert names[-3:] == ["limits", "assumptions", "reproduce"]


def test_the_parameter_that_moves_most_is_named_where_it_is_clear(tmp_path: Path) -> None:
    page = page_of(sensitivity(tmp_path / "clear"))
    assert page.answer == (
        "\u201cdelay\u201d moves what \u201cclose\u201d changes in the reach of false stories most"
        " (total 0.70 (0.60 to 0.80))."
    )
    near = [(*row[:4], 0.65, 0.9) if row[1:3] == ("reports", "total") else row for row in INDICES]
    told = page_of(sensitivity(tmp_path / "near", near)).answer
    assert "but its interval overlaps that of \u201creports\u201d" in told
    flat = [row for row in INDICES if row[0] == "none"]
    assert page_of(sensitivity(tmp_path / "flat", flat)).answer.startswith("No parameter moves")


def test_indices_are_ranked_and_kept_with_every_digit(tmp_path: Path) -> None:
    page = page_of(sensitivity(tmp_path / "made"))
    (figure,) = figures(page)
    assert figure.told.index("\u201cdelay\u201d") < figure.told.index("\u201creports\u201d")
    rows = rows_of(page, "indices-0")
    assert rows[0] == [
        *("policy", "explained", "measure", "parameter", "index", "value", "low", "high")
    ]
    assert [row[3] for row in rows[1:]] == ["delay", "delay", "reports", "reports"]
    said = read(write_report(tmp_path / "made").read_text()).text
    assert "12 % of the variance" in said and "Add replicates" in said
    assert "The same at every setting." in said


def test_the_course_of_a_search() -> None:
    tried = [Tried(1.0, False), Tried(8.0, True), Tried(3.0, True), Tried(5.0, True)]
    assert best_so_far(tried) == [(2, 8.0), (3, 3.0)]
    assert best_so_far([Tried(each.value, True) for each in tried]) == [(1, 1.0)]
    assert best_so_far(tried[:1]) == []


def test_an_optimum_has_its_answer_its_finalists_and_its_search(tmp_path: Path) -> None:
    page = page_of(optimum(tmp_path / "made"))
    assert page.answer == 'Winner of the finals: 0 "close".'
    finalists, search = figures(page)
    assert "0 (\u201cclose\u201d) averts 40.0 (36.0 to 44.0) %" in finalists.told
    assert len(finalists.drawings) == 2
    assert search.told == "Of 4 trials number 3 was the cheapest that met the target: cost 3."
    assert "misses the target (1 of 4)" in search.caption
    assert [row[0] for row in rows_of(page, "finalists")] == ["finalist", "0", "1"]
    text = read(write_report(tmp_path / "made").read_text()).text
    assert "--at-most 80%" in text and "--search-seed 4" in text and "--confirm 3" in text


def test_a_frontier_names_who_is_beaten(tmp_path: Path) -> None:
    page = page_of(optimum(tmp_path / "made", None))
    assert table(page, "finalists").heads[-1] == "clearly beaten by"
    assert [row[-1] for row in table(page, "finalists").rows] == ["", "0"]
    assert figures(page)[1].told.startswith("Of 4 trials number 4 was the least reach")


def test_a_delay_map_says_what_its_cells_hold(mapped: Path) -> None:
    page = page_of(mapped)
    cells = json.loads((mapped / "delay-map.json").read_text())["cells"]
    rows = rows_of(page, "delay-map")
    assert [float(row[2]) for row in rows[1:]] == [cell["averted"] for cell in cells]
    best = max(cells, key=lambda cell: cell["averted"])
    assert best["averted"] > 0 and best["delay_hours"] == 0
    assert page.answer.startswith("At 100\u00a0% coverage \u201cclose\u201d averts, of the reach")
    assert "after 0\u00a0h and" in page.answer
    (figure,) = figures(page)
    assert f"{sum(cell['clear'] for cell in cells)} of 4 cells show a clear change" in figure.told
    drawn = str(figure.drawings[0][1])
    assert drawn.count("fill-opacity") + drawn.count("opacity:") >= 4
    # What covers nothing averts nothing, and says so.
    assert [cell["averted"] for cell in cells if cell["fraction"] == 0] == [0.0, 0.0]


def test_tables_hold_no_formulas_and_names_no_markup(tmp_path: Path) -> None:
    made = sensitivity(tmp_path / "made")
    text = write_report(made, tables=tmp_path / "tables").read_text()
    assert "<i>study</i>" not in text and "&lt;i&gt;study" in text
    for file in (tmp_path / "tables").glob("*.csv"):
        cells = [cell for row in csv.reader(file.open()) for cell in row]
        assert not any(cell.startswith("=") for cell in cells)


def test_what_an_earlier_version_saved_is_told(tmp_path: Path) -> None:
    made = sensitivity(tmp_path / "made")
    place = made / "sensitivity.json"
    place.write_text(json.dumps({"name": "a"}))
    with pytest.raises(InputError, match="run rumorsim sensitivity again"):
        page_of(made)
    place.write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        page_of(made)
    place.unlink()
    with pytest.raises(InputError, match="is missing"):
        page_of(made)


def test_command(results: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "page.html")
    done = CliRunner().invoke(cli, ["report", str(results), "--out", out])
    assert done.exit_code == 0, done.output
    assert "How to reproduce" in (tmp_path / "page.html").read_text()
