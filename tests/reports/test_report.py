"""Reports: one file that loads nothing, the same every time, honest, safe with any name."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from report_checks import outside, read
from small_worlds import values

from rumorsim.cli.report import report
from rumorsim.common.errors import InputError, OutputError
from rumorsim.reports.pages.page import Figure, Page, Table, html_of
from rumorsim.reports.pages.report import page_of, write_report
from rumorsim.reports.pages.saved import read_comparison
from rumorsim.reports.pages.wording import in_worlds
from rumorsim.scenario.loading import from_values
from rumorsim.simulation.running import run
from rumorsim.studies.compare.running import compare
from rumorsim.studies.sweep.running import sweep

#: Names as bad as they can be: markup, quotes, formulas, mathematics, another script.
NASTY = '<script>alert("x")</script>'
FORMULA = '=HYPERLINK("//example.invalid")'
NAMES = {"rumor": f"{NASTY} $a_b$", "close": FORMULA, "delete": "关闭账号 &amp; <b>"}


def scenario(**changes: Any) -> Any:
    """Forty accounts, a false and a true story, two policies."""
    names = {"rumor": "rumor", "close": "close", "delete": "delete", **changes.pop("names", {})}
    story = {"appeal": 0.2, "report": 0.4, "author": {"ids": [0]}}
    act = {"when": {"reports": 2}, "delay": {"law": "fixed", "time": "30 min"}}
    written = values(
        {
            "name": names.get("title", "little"),
            "graph": {"kind": "erdos-renyi", "accounts": 40, "mean_followers": 6.0},
            "accounts": {"kinds": {"self-media": {"share": 0.2}}},
            "stories": [
                {**story, "name": names["rumor"], "truth": False},
                {**story, "name": "fact", "truth": True, "author": {"ids": [1]}},
            ],
            "policies": [
                {"name": names["close"], "interventions": [{"kind": "close-accounts", **act}]},
                {"name": names["delete"], "interventions": [{"kind": "delete-posts", **act}]},
            ],
            "measures": ["reach", "shares", "enforcement", "collateral"],
        },
        changes,
    )
    return from_values(written, Path())


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("compared") / "results"
    compare(scenario(), replicates=6, workers=1).save(place)
    return place


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("nasty") / "results"
    compare(scenario(names=NAMES), replicates=3, workers=1).save(place)
    return place


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ran") / "results"
    run(scenario(), "close", seed=3).save(place)
    return place


STUDY = {
    "name": "little study",
    "scenario": "scenario.json",
    "replicates": 3,
    "parameters": [
        {"name": "appeal", "key": "stories[rumor].appeal", "values": [0.1, 0.3]},
        {"name": "reports", "key": "policies[close].interventions[0].when.reports",
         "values": [1, 4]},
    ],
}  # fmt: skip


def swept_in(folder: Path, **changes: Any) -> Path:
    study = folder / "study.json"
    study.write_text(json.dumps({**STUDY, **changes}), encoding="utf-8")
    written = json.dumps(scenario().resolved())
    (folder / "scenario.json").write_text(written, encoding="utf-8")
    sweep(study, folder / "results", workers=1)
    return folder / "results"


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept_in(tmp_path_factory.mktemp("swept"))


@pytest.fixture(params=["compared", "ran", "swept", "nasty"])
def results(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


@cache
def made(results: Path) -> Page:
    """The page of a directory, made once for all tests that only look at it."""
    return page_of(results)


def names_of(page: Page) -> list[str]:
    return [section.name for section in page.sections]


def test_the_same_results_are_the_same_bytes(results: Path, tmp_path: Path) -> None:
    first = html_of(made(results)).encode()
    copy = shutil.copytree(results, tmp_path / "elsewhere")
    assert write_report(copy, tmp_path / "b.html").read_bytes() == first


def test_a_page_begins_with_what_was_compared(compared: Path) -> None:
    page = made(compared)
    world, policies = page.intro
    assert world.text == (
        "40 accounts over 24 h; the false story \u201crumor\u201d and the true story"
        " \u201cfact\u201d. 2 policies are compared with doing nothing (none) in the same 6"
        " worlds, which share one generated follow graph."
    )
    assert policies.items == [
        "\u201cclose\u201d: close accounts for good after 2 reports; 0.5 h later.",
        "\u201cdelete\u201d: take posts down after 2 reports; 0.5 h later.",
    ]
    text = read(html_of(page)).text
    assert text.index("40 accounts over 24 h") < text.index("95 % interval")


def test_there_is_no_minus_zero(results: Path) -> None:
    text = read(html_of(made(results))).text.replace("\N{MINUS SIGN}", "-")
    assert re.findall(r"(?<![\w.])-0(?:\.0*)?(?![\d.])", text) == []
    # Negative control: that is what would be found.
    assert re.findall(r"(?<![\w.])-0(?:\.0*)?(?![\d.])", "(-0.0 to 1)") == ["-0.0"]


def test_the_change_over_time_is_drawn_beside_the_levels(compared: Path) -> None:
    (section,) = [each for each in made(compared).sections if each.name == "reach"]
    titles = [title for title, _ in section.parts[0].drawings]
    assert titles == ["False stories", "False stories: change from none", "True stories",
                      "True stories: change from none"]  # fmt: skip


def test_no_colour_of_a_policy_stands_for_anything_else(compared: Path) -> None:
    """Of the drawings without a legend only the policy that the cascade is about has a colour."""
    page = made(compared)
    figures = {part.name: part for each in page.sections for part in each.parts
               if part.kind == "figure"}  # fmt: skip
    assert not re.findall(r"var\(--c\d\)", figures["early-figure"].drawings[0][1])
    assert len(set(re.findall(r"var\(--c\d\)", figures["tree"].drawings[0][1]))) <= 1


def test_fewer_worlds_are_stated(compared: Path) -> None:
    saved = read_comparison(compared)
    change = saved.change("close", "enforcement.actions")
    assert change is not None
    assert in_worlds("1", change, saved) == "1"
    assert in_worlds("1", change._replace(worlds=4), saved) == "1 [4 of 6 worlds]"


def test_other_results_are_other_bytes(compared: Path, nasty: Path) -> None:
    """Negative control of the test above."""
    assert html_of(page_of(compared, again=False)) != html_of(page_of(nasty, again=False))


def test_nothing_is_asked_from_elsewhere(results: Path) -> None:
    text = html_of(made(results))
    assert outside(read(text)) == []
    assert "http:" not in text and "https:" not in text
    assert "/tmp" not in text and str(results) not in text


@pytest.mark.parametrize(
    "planted",
    [
        '<img src="a.png">',
        "<script>1</script>",
        '<a href="//example.invalid">x</a>',
        '<p onclick="x()">',
        "<style>@import 'x.css';</style>",
        '<p style="background: url(x.png)">',
    ],
)
def test_a_request_would_be_seen(planted: str) -> None:
    assert outside(read(f"<p>fine</p>{planted}"))


def test_every_figure_is_told_in_words(results: Path) -> None:
    page = made(results)
    figures = [part for each in page.sections for part in each.parts if isinstance(part, Figure)]
    assert figures
    assert all(len(figure.told) > 20 and figure.drawings for figure in figures)
    found = read(html_of(page))
    drawn = [each for each in found.named("svg") if each.get("aria-hidden") != "true"]
    assert len(drawn) == sum(len(figure.drawings) for figure in figures)
    assert all(each["role"] == "img" and len(str(each["aria-label"])) > 20 for each in drawn)


def test_ids_are_unique_and_links_lead_somewhere(results: Path) -> None:
    found = read(html_of(made(results)))
    assert found.doubled_ids() == []
    assert found.lost_links() == []
    planted = read('<p id="a"></p><p id="a"></p><a href="#b">x</a>')
    assert planted.doubled_ids() == ["a"]
    assert planted.lost_links() == ["b"]


def test_light_dark_and_paper(compared: Path) -> None:
    found = read(html_of(page_of(compared, again=False)))
    assert "prefers-color-scheme: dark" in found.styles
    assert "@media print" in found.styles
    assert any(each.get("name") == "viewport" for each in found.named("meta"))


def test_a_comparison_has_every_section(compared: Path) -> None:
    assert names_of(made(compared)) == [
        "policies", "take-off", "reach", "before", "frontier", "enforcement", "cascade", "numbers",
        "limits", "assumptions", "reproduce",
    ]  # fmt: skip


def test_a_run_is_told_beside_the_same_world_without_its_policy(ran: Path) -> None:
    page = made(ran)
    assert names_of(page)[:3] == ["policies", "reach", "before"]
    assert "one world" in page.answer
    without = run(scenario(), "none", seed=3).measures["reach"]["truth"]["false"]["accounts"]
    assert f"instead of {without}" in page.answer
    alone = page_of(ran, again=False)
    assert "instead of" not in alone.answer
    assert "policies" not in names_of(alone)


def test_a_sweep_has_its_sections(swept: Path) -> None:
    page = made(swept)
    assert names_of(page) == [
        "settings", "parameters", "reach", "before", "cascade", "frontier", "enforcement",
        "numbers", "limits", "assumptions", "reproduce",
    ]  # fmt: skip
    tables = {table.name: table for table in page.tables()}
    assert len(tables["settings-ranked"].rows) == 8
    assert [row[0] for row in tables["parameter-reports"].rows] == ["1", "4"]


def test_a_sweep_without_policies_is_about_its_parameters(tmp_path: Path) -> None:
    page = page_of(swept_in(tmp_path, policies=["none"]))
    assert "mean reach of false stories went from" in page.answer.lower()
    assert "frontier" not in names_of(page)


def test_an_unfinished_sweep_says_what_is_missing(swept: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(swept, tmp_path / "copy")
    records = sorted((copy / "runs").rglob("*.run"))
    records[0].unlink()
    page = page_of(copy)
    assert "without numbers" in page.terms
    assert "without numbers" in html_of(page)
    assert "without numbers" not in made(swept).terms


def test_what_was_not_saved_is_left_out(compared: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(compared, tmp_path / "copy")
    (copy / "curves.csv").unlink()
    assert "reach" not in names_of(page_of(copy, again=False))
    (copy / "worlds.csv").unlink()
    with pytest.raises(InputError, match=r"worlds\.csv: is missing"):
        page_of(copy)


def test_any_name_is_only_text(nasty: Path) -> None:
    text = html_of(made(nasty))
    found = read(text)
    assert not found.named("script") and not found.named("b")
    assert NASTY in found.text
    assert "关闭账号 &amp; <b>" in found.text
    assert "$a_b$" in found.text


def test_tables_are_csv_without_formulas(nasty: Path, tmp_path: Path) -> None:
    write_report(nasty, tmp_path / "a.html", tables=tmp_path / "tables", again=False)
    files = list((tmp_path / "tables").glob("*.csv"))
    assert len(files) >= 8
    cells = [cell for file in files for row in csv.reader(file.open()) for cell in row]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell.startswith("=")]
    # Negative numbers are still numbers.
    (ranked,) = [file for file in files if file.name == "policies-ranked.csv"]
    rows = list(csv.DictReader(ranked.open()))
    assert any(float(row["difference"]) < 0 for row in rows if row["difference"])


def test_csv_has_every_digit_and_quotes_what_it_must() -> None:
    table = Table("t", "T", ["a", "b"], [["0.33", "x"]])
    assert table.csv() == "a,b\n0.33,x\n"
    full = Table("t", "T", [], [], (["a", "b"], [[1 / 3, 'x,"y"\nz'], [None, "=x"]]))
    rows = list(csv.reader(io.StringIO(full.csv())))
    assert rows == [["a", "b"], [repr(1 / 3), 'x,"y"\nz'], ["", "'=x"]]


def test_command(compared: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(compared, tmp_path / "copy")
    done = CliRunner().invoke(report, [str(copy)], catch_exceptions=False)
    assert done.exit_code == 0
    assert (copy / "report.html").stat().st_size > 50_000
    # A report of ours is replaced, and does not make the directory another's.
    again = CliRunner().invoke(report, [str(copy), "--no-again"], catch_exceptions=False)
    assert again.exit_code == 0


def test_what_is_not_ours_is_refused(compared: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such directory"):
        write_report(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no results"):
        write_report(tmp_path / "empty")
    other = tmp_path / "other"
    other.mkdir()
    (other / "rumorsim.json").write_text('{"holds": "a cake"}')
    with pytest.raises(InputError, match="no report is made of"):
        write_report(other)
    (other / "rumorsim.json").write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        write_report(other)
    mine = tmp_path / "mine.html"
    mine.write_text("<p>my own page</p>")
    with pytest.raises(OutputError, match="not a report of rumorsim"):
        write_report(compared, mine)
    assert mine.read_text() == "<p>my own page</p>"


def test_templates_are_part_of_the_package() -> None:
    from importlib.resources import files

    templates = files("rumorsim.reports.pages") / "templates"
    assert {"page.html", "parts.html", "page.css"} <= {each.name for each in templates.iterdir()}
