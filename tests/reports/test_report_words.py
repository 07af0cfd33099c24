"""The sentences of a report claim what their intervals show, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rumorsim.events.stream import Batch, Kind
from rumorsim.reports.figures.tables import with_interval
from rumorsim.reports.pages.answers import answer_of, terms_of
from rumorsim.reports.pages.before import before_section
from rumorsim.reports.pages.cascade_tree import rows_of_tree
from rumorsim.reports.pages.replay import replay
from rumorsim.reports.pages.saved import Saved
from rumorsim.reports.pages.wording import ordered
from rumorsim.scenario.loading import from_values
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.compare.effects import FALSE, TRUE
from rumorsim.studies.statistics.change import Paired, Seen, seen_in
from rumorsim.studies.statistics.intervals import (
    Interval,
    mean_interval,
    paired_difference,
    relative_change,
)

BASE = [100, 104, 98, 102, 99, 101, 103, 97]
#: Each policy as what it takes away in each of eight worlds.
MUCH = [30, 31, 29, 30, 32, 28, 30, 31]
LESS = [12, 11, 13, 12, 12, 11, 12, 13]
NOISE = [20, -18, 15, -16, 9, -12, 17, -13]


def saved(truth: Sequence[bool] = (False, True), **taken: Sequence[int]) -> Saved:
    """A comparison in which policies take accounts away from the reach of false stories."""
    false = {"none": BASE, **{name: _minus(gone) for name, gone in taken.items()}}
    keys = {FALSE: false, TRUE: dict.fromkeys(false, BASE)}
    worlds = len(next(iter(taken.values()))) if taken else len(BASE)
    changes = {}
    for key, policies in keys.items():
        base = policies["none"][:worlds]
        for policy, values in policies.items():
            changes[policy, key] = _change(values[:worlds], base, none=policy == "none")
    return Saved(
        name="made up",
        policies=tuple(false),
        seeds=tuple(range(1, worlds + 1)),
        changes=changes,
        scalars={p: {key: keys[key][p][:worlds] for key in keys} for p in false},
        digests={policy: ["0"] * worlds for policy in false},
        bands={},
        facts={"scenario": {"stories": [{"truth": each} for each in truth]}, "provenance": {}},
    )


def _minus(gone: Sequence[int]) -> list[int]:
    return [a - b for a, b in zip(BASE, gone, strict=False)]


def _change(ours: Sequence[float], base: Sequence[float], *, none: bool) -> Paired:
    if none:
        return Paired(mean_interval(ours), None, None, True, len(ours), Seen())
    return Paired(
        mean_interval(ours),
        paired_difference(ours, base),
        relative_change(ours, base),
        list(ours) == list(base),
        len(ours),
        seen_in(ours, base) or Seen(),
    )


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(12.34, 10.1, 14.6), "12.3 % (99 % interval 10.1 to 14.6 %)"),
        (Interval(12.0), "12 %"),
        # The same everywhere: there is no interval to tell.
        (Interval(12.0, 12.0, 12.0), "12 % (in every world)"),
    ],
)
def test_an_interval_in_a_sentence(interval: Interval, words: str) -> None:
    assert with_interval(*interval, "%", level="99 %") == words
    comma = with_interval(*interval, "%", level="99 %", brackets=False)
    assert comma == words.replace(" (99 % ", ", 99 % ").replace("14.6 %)", "14.6 %")


def test_a_clear_cut_is_said_with_its_interval() -> None:
    found = answer_of(saved(close=MUCH))
    assert found.startswith("“close” cut the reach of false stories by 30.0")
    assert "95\u00a0% interval" in found
    assert "left the reach of true stories as it was in all" in found


def test_what_is_not_clear_is_not_claimed() -> None:
    found = answer_of(saved(close=NOISE))
    assert "did not clearly change the reach of false stories" in found
    assert " cut " not in found
    several = answer_of(saved(close=NOISE, delete=NOISE[::-1]))
    assert several.startswith("No policy clearly changed the reach of false stories")


def test_where_worlds_are_too_few_no_policy_is_named_best() -> None:
    rare = [0.0] * (len(NOISE) - 1) + [-900.0]
    found = answer_of(saved(close=rare, delete=[2 * each for each in rare]))
    assert "No policy" not in found and "best" not in found
    assert found.count("too few worlds to say by how much on average") == 2


def test_the_best_is_named_only_where_it_is_clear() -> None:
    assert "clearly more than any other policy" in answer_of(saved(close=MUCH, delete=LESS))
    nearly = [each + shift for each, shift in zip(MUCH, NOISE, strict=True)]
    tied = answer_of(saved(close=MUCH, delete=nearly))
    assert "but not clearly more than" in tied
    assert "than any other" not in tied


def test_harm_is_told() -> None:
    found = answer_of(saved(close=[-each for each in MUCH]))
    assert "raised the reach of false stories by 30.0" in found
    several = answer_of(saved(close=[-each for each in MUCH], delete=NOISE))
    assert "raised" in several or "No policy clearly changed" in several


def test_nothing_at_all_is_told_as_nothing() -> None:
    found = answer_of(saved(close=[0] * 8))
    assert "left the reach of false stories as it was in all 8 worlds" in found
    assert answer_of(saved(a=[0] * 8, b=[0] * 8)).startswith("No policy changed")


def test_one_world_is_an_example() -> None:
    one = saved(close=MUCH[:1])
    assert answer_of(one).startswith("In this one world, under “close”")
    assert "70 accounts instead of 100" in answer_of(one)
    assert "interval" not in answer_of(one)
    assert "may be chance" in terms_of(one)


def test_a_comparison_without_policies_tells_the_mean() -> None:
    assert answer_of(saved()).startswith("On average over the worlds, false stories reached")


def test_where_all_is_true_more_is_better() -> None:
    held_back = saved((True,), close=MUCH, delete=LESS)
    assert "false" not in answer_of(held_back)


def test_policies_are_in_the_order_of_their_means() -> None:
    assert ordered(saved(little=LESS, much=MUCH)) == ["much", "little"]


def acting() -> Any:
    """Forty accounts; three in ten lose their followers after half an hour."""
    from small_worlds import values

    return from_values(
        values(
            {
                "graph": {"kind": "erdos-renyi", "accounts": 40, "mean_followers": 6.0},
                "policies": [
                    {
                        "name": "close",
                        "interventions": [
                            {
                                "kind": "remove-followers",
                                "when": {"at": ["30 min"]},
                                "whom": {"fraction": 0.3},
                            },
                        ],
                    }
                ],
            }
        ),
        Path(),
    )


def _again(scenario: Any, seeds: Sequence[int], spoil: bool = False, events: float = 100.0) -> Any:
    from rumorsim.simulation.running import run

    digests = {
        policy: [run(scenario, policy, seed).digest for seed in seeds]
        for policy in ("none", "close")
    }
    if spoil:
        digests["close"][0] = "0" * 64
    numbers = {policy: {"reach.exposures": [events]} for policy in digests}
    saved: Any = SimpleNamespace(
        policies=tuple(digests), seeds=seeds, scalars=numbers, digests=digests
    )
    return replay(lambda _, __: scenario, saved, saved.policies)


def test_who_was_reached_before_the_first_action_is_counted() -> None:
    scenario = acting()
    world = _again(scenario, [4]).worlds["close"][0]
    simulation = Simulation(scenario, "close", 4)
    batch: Batch = simulation.advance(scenario.horizon)
    (first,) = batch.only(Kind.ACTION).time[:1]
    assert world.acted == pytest.approx(first)
    exposed = batch.only(Kind.EXPOSE)
    before, ever = (int(np.count_nonzero(world.met < end)) for end in (first, np.inf))
    assert before == len(set(exposed.account[exposed.time < first]))
    assert ever == len(set(exposed.account))
    assert 0 < before < ever


def test_worlds_that_come_out_otherwise_are_not_shown() -> None:
    scenario = acting()
    assert _again(scenario, [4]).worlds
    spoilt = _again(scenario, [4], spoil=True)
    assert not spoilt.worlds
    assert "other events" in spoilt.why_not
    assert "too large" in _again(scenario, [4], events=1e9).why_not
    section = before_section(saved(close=MUCH), spoilt)
    assert section is not None
    assert "Not shown" in section.parts[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "parent", [[-1], [-1, 0, 0, 1, 1, 2], [-1, 0, 1, 2, 3], [-1, 0, 0, 0, 2, 1, 2, 5]]
)
def test_branches_of_a_tree_do_not_cross(parent: list[int]) -> None:
    rows = rows_of_tree(np.array(parent))
    assert not _crossings(parent, rows.tolist())


def test_crossing_branches_would_be_seen() -> None:
    assert _crossings([-1, 0, 0, 1, 2], [0.5, 0.0, 1.0, 1.0, 0.0])


def _crossings(parent: list[int], rows: list[float]) -> list[tuple[int, int]]:
    """Pairs of siblings whose branches take rows of each other."""
    below: list[set[int]] = [{place} for place in range(len(parent))]
    for place in reversed(range(1, len(parent))):
        below[parent[place]] |= below[place]
    spans = [(min(rows[i] for i in each), max(rows[i] for i in each)) for each in below]
    pairs = [(a, b) for b in range(len(parent)) for a in range(b) if parent[a] == parent[b]]
    return [
        (a, b) for a, b in pairs if not (spans[a][1] < spans[b][0] or spans[b][1] < spans[a][0])
    ]


def test_a_story_of_ten_thousand_shares_in_a_row_is_no_recursion() -> None:
    rows = rows_of_tree(np.arange(-1, 9_999))
    assert (rows == 0).all()
