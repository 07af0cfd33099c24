"""The report of a calibration: it says what was saved, every number of it, and escapes names."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from posteriors import LOG, calibration, unknown
from report_checks import Read, outside, read

from rumorsim.common.errors import InputError
from rumorsim.reports.pages.page import Page
from rumorsim.reports.pages.report import page_of, write_report

HOSTILE = "</script><b>&=cmd|' /C calc'!A1"
MANY = (
    unknown("appeal"),
    unknown("vigour"),
    unknown("mean-of-the-check-ins-of-all-accounts-by-day", form="{} per h"),
    unknown("timing", {"prior": "choice", "values": ["trending", HOSTILE, True]}),
    unknown("attention", {"prior": "uniform", "low": 1, "high": 6}, whole=True),
)


def covariance() -> list[list[float]]:
    found = [[0.5 * (i == j) for j in range(5)] for i in range(5)]
    found[0][0] = found[1][1] = 0.9
    found[0][1] = found[1][0] = -0.88
    found[2][2] = 0.01
    return found


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("fits") / "many"
    calibration(MANY, covariance(), missed=(2,), noise={0: 0.2}).save(place)
    return place


@pytest.fixture(scope="module")
def page(many: Path) -> Page:
    return page_of(many)


@pytest.fixture(scope="module")
def html(many: Path) -> Read:
    return read(write_report(many).read_text("utf-8"))


def tables(page: Page) -> dict[str, list[dict[str, str]]]:
    return {each.name: list(csv.DictReader(io.StringIO(each.csv()))) for each in page.tables()}


def test_the_answer_says_what_is_known_and_what_fails(page: Page) -> None:
    assert page.answer == (
        "The data pin down mean-of-the-check-ins-of-all-accounts-by-day and narrow down timing and"
        " attention. They know only in combination: appeal and vigour (product). The fitted model"
        " reproduces 9 of 10 statistics."
    )
    assert [each.name for each in page.sections] == [
        "parameters", "predictions", "informs", "method", "limits", "assumptions", "reproduce",
    ]  # fmt: skip


def test_the_page_is_whole_and_asks_nothing_of_others(html: Read) -> None:
    assert outside(html) == []
    assert html.doubled_ids() == [] and html.lost_links() == []
    drawings = [each for each in html.named("svg") if each.get("role") == "img"]
    # Two drawings of marginals, three of pairs, two families, what informs what, the tolerance.
    assert len(drawings) == 9
    assert all(each.get("aria-label") for each in drawings)
    assert "could not be drawn" not in html.text


def test_a_miss_is_said_at_the_top_in_words(html: Read) -> None:
    text = html.text
    assert "The fitted model does not reproduce these statistics." in text
    place = text.index("cascades.truth.false.size.median: ")
    assert text.index("Does the fitted model reproduce the data?") < place
    assert place < text.index("Observed and predicted")
    assert "trade off (correlation -0.98): more of one looks like less of the other" in text
    assert "reach.never" in text, "statistics that were left out are named"


def test_every_number_of_the_file_is_on_the_page(many: Path, page: Page) -> None:
    said: dict[str, Any] = json.loads((many / "calibration.json").read_text("utf-8"))
    shown = tables(page)
    for saved, row in zip(said["parameters"], shown["posterior"], strict=True):
        assert row["parameter"].lstrip("'") == saved["name"]
        assert float(row["contraction"]) == saved["contraction"]
        ends = [row[f"{law}_{end}"] for law in ("prior", "posterior")
                for end in ("q05", "median", "q95")]  # fmt: skip
        wanted = [*saved["prior_quantiles"], *saved["quantiles"]]
        assert [each.lstrip("'") for each in ends] == [str(each) for each in wanted]
    for saved, row in zip(said["statistics"], shown["statistics"], strict=True):
        for name in ("observed", "noise", "low", "middle", "high", "tail"):
            assert (float(row[name]) if row[name] else None) == saved[name]
    for saved, row in zip(said["statistics"], shown["informing"], strict=True):
        assert [float(row[name]) for name in saved["informs"]] == list(saved["informs"].values())
    by_pair = {(row["first"], row["second"]): row for row in shown["pairs"]}
    assert len(by_pair) == len(said["pairs"]) == 10
    for saved in said["pairs"]:
        row = by_pair[saved["first"], saved["second"]]
        for name in ("correlation", "sharp", "flat"):
            assert float(row[name].lstrip("'")) == saved[name]
    for saved, row in zip(said["generations"], shown["generations"], strict=True):
        assert [float(row[name]) for name in saved] == list(saved.values())


def test_names_are_words_not_markup(many: Path, html: Read) -> None:
    text = (many / "report.html").read_text("utf-8")
    assert "<i>fit</i>" not in text and "</script>" not in text and "<b>&=cmd" not in text
    assert "=odd <i>fit</i>" in html.text
    assert HOSTILE in html.text
    assert not html.named("script")


def test_one_parameter_without_checks(tmp_path: Path) -> None:
    calibration((unknown("appeal"),), [[0.1]], checks=0).save(tmp_path / "one")
    page = page_of(tmp_path / "one")
    assert page.answer == "The data pin down appeal."
    assert "pairs" not in tables(page)
    text = read(write_report(tmp_path / "one").read_text("utf-8")).text
    assert "No runs were made from the posterior" in text


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (("statistics", 0, "observed"), "x", "statistics"),
        (("pairs", 0, "first"), "nobody", "must be of two parameters"),
        (("calibration", "parameters", 0, "name"), "other", "must be those of parameters"),
        (("calibration", "parameters", 0, "prior", "low"), 5.0, "low must be less than high"),
        (("calibration", "parameters", 1, "prior"), {"prior": "choice", "values": [1, 2]},
         "has a value that its prior cannot give"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_told(
    many: Path, tmp_path: Path, path: tuple[Any, ...], value: Any, rule: str
) -> None:
    for name in ("rumorsim.json", "posterior.csv"):
        (tmp_path / name).write_bytes((many / name).read_bytes())
    said = json.loads((many / "calibration.json").read_text("utf-8"))
    inner = said
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    (tmp_path / "calibration.json").write_text(json.dumps(said))
    with pytest.raises(InputError, match=rule):
        page_of(tmp_path)


def test_the_prior_of_a_log_uniform_parameter_is_said(html: Read) -> None:
    assert f"log-uniform, {LOG['low']} to 1" in html.text
    assert "log-uniform, 0.01 to 1 per h" in html.text
