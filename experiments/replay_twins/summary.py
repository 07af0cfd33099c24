"""What the cases say: how often intervals hold the truth, and by how much replays are off."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from twins import DRAWS, KNOWLEDGE, POLICIES, Case

from rumorsim.reports.figures.tables import markdown


def covered(case: Case) -> bool:
    """Whether the interval from the least to the greatest draw holds the truth."""
    return case.low <= case.truth <= case.high


def covered_with_ties_split(case: Case) -> float:
    """The probability that the truth is neither first nor last, ties in random order.

    In a replay that is right this is 38 / 40 on average, however many draws are equal.
    """
    ends = (case.below == 0) + (case.below + case.equal == DRAWS)
    return 1.0 - ends / (case.equal + 1)


def rank(case: Case) -> float:
    """Where the truth stands among the draws, in [0, 1], ties counted half; 1/2 on average."""
    return (case.below + case.equal / 2) / DRAWS


def certain(case: Case) -> bool:
    """Whether all draws are the truth."""
    return case.equal == DRAWS


def mean_with_error(values: list[float], cases: list[Case]) -> tuple[float, float]:
    """The mean and its standard error; the policies of one world are not independent."""
    worlds = sorted({(c.graph, c.appeal, c.world) for c in cases})
    place = {world: i for i, world in enumerate(worlds)}
    mean = float(np.mean(values))
    sums = np.zeros(len(worlds))
    for value, case in zip(values, cases, strict=True):
        sums[place[case.graph, case.appeal, case.world]] += value - mean
    return mean, float(np.sqrt((sums**2).sum()) / len(values))


def bias(cases: list[Case]) -> tuple[float, float]:
    """Replayed share prevented minus the true one, in % of the observed shares, and its error."""
    kept = [case for case in cases if case.observed > 0]
    errors = [100.0 * (case.truth - case.mean) / case.observed for case in kept]
    return mean_with_error(errors, kept)


def tables(cases: list[Case]) -> str:
    """The tables of results/table.md."""
    full = [case for case in cases if case.knowledge == "everything"]
    parts = [f"Everything known, {len(full)} cases:", _by(full, "policy", lambda c: c.policy)]
    parts.append(_by(full, "world", lambda c: f"{c.graph}, {c.appeal:g}"))
    parts.append("What is known (rows), all policies:")
    parts.append(_by(cases, "known", lambda c: KNOWLEDGE[c.knowledge].says))
    parts.append(
        "Share prevented, replay minus truth, in % of the observed shares (standard error):"
    )
    parts.append(_biases(cases))
    return "\n\n".join(parts) + "\n"


def _by(cases: list[Case], title: str, key: Callable[[Case], str]) -> str:
    head = [
        title,
        "cases",
        "held, %",
        "held, ties split, %",
        "mean rank",
        "width, %",
        "all draws true, %",
        "prevented: truth, %",
        "replay minus truth",
    ]
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    if len(groups) > 1 and title != "known":
        groups["all"] = cases
    rows = [[name, *_figures(group)] for name, group in groups.items()]
    return "\n".join(markdown([head, *rows]))


def _figures(cases: list[Case]) -> Iterable[str]:
    yield str(len(cases))
    for what in (covered, covered_with_ties_split):
        mean, error = mean_with_error([100.0 * what(case) for case in cases], cases)
        yield f"{mean:.1f} ({error:.1f})"
    mean, error = mean_with_error([rank(case) for case in cases], cases)
    yield f"{mean:.3f} ({error:.3f})"
    shares = [case for case in cases if case.observed > 0]
    yield f"{100 * np.mean([(c.high - c.low) / c.observed for c in shares]):.0f}"
    yield f"{100 * np.mean([certain(case) for case in cases]):.0f}"
    yield f"{100 * np.mean([1 - c.truth / c.observed for c in shares]):.1f}"
    yield "{:+.2f} ({:.2f})".format(*bias(cases))


def _biases(cases: list[Case]) -> str:
    rows = []
    for name, known in KNOWLEDGE.items():
        mine = [case for case in cases if case.knowledge == name]
        if not mine:
            continue
        by = [[case for case in mine if case.policy == policy] for policy in POLICIES]
        rows.append([known.says, *("{:+.1f} ({:.1f})".format(*bias(each)) for each in by)])
    return "\n".join(markdown([["known", *POLICIES], *rows]))
