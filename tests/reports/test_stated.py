"""Which intervals answers state: one rule for a number, wherever it is told."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from small_worlds import small

from rumorsim import compare
from rumorsim.reports.pages.saved import read_comparison
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.effects import clarity_clause
from rumorsim.studies.compare.take_off import take_off
from rumorsim.studies.statistics import stated
from rumorsim.studies.statistics.change import Change, Seen, paired
from rumorsim.studies.statistics.intervals import LEVEL, Interval

KEY = "reach.truth.false.accounts"
#: Skewness 1.3 over 20 worlds: enough to count actions, too few for a reach.
COUNTS = [2.0, 3, 2, 4, 3, 2, 5, 3, 2, 3, 4, 2, 3, 9, 2, 3, 6, 4, 2, 8]


@pytest.mark.parametrize("key", ["enforcement.actions", "collateral.accounts.innocent", KEY, ""])
def test_a_change_from_a_base_of_zero_is_judged_as_its_mean_is(key: str) -> None:
    """What is never done under none is known as well as the number under the policy itself."""
    light = key not in (KEY, "")
    found = paired(COUNTS, [0.0] * len(COUNTS), key or "reach.of-mine", LEVEL)
    assert found is not None
    assert found.difference is not None
    assert found.mean.known == found.difference.known == light
    assert (found.seen.needed <= len(COUNTS)) == light
    assert stated.paired_difference(COUNTS, [0.0] * 20, key=key).known == light
    assert stated.difference_is_estimable(COUNTS, [0.0] * 20, key) == light
    assert (stated.needed_for_mean(COUNTS, key) <= 20) == light


def test_a_base_that_varies_wildly_is_asked_by_the_same_rule() -> None:
    base = [0.0] * 19 + [1000.0]
    ours = [each + 1 + world % 2 for world, each in enumerate(base)]
    assert not stated.paired_difference(ours, base, key="cost.total").known


def test_a_number_that_is_the_same_in_all_worlds_has_no_interval() -> None:
    assert stated.mean_of([0.0] * 20, "collateral.accounts.innocent") == Interval(0.0)
    assert stated.mean_of([1.0] * 20, "enforcement.precision.by_truth.value") == Interval(1.0)
    assert stated.mean_of([0.0, 1.0] * 10, "enforcement.actions").known


@pytest.mark.parametrize(
    ("difference", "seen", "told"),
    [
        (Interval(-9.0, -12.0, -5.0), Seen(20, 0), "less"),
        (Interval(9.0, 5.0, 12.0), Seen(0, 20), "more"),
        (Interval(1.0, -5.0, 12.0), Seen(8, 12), "no"),
        (Interval(-9.0), Seen(1, 0, needed=300), "too few worlds"),
        (Interval(0.0), Seen(0, 0, 0.14), "none seen"),
    ],
)
def test_a_table_tells_no_clear_change_from_too_few_worlds(
    difference: Interval, seen: Seen, told: str
) -> None:
    mean = Interval(50.0, 40.0, 60.0)
    same = not seen.differing
    assert (
        clarity_clause(Change("p", KEY, mean, difference, None, None, None, same, 20, seen)) == told
    )


def test_tables_have_no_interval_of_what_is_never_more_than_zero(tmp_path: Path) -> None:
    scenario = small({"policies": [{"name": "never", "interventions": [NEVER]}]})
    found = compare(scenario, replicates=4, workers=1)
    found.save(tmp_path / "out")
    with (tmp_path / "out" / "changes.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["measure"] == "enforcement.actions"]
    assert [(row["mean"], row["mean_low"], row["mean_high"]) for row in rows] == [
        ("0.0", "", "")
    ] * 2
    saved = read_comparison(tmp_path / "out").change("never", "enforcement.actions")
    assert saved is not None
    assert saved.mean == Interval(0.0)


NEVER = {"kind": "close-accounts", "when": {"shares": 11}}


def test_a_graph_from_a_file_has_the_same_threshold_of_taking_off(tmp_path: Path) -> None:
    """One account in a hundred, of the graph and not of what stories reach."""
    many = 3_000
    lines = "".join(f"{each + 1},{each}\n" for each in range(many - 1))
    (tmp_path / "line.csv").write_text(lines)
    columns = {"columns": "follower followee", "header": False}
    base = small()
    made, read = (
        base.with_(graph=graph)
        for graph in (
            {"kind": "path", "accounts": many},
            {"kind": "file", "path": str(tmp_path / "line.csv"), **columns},
        )
    )
    for scenario in (made, read):
        found = compare(scenario, replicates=2, workers=1)
        assert found.provenance["accounts"] == many
        assert take_off(found).threshold == 30
        found.save(tmp_path / f"out {scenario is made}")
        assert take_off(read_comparison(tmp_path / f"out {scenario is made}")).threshold == 30


def test_the_worlds_needed_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(_: Comparison) -> list[tuple[str, str, Seen]]:
        asked.append(1)
        return []

    monkeypatch.setattr(Comparison, "changed_reach", counted)
    found = compare(small({"policies": []}), replicates=2, workers=1)
    again = replace(found)
    assert (again.worlds_needed, again.worlds_needed) == (None, None)
    assert len(asked) == 1
