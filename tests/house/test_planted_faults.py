"""The faults of ``experiments/validation``: each can still be planted in the sources there are."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _module(name: str) -> Any:
    """A module of the experiment, under the name by which the others import it."""
    path = ROOT / "experiments" / "validation" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FAULTS = _module("faults").FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault: Any) -> None:
    """Its old strings stand once where it says, it changes them, and its tests are there."""
    for patch in fault.patches:
        assert (ROOT / patch.file).read_text(encoding="utf-8").count(patch.old) == 1, patch
        assert patch.new != patch.old
    for test in fault.tests:
        assert (ROOT / test).is_file(), test


def test_sources_are_as_they_were_after_each_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both engines have files of one name, and each must come back to its own place."""
    planting = _module("planted_faults")
    copy = tmp_path / "project"
    files = {patch.file for fault in FAULTS for patch in fault.patches}
    for file in files:
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        (copy / file).write_bytes((ROOT / file).read_bytes())
    seen: list[bool] = []

    def failure(folder: Path, _tests: tuple[str, ...]) -> str:
        changed = [(folder / file).read_bytes() != (ROOT / file).read_bytes() for file in files]
        seen.append(any(changed))
        return ""

    monkeypatch.setattr(planting, "first_failure", failure)
    for fault in FAULTS:
        planting.tried(fault, copy)
        assert all((copy / file).read_bytes() == (ROOT / file).read_bytes() for file in files)
    assert seen == [True] * len(FAULTS)
