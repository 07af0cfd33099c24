"""CSV: no cell that a spreadsheet would run, and every cell comes back as it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from small_worlds import small

from rumorsim.common.csv_text import csv_text, defused, read_csv, restored, write_csv, write_records
from rumorsim.reports.pages.saved import read_comparison
from rumorsim.scenario.models import Scenario
from rumorsim.studies.compare.running import compare
from rumorsim.studies.sweep import tables as sweep_tables
from rumorsim.studies.sweep.running import sweep

FORMULAS = ["=1+1", "+a", "-a", "@SUM(A1)", "\t=1", " =1", "＝1", "|x", "\r1", "'=1", "''-a"]
PLAIN = ["close accounts", "a=b", "-1.5", "+3e4", -1.5, 0, True, "'x", "'-1.5", "", "''", "'"]
POLICY, STORY = '=HYPERLINK("//example.invalid")', "'=the rumor"


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_are_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    assert restored(defused(cell)) == cell


@pytest.mark.parametrize("cell", PLAIN)
def test_what_is_no_formula_stays(cell: Any) -> None:
    assert defused(cell) == cell
    assert restored(cell) == cell


def test_files_are_read_back_as_they_were(tmp_path: Path) -> None:
    place, head = tmp_path / "a.csv", ["=name", "number"]
    # Names are one line of text: a carriage return is not quoted before Python 3.13.
    words = [cell for cell in [*FORMULAS, *PLAIN] if isinstance(cell, str) and "\r" not in cell]
    write_csv(place, head, zip(words, range(len(words)), strict=True))
    assert [row["=name"] for row in read_csv(place)] == words
    assert [row["number"] for row in read_csv(place)] == [str(i) for i in range(len(words))]
    assert csv_text(["a"], [[None], [1 / 3]]) == f'a\n""\n{1 / 3!r}\n'
    # Negative control: a reader who does not know of it sees the apostrophes.
    with place.open(newline="") as file:
        assert [row[0] for row in csv.reader(file)] != ["=name", *words]
    write_records(place, [{"a": 1, "b": "=2"}, {"a": 3, "b": "4"}])
    assert place.read_text() == "a,b\n1,'=2\n3,4\n"


def scenario() -> Scenario:
    """Twelve accounts whose policy and stories have bad names."""
    story = {"appeal": 0.3, "report": 0.5}
    close = {"kind": "close-accounts", "when": {"reports": 1}}
    return small(
        {
            "stories": [
                {"name": STORY, "truth": False, **story, "author": {"ids": [0]}},
                {"name": "+fact", "truth": True, **story, "author": {"ids": [1]}},
            ],
            "policies": [{"name": POLICY, "interventions": [close]}],
        }
    )


def cells(place: Path) -> list[str]:
    with place.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def test_a_comparison_has_no_formulas(tmp_path: Path) -> None:
    found = compare(scenario(), replicates=2, workers=1)
    found.save(tmp_path / "out")
    for name in ("changes.csv", "worlds.csv", "curves.csv"):
        held = cells(tmp_path / "out" / name)
        assert f"'{POLICY}" in held
        assert POLICY not in held
    # What reads it knows the policy by its name.
    saved = read_comparison(tmp_path / "out")
    assert saved.policies == ("none", POLICY)
    assert saved.scalars[POLICY] == found.scalars[POLICY]
    assert set(saved.digests) == {policy for policy, _ in saved.changes} == set(found.policies)


def test_a_sweep_has_no_formulas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = tmp_path / "study.json"
    (tmp_path / "scenario.json").write_text(json.dumps(scenario().resolved()), encoding="utf-8")
    varied = [{"name": "appeal", "key": f"stories[{STORY}].appeal", "values": [0.1, 0.3]}]
    study.write_text(
        json.dumps({"scenario": "scenario.json", "replicates": 1, "parameters": varied})
    )
    monkeypatch.setattr(sweep_tables, "_has_pyarrow", lambda: False)
    frame = sweep(study, tmp_path / "out", workers=0).frame()
    held = cells(tmp_path / "out" / "runs.csv")
    assert f"'{POLICY}" in held
    assert POLICY not in held
    assert frame["policy"].tolist() == ["none", POLICY] * 2
    assert frame["appeal"].tolist() == [0.1, 0.1, 0.3, 0.3]


def test_a_repeated_column_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "a.csv"
    place.write_text("policy,reach,reach\nnone,1,2\n")
    with pytest.raises(csv.Error, match="two columns have the same name"):
        list(read_csv(place))
