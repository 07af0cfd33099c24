"""Replays hold the truth: worlds of our own, replayed from their export, against the same worlds.

The short form of experiments/replay_twins, with the same code.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

PLACE = Path(__file__).parents[2] / "experiments" / "replay_twins"
#: The truth is the least or the greatest of 20 exchangeable numbers in 10 % of worlds at most:
#: more than 8 of 20 worlds in 6 of 100,000 (binomial), at seeds fixed before looking.
DRAWS, WORLDS, MOST = 19, 20, 8


@pytest.fixture
def twins(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The experiment's module of worlds; experiments are no package."""
    monkeypatch.syspath_prepend(str(PLACE))
    sys.modules.pop("twins", None)
    import twins as module

    return module


def missed(twins: ModuleType, knowledge: str, folder: Path) -> int:
    """In how many worlds, each with one of the policies, the truth is beyond all draws."""
    count = 0
    for world in range(WORLDS):
        setting = twins.SETTINGS[world % len(twins.SETTINGS)]
        policy = list(twins.POLICIES)[world % len(twins.POLICIES)]
        for case in twins.cases(knowledge, setting, 500 + world, folder, [policy], DRAWS):
            count += not case.low <= case.truth <= case.high
    return count


def test_the_truth_is_among_the_draws(twins: ModuleType, tmp_path: Path) -> None:
    assert missed(twins, "everything", tmp_path) <= MOST


def test_fresh_coins_are_refused(twins: ModuleType, tmp_path: Path) -> None:
    """The control: observed shares happen anew with P(share), so that most are lost."""
    assert missed(twins, "fresh-shares", tmp_path) > MOST
