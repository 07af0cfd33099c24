"""Replays whose parents are inferred: each world has a forest of its own, policies prune it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from observed_cascades import random_cascades, saved

import rumorsim
from rumorsim import ParentLaw, infer_forests, read_cascades
from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario.models import Scenario


def events(scenario: Scenario, policy: Any = "none", seed: int = 1, engine: str = "fast") -> Batch:
    batch = Batch.joined(list(rumorsim.stream(scenario, policy, seed=seed, engine=engine)))
    return batch.only(Kind.PUBLISH, Kind.SHARE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    facts, batch = random_cascades(np.random.default_rng(5), shares=100)
    return saved(tmp_path / "observed.ndjson", facts, batch)


@pytest.fixture
def law(tmp_path: Path) -> Path:
    ParentLaw.power_law(1.0, 0.5, root_weight=2.0).save(tmp_path / "law.json")
    return tmp_path / "law.json"


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_world_without_a_policy_is_the_forest_of_its_seed(
    file: Path, law: Path, engine: str
) -> None:
    replay = {"cascades": str(file), "parents": "infer", "law": str(law)}
    scenario = Scenario.model_validate({"replay": replay})
    drawn = infer_forests(read_cascades(file), law=law)
    seen = set()
    for seed in (1, 2, 3):
        expected = drawn.forest(seed).batch.only(Kind.PUBLISH, Kind.SHARE)
        found = events(scenario, seed=seed, engine=engine)
        assert np.array_equal(found.rows, expected.rows)
        seen.add(found.rows.tobytes())
    assert len(seen) == 3
    # A model that is still in memory gives the same again.
    assert events(scenario, seed=1, engine=engine).rows.tobytes() in seen


def test_a_policy_does_to_each_forest_what_it_does_to_its_file(file: Path, tmp_path: Path) -> None:
    close = {"kind": "close-accounts", "when": {"shares": 2}}
    policies = [{"name": "close", "interventions": [close]}]

    def replay(**terms: Any) -> Scenario:
        return Scenario.model_validate({"replay": terms, "policies": policies})

    inferred = replay(cascades=str(file), parents="infer")
    left = []
    for seed in range(3):
        saved_forest = tmp_path / f"forest-{seed}.ndjson"
        read_cascades(file, parents="infer", forest=seed).save(saved_forest)
        expected = events(replay(cascades=str(saved_forest)), "close", seed)
        found = events(inferred, "close", seed)
        assert np.array_equal(found.rows, expected.rows)
        left.append(len(found))
    assert len(set(left)) > 1 and max(left) < len(events(inferred))


@pytest.mark.parametrize("rule", ["root", "latest", "most-followed"])
def test_naive_rules_are_there_to_be_compared(file: Path, rule: str) -> None:
    terms = {"cascades": str(file), "parents": rule}
    expected = read_cascades(file, parents=rule).batch.only(Kind.PUBLISH, Kind.SHARE)
    found = events(Scenario.model_validate({"replay": terms}))
    assert np.array_equal(found.rows, expected.rows)


def test_the_law_is_pinned_and_needs_inferred_parents(file: Path, law: Path) -> None:
    replay = {"cascades": str(file), "law": str(law)}
    with pytest.raises(InputError, match="replay.law.*has an effect on inferred parents alone"):
        Scenario.model_validate({"replay": replay})
    scenario = Scenario.model_validate({"replay": {**replay, "parents": "infer"}}).pinned()
    assert len(events(scenario)) > 0
    ParentLaw.power_law(3.0, 0.5).save(law)
    with pytest.raises(InputError, match="replay.law_sha256"):
        events(scenario)
