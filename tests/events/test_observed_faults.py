"""Faults of observed cascades: each kind is counted, and each of its rules does what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rumorsim import Cascades, InputError, Kind, read_cascades
from rumorsim.events.observed.forest import after_parents
from rumorsim.events.observed.rules import FAULTS

pytest.importorskip("pyarrow")

Row = tuple[Any, ...]


def rows(*given: Row) -> dict[str, list[Any]]:
    """Posts as (post, account, minute, parent), all of the cascade "x"."""
    posts, accounts, minutes, parents = zip(*given, strict=True)
    return {
        "cascade": ["x"] * len(given),
        "post": list(posts),
        "account": list(accounts),
        "time": list(minutes),
        "parent": list(parents),
    }


def read(table: Any, rules: dict[str, str] | None = None, **more: Any) -> Cascades:
    return read_cascades(table, unit="minutes", truth=more.pop("truth", True), rules=rules, **more)


def tree(found: Cascades) -> dict[str, str | None]:
    """Who shared from whom, first shares of accounts only, in order of time."""
    ids = found.facts.account_ids
    made: dict[str, str | None] = {}
    for event in found.batch.only(Kind.PUBLISH, Kind.SHARE):
        source = None if event.source < 0 else str(ids[event.source])
        made.setdefault(str(ids[event.account]), source)
    return made


def times(found: Cascades) -> dict[str, float]:
    ids = found.facts.account_ids
    posts = found.batch.only(Kind.PUBLISH, Kind.SHARE)
    return dict(zip(ids[posts.account].tolist(), posts.time.tolist(), strict=True))


EARLY = rows((1, "a", 0, None), (2, "b", 60, 1), (3, "c", 30, 2), (4, "d", 45, 3))
LEVEL = rows((1, "a", 0, None), (2, "b", 60, 1), (3, "c", 60, 2))
LOST = rows((1, "a", 0, None), (2, "b", 60, 9), (3, "c", 90, 2))
DELETED = rows((0, "z", 5, 1), (2, "b", 60, None), (3, "c", 90, 2))
CYCLE = rows(
    (1, "a", 0, None), (2, "b", 60, 4), (3, "c", 90, 2), (4, "d", 120, 3), (5, "e", 130, 4)
)
OWN = rows((1, "a", 0, None), (2, "a", 60, 1), (3, "b", 70, 2))
AGAIN = rows((1, "a", 0, None), (2, "b", 60, 1), (3, "b", 90, 1), (4, "c", 95, 3))
TWICE = rows((1, "a", 0, None), (2, "b", 60, 1), (2, "c", 90, 1))
ROOTS = rows((1, "a", 0, None), (2, "b", 60, None), (3, "c", 90, 2))
NONE = rows((2, "b", 60, 1), (3, "c", 90, 2), (4, "d", 95, 1))
HEAD = {"cascade": ["x"], "author": ["a"], "original": [1]}

#: Kind, the posts, rule, who shares from whom then.
CASES: list[tuple[str, Any, str, int, dict[str, str | None]]] = [
    ("before-parent", EARLY, "wait", 1, {"a": None, "b": "a", "c": "b", "d": "c"}),
    ("before-parent", EARLY, "drop", 1, {"a": None, "b": "a"}),
    ("before-parent", EARLY, "root", 1, {"a": None, "c": "a", "d": "c", "b": "a"}),
    ("at-parent", LEVEL, "wait", 1, {"a": None, "b": "a", "c": "b"}),
    ("at-parent", LEVEL, "drop", 1, {"a": None, "b": "a"}),
    ("at-parent", LEVEL, "root", 1, {"a": None, "b": "a", "c": "a"}),
    ("absent-parent", LOST, "root", 1, {"a": None, "b": "a", "c": "b"}),
    ("absent-parent", LOST, "drop", 1, {"a": None}),
    ("deleted-parent", DELETED, "root", 1, {"a": None, "z": "a", "b": "a", "c": "b"}),
    ("deleted-parent", DELETED, "drop", 1, {"a": None, "z": "a"}),
    ("cycle", CYCLE, "root", 4, {"a": None, "b": "a", "c": "b", "d": "c", "e": "d"}),
    ("cycle", CYCLE, "drop", 4, {"a": None}),
    ("own-parent", OWN, "keep", 1, {"a": None, "b": "a"}),
    ("own-parent", OWN, "root", 1, {"a": None, "b": "a"}),
    ("own-parent", OWN, "drop", 1, {"a": None}),
    ("repeated-share", AGAIN, "keep", 1, {"a": None, "b": "a", "c": "b"}),
    ("repeated-share", AGAIN, "drop", 1, {"a": None, "b": "a"}),
    ("repeated-post", TWICE, "drop", 1, {"a": None, "b": "a"}),
    ("two-roots", ROOTS, "root", 1, {"a": None, "b": "a", "c": "b"}),
    ("two-roots", ROOTS, "drop", 1, {"a": None}),
    ("no-root", NONE, "earliest", 1, {"b": None, "c": "b", "d": "b"}),
]


@pytest.mark.parametrize(("kind", "table", "rule", "count", "wanted"), CASES)
def test_each_rule(
    kind: str, table: Any, rule: str, count: int, wanted: dict[str, str | None]
) -> None:
    heads = HEAD if kind == "deleted-parent" else None
    columns = {"author": "author"} if heads else None
    found = read(table, {kind: rule}, originals=heads, columns=columns)
    assert tree(found) == wanted
    assert (found.faults[kind].count, found.faults[kind].rule) == (count, rule)
    assert f"{kind}: {found.faults[kind]}" in found.text()


@pytest.mark.parametrize("kind", [name for name, each in FAULTS.items() if "refuse" in each.rules])
def test_every_kind_can_be_refused(kind: str) -> None:
    tables = {case[0]: case[1] for case in CASES}
    by_account = {
        "cascade": ["x"] * 4,
        "account": ["a", "b", "b", "c"],
        "time": [0, 1, 2, 3],
        "parent_account": [None, "a", "a", "b"],
    }
    tables |= {"unclear-parent": by_account, "unknown-truth": LEVEL}
    truth = None if kind == "unknown-truth" else True
    heads = HEAD if kind == "deleted-parent" else None
    with pytest.raises(InputError, match="refused by rule") as told:
        read(tables[kind], {kind: "refuse"}, truth=truth, originals=heads)
    fault = told.value.faults[0]
    assert fault.key == kind and "choose a rule" in fault.advice
    others = [rule for rule in FAULTS[kind].rules if rule != "refuse"]
    assert all(rule in fault.advice for rule in others)


def test_kinds_that_are_tried_are_all_that_have_rules() -> None:
    elsewhere = {"unclear-parent", "unknown-truth"}
    tried = {(case[0], case[2]) for case in CASES}
    for kind, each in FAULTS.items():
        if kind not in elsewhere:
            left = {(kind, rule) for rule in each.rules if rule != "refuse"} - tried
            assert left <= {("no-root", "drop")}, left


def test_two_originals_are_refused_unless_a_rule_says_otherwise() -> None:
    with pytest.raises(InputError, match="two-roots"):
        read(ROOTS)
    with pytest.raises(InputError, match="no-root"):
        read(NONE)


def test_cascades_without_an_original_can_be_left_out() -> None:
    both = {name: [*NONE[name], *LOST[name]] for name in NONE}
    both["cascade"] = ["x"] * 3 + ["y"] * 3
    found = read(both, {"no-root": "drop"})
    assert [each.name for each in found.facts.stories] == ["y"]
    with pytest.raises(InputError, match="no cascade is left"):
        read(NONE, {"no-root": "drop"})


@pytest.mark.parametrize(
    ("rule", "truths"),
    [("not-a-rumor", [True, False]), ("rumor", [False, False]), ("drop", [False])],
)
def test_unknown_truth(rule: str, truths: list[bool]) -> None:
    table = {
        "cascade": ["x", "y"],
        "account": [1, 2],
        "time": [0, 0],
        "truth": [None, False],
        "parent": [None, None],
        "post": [1, 2],
    }
    found = read(table, {"unknown-truth": rule}, truth=None)
    assert [each.truth for each in found.facts.stories] == truths
    assert {each.category for each in found.facts.stories} == {"unknown"}
    assert (found.faults["unknown-truth"].count, found.faults["unknown-truth"].rule) == (1, rule)
    stated = read(table, truth=True)
    assert [each.truth for each in stated.facts.stories] == [True, False]
    assert "unknown-truth" not in stated.faults


def test_words_for_the_truth() -> None:
    table = {
        "cascade": list("wxyz"),
        "account": [1, 2, 3, 4],
        "time": [0, 0, 0, 0],
        "truth": ["debunked", "Confirmed", "unverified", "no"],
    }
    words = {"debunked": False, "confirmed": True}
    found = read(table, truth=words)
    assert [each.truth for each in found.facts.stories] == [False, True, True, False]
    assert found.faults["unknown-truth"].count == 1
    with pytest.raises(InputError, match='= "debunked": is no word'):
        read(table)
    wrong = dict(table, rumor=table.pop("truth"))
    turned = read(wrong, truth=words)
    assert [each.truth for each in turned.facts.stories] == [True, False, True, True]


def test_waiting_is_to_the_next_moment_and_moves_what_hangs_from_it() -> None:
    found = times(read(EARLY))
    assert found["c"] == np.nextafter(found["b"], np.inf) and found["b"] == 1.0
    assert found["d"] == np.nextafter(found["c"], np.inf)
    assert read(EARLY).faults["moved-on"].count == 1
    level = times(read(LEVEL))
    assert level["c"] == np.nextafter(1.0, np.inf)
    before = read(rows((1, "a", 60, None), (2, "b", 30, 1)))
    assert times(before) == {"a": 0.0, "b": np.nextafter(0.0, 1.0)}


def test_shares_wait_as_one_after_the_other_would() -> None:
    """Against the rule share by share, on random trees with many faults."""
    rng = np.random.default_rng(5)
    for _ in range(200):
        size = int(rng.integers(1, 40))
        parent = np.array([-1, *(int(rng.integers(0, n)) for n in range(1, size))], np.int64)
        time = rng.integers(0, 6, size).astype(float)
        time[0] = 0.0
        wanted = time.copy()
        for row in range(1, size):
            wanted[row] = max(wanted[row], np.nextafter(wanted[parent[row]], np.inf))
        assert np.array_equal(after_parents(time, parent), wanted)


def test_repeated_shares_of_a_post_are_counted_apart() -> None:
    found = read(AGAIN)
    assert found.faults["repeated-share-of-post"].count == 1
    kinds = found.batch.kind.tolist()
    assert kinds.count(Kind.EXPOSE) == 2 and kinds.count(Kind.SHARE) == 3


def test_equal_times_are_counted_and_ordered_as_engines_do() -> None:
    table = rows(
        (1, "m", 0, None), (2, "z", 9, 1), (3, "b", 9, 1), (4, "a", 20, 2), (5, "a", 20, 3)
    )
    found = read(table)
    assert found.faults["equal-times"].count == 4
    ids = found.facts.account_ids
    posts = found.batch.only(Kind.PUBLISH, Kind.SHARE)
    pairs = [(ids[e.account], ids[e.source] if e.source >= 0 else "") for e in posts]
    assert pairs == [("m", ""), ("b", "m"), ("z", "m"), ("a", "b"), ("a", "z")]


def test_a_declared_size_that_differs_is_counted(tmp_path: Any) -> None:
    file = tmp_path / "w.txt"
    file.write_text("c\ta\t0\t5\ta:0 a/b:9\nd\ta\t0\t1\ta/b:9\n")
    found = read_cascades(file)
    assert found.faults["declared-size"].count == 1
    assert found.faults["declared-size"].first.endswith("line 1")


def test_paths_name_the_post_that_is_shared(tmp_path: Any) -> None:
    """By the whole path; of an account that never appears it is absent."""
    file = tmp_path / "w.txt"
    file.write_text("c\ta\t0\t6\ta/b:10 a/c:20 a/c/b:30 a/b/d:40 a/c/b/e:50 a/x/f:60\n")
    found = read_cascades(file)
    ids = found.facts.account_ids
    shares = found.batch.only(Kind.SHARE)
    assert dict(zip(ids[shares.account].tolist(), shares.value.tolist(), strict=True)) == {
        "c": 0, "b": 2, "d": 1, "e": 3, "f": 0,
    }  # fmt: skip
    assert found.faults["absent-parent"].count == 1


def test_rows_below_other_originals_leave_with_them() -> None:
    found = read(CYCLE | {"parent": [None, 4, 2, 3, None]}, {"two-roots": "drop"})
    assert tree(found) == {"a": None, "b": "a", "c": "b", "d": "c"}
