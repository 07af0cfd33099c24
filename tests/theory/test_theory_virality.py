"""Structural virality of cascades that can have one shape only (rows SV-*), exactly."""

from __future__ import annotations

import pytest
from theory_runs import scenario

from rumorsim import run


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("accounts", [2, 3, 40])
@pytest.mark.parametrize("kind", ["star", "path"])
def test_star_and_path(kind: str, accounts: int, engine: str) -> None:
    """SV-star: 2 (n - 1) / n; SV-path: (n + 1) / 3."""
    graph = f'kind = "{kind}"\naccounts = {accounts}'
    told = scenario(graph, appeal=1.0, copies=1, author="ids = [0]")
    found = run(told, engine=engine, measures=["cascades"]).measures["cascades"]
    expected = 2 * (accounts - 1) / accounts if kind == "star" else (accounts + 1) / 3
    assert found["size"]["mean"] == accounts
    assert found["depth"]["mean"] == (1 if kind == "star" else accounts - 1)
    assert found["structural_virality"]["mean"] == pytest.approx(expected, rel=1e-15)


def test_the_check_can_fail() -> None:
    """Negative control: a tree is neither a star nor a path."""
    graph = 'kind = "tree"\nbranching = 3\ndepth = 2'
    told = scenario(graph, appeal=1.0, copies=1, author="ids = [0]")
    found = run(told, measures=["cascades"]).measures["cascades"]
    assert found["size"]["mean"] == 13
    assert found["structural_virality"]["mean"] != pytest.approx(2 * 12 / 13, rel=1e-3)
    assert found["structural_virality"]["mean"] != pytest.approx(14 / 3, rel=1e-3)
