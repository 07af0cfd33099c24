"""The same scenario and seed give the same events, to the bit, wherever they run.

``digests.json`` holds the digests of every valid scenario under each of its policies. They
may change only together with ``RESULTS_VERSION`` in provenance.py; then, and when a valid
scenario is added or changed, write them again and read the difference:

    python tests/helpers/portability.py --pin
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import portability
import pytest

from rumorsim.common.provenance import RESULTS_VERSION
from rumorsim.scenario import load
from rumorsim.simulation.running import run

EXPECTED = json.loads(portability.PINNED.read_text(encoding="utf-8"))


def test_digests_are_of_this_version_of_results() -> None:
    assert EXPECTED["results_version"] == RESULTS_VERSION, (
        "python tests/helpers/portability.py --pin"
    )


def test_digests_are_the_pinned_ones() -> None:
    assert portability.digests() == EXPECTED["digests"]


@pytest.mark.parametrize("file", portability.SCENARIOS, ids=lambda file: file.stem)
def test_another_seed_gives_another_digest(file: Path) -> None:
    """Negative control: a digest that never changes would be the same everywhere too."""
    scenario = load(file)
    found = run(scenario, seed=scenario.seed + 1, measures=[]).digest
    assert found != EXPECTED["digests"][f"{file.stem}: none"]


def test_same_digests_without_the_extras_of_the_processor() -> None:
    """NumPy in a process that may not use them; kernels as they are compiled for this machine."""
    settings = portability.features_off(sys.executable)
    if not settings["NPY_DISABLE_CPU_FEATURES"]:
        pytest.skip("NumPy uses no extras of this processor")
    assert portability.digests_of(sys.executable, settings) == EXPECTED["digests"]


def test_requirements_are_read_from_the_project() -> None:
    oldest, newest = (portability.requirements(oldest=each) for each in (True, False))
    assert len(oldest) == len(newest) > 5
    assert all("==" in each for each in oldest)
    younger = portability.requirements(oldest=True, python="Python 3.13.0")
    assert "numpy==2.1.*" in younger and "numpy==1.26.*" in oldest
    assert any(each.startswith("numpy>=") for each in newest)


@pytest.mark.long
def test_same_digests_everywhere() -> None:
    """Every Python found, oldest and newest packages, extras on and off; needs an index."""
    if not portability.interpreters():
        pytest.skip("no other Python is found: set RUMORSIM_PYTHONS or PATH")
    made, wrong = portability.compare_everywhere(EXPECTED["digests"])
    if not made:
        pytest.skip("no environment could be made: is there a package index?")
    assert wrong == []
