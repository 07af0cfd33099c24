"""Lines at the desk: quotas and reviewers, for every intervention.

Statistical checks have fixed seeds and fail for a right desk with probability ALARM.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from small_worlds import small
from test_cases import KINDS, MANY, acts, busy_desk, flags, journal

from rumorsim.platform.desk import Action
from rumorsim.platform.interventions import cases

ALARM = 1e-4

# -- how many: quota --------------------------------------------------------------------


def in_periods(entries: list[Action], period: float) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for each in entries:
        counts[math.floor(each.time / period)] += 1
    return counts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("times", "delay"),
    [(["1 h"], None), (["1 h", "4 h", "10 h"], "2 h"), (["1 h", "3 h", "6 h", "6 h"], None)],
)
def test_a_quota_is_never_exceeded_nor_wasted(
    kind: str, times: list[str], delay: str | None
) -> None:
    """Cases come before, at and after the moment a period begins, and wait in line."""
    settings: dict[str, Any] = {
        "when": {"at": times},
        "whom": {"fraction": 0.25},
        "quota": "5 per 3 h",
    }
    if delay is not None:
        settings["delay"] = {"law": "fixed", "time": delay}
    entries = journal(busy_desk(kind, settings, horizon="30 h"))
    done = acts(entries)
    counts = in_periods(done, 3.0)
    begin = math.floor(done[0].time / 3.0)
    assert {period: counts[period] for period in range(begin, 10)} == dict.fromkeys(
        range(begin, 10), 5
    )


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_quota_all_act_at_once(kind: str) -> None:
    """Negative control: the count in a period is otherwise in the hundreds."""
    assert max(in_periods(acts(journal(busy_desk(kind, {}))), 3.0).values()) > 500


@pytest.mark.parametrize("kind", KINDS)
def test_who_waits_for_a_quota_waits_in_line(kind: str) -> None:
    settings = {"when": {"at": ["1 h", "2 h"]}, "whom": {"fraction": 0.1}, "quota": "5 per h"}
    entries = journal(busy_desk(kind, settings))
    order = [each.target for each in flags(entries)]
    assert [each.target for each in acts(entries)] == order
    assert len(order) > 50
    assert order != sorted(order), "the order in which cases come is no order of numbers"


# -- how many: reviewers ------------------------------------------------------------------


def review(time: str, reviewers: int) -> dict[str, Any]:
    return {"reviewers": reviewers, "review_time": {"law": "fixed", "time": time}}


@pytest.mark.parametrize("kind", KINDS)
def test_reviewers_take_one_case_each_and_in_line(kind: str) -> None:
    """Three reviewers, half an hour a case: three acts each half hour, none sooner."""
    entries = journal(busy_desk(kind, review("30 min", 3), horizon="20 h"))
    done = acts(entries)
    order = [each.target for each in flags(entries)]
    assert [each.target for each in done] == order[: len(done)]
    moments, counts = np.unique([each.time for each in done], return_counts=True)
    np.testing.assert_allclose(moments, 1.0 + 0.5 * np.arange(1, 38), rtol=1e-12)
    assert (counts == 3).all()


@pytest.mark.parametrize("kind", KINDS)
def test_never_more_reviewers_are_busy_than_there_are(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With review times of every length; all are busy while cases wait."""
    seen: list[tuple[int, int]] = []

    class Watched(cases.simpy.Resource):  # type: ignore[name-defined, misc]
        def _do_put(self, event: Any) -> Any:
            result = super()._do_put(event)
            seen.append((self.count, len(self.queue)))
            return result

    monkeypatch.setattr(cases.simpy, "Resource", Watched)
    settings = {
        "reviewers": 4,
        "review_time": {"law": "lognormal", "median": "30 min", "sigma": 1.0},
    }
    journal(busy_desk(kind, settings))
    busy = [count for count, _ in seen]
    assert max(busy) == 4
    assert all(count == 4 for count, waiting in seen if waiting > 1)


def test_cases_dismissed_take_no_quota() -> None:
    settings = {"quota": "3 per h", "sensitivity": 1.0, "false_positive_rate": 0.0}
    entries = journal(busy_desk("delete-posts", settings, horizon="20 h"))
    assert set(in_periods(acts(entries), 1.0).values()) == {3}
    assert sum(each.verb == "dismiss" for each in entries) == 300


def erlang_c(load: float, servers: int) -> float:
    """P(wait) in M/M/c from its textbook sum."""
    last = load**servers / math.factorial(servers) / (1 - load / servers)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


@pytest.mark.long
def test_the_queue_agrees_with_erlang_c() -> None:
    """Poisson cases, exponential reviews, 2 reviewers at 80 %: mean sojourn 0.556 h.

    Six runs of 8,000 cases; the mean is within five standard errors, and those of runs
    with one arrival in four fewer are not.
    """
    arrivals, mean, servers = 8.0, 0.2, 2
    load = arrivals * mean
    sojourn = mean + erlang_c(load, servers) / (servers / mean - arrivals)

    def means(rate: str) -> Any:
        intervention = {
            "kind": "delete-posts",
            "when": {"age": "1 h"},
            "reviewers": servers,
            "review_time": {"law": "exponential", "mean": "12 min"},
        }
        changes = {
            "horizon": "1000 h",
            "graph": {"accounts": 10},
            "stories": [
                {
                    "name": "rumor",
                    "truth": False,
                    "appeal": 0.0,
                    "author": {"ids": [0]},
                    "schedule": {"rate": rate},
                }
            ],
            "policies": [{"name": "it", "interventions": [intervention]}],
        }
        found = []
        for seed in range(6):
            entries = journal(small(MANY, changes, {"seed": seed}))
            opened = {each.target: each.time for each in flags(entries)}
            found.append(np.mean([each.time - opened[each.target] for each in acts(entries)]))
        return np.array(found)

    right, wrong = means("8 per h"), means("6 per h")
    error = right.std(ddof=1) / math.sqrt(len(right))
    assert error < 0.05 * sojourn
    assert abs(right.mean() - sojourn) < 5 * error
    assert abs(wrong.mean() - sojourn) > 5 * error
