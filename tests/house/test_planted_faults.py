"""The faults of ``experiments/validation``: each can still be planted in the sources there are."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _faults() -> Any:
    """The module that lists them; experiments are no package."""
    path = ROOT / "experiments" / "validation" / "faults.py"
    spec = importlib.util.spec_from_file_location("planted_faults_list", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FAULTS = _faults().FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault: Any) -> None:
    """Its old strings stand once where it says, it changes them, and its tests are there."""
    for patch in fault.patches:
        assert (ROOT / patch.file).read_text(encoding="utf-8").count(patch.old) == 1, patch
        assert patch.new != patch.old
    for test in fault.tests:
        assert (ROOT / test).is_file(), test
