"""sensitivity: indices of a function whose indices are known, coupled worlds, the study."""

from __future__ import annotations

import csv
import json
import math
import random
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

pytest.importorskip("SALib", reason="needs the extra [analysis]")

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.reports.pages.report import write_report
from rumorsim.studies.runner import answering
from rumorsim.studies.sensitivity.running import Sensitivity, sensitivity
from rumorsim.studies.statistics.indices import (
    OUT_OF_RANGE,
    Index,
    as_parts,
    morris_effects,
    noise,
    saltelli,
    sobol_indices,
)
from rumorsim.studies.sweep.designs import Morris, Sobol

CONFIGS = Path(__file__).parents[2] / "configs"
NAMES = ["x1", "x2", "x3"]
#: Ishigami and Homma (1990) with a = 7, b = 0.1: variance and indices in closed form.
A, B = 7.0, 0.1
V1 = 0.5 * (1 + B * math.pi**4 / 5) ** 2
V2 = A**2 / 8
V13 = B**2 * math.pi**8 * 8 / 225
FIRST = [V1 / (V1 + V2 + V13), V2 / (V1 + V2 + V13), 0.0]
TOTAL = [(V1 + V13) / (V1 + V2 + V13), V2 / (V1 + V2 + V13), V13 / (V1 + V2 + V13)]


def ishigami(units: NDArray[np.float64]) -> NDArray[np.float64]:
    x = math.pi * (2 * units - 1)
    value: NDArray[np.float64] = (
        np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])
    )
    return value


def points(base: int, seed: int = 1) -> NDArray[np.float64]:
    return saltelli(Sobol(kind="sobol", points=base, seed=seed).units(6))


def by_name(indices: list[Index], name: str) -> list[Index]:
    return [index for index in indices if index.name == name]


# -- known indices --------------------------------------------------------------------------


def test_sobol_indices_of_ishigami() -> None:
    found = sobol_indices(ishigami(points(1024))[:, None], NAMES)
    for name, truth in (("first", FIRST), ("total", TOTAL)):
        some = by_name(found, name)
        assert [index.value for index in some] == pytest.approx(truth, abs=0.02)
        assert all(i.low <= t <= i.high for i, t in zip(some, truth, strict=True))
        assert all(index.high - index.low < 0.25 for index in some)


def test_the_check_on_ishigami_can_fail() -> None:
    """Negative controls: another function, and coordinates that were mixed up."""
    weaker = sobol_indices((ishigami(points(1024)) ** 3)[:, None], NAMES)
    assert [i.value for i in by_name(weaker, "first")] != pytest.approx(FIRST, abs=0.02)
    turned = sobol_indices(ishigami(points(1024)[:, ::-1])[:, None], NAMES)
    assert [i.value for i in by_name(turned, "total")] != pytest.approx(TOTAL, abs=0.02)


def test_intervals_of_indices_hold_the_truth() -> None:
    """20 designs of 128 base points: of 120 intervals at 95 %, at least 102 hold (1e-4)."""
    held = 0
    for seed in range(20):
        found = sobol_indices(ishigami(points(128, seed))[:, None], NAMES)
        for index, truth in zip(found, FIRST + TOTAL, strict=True):
            held += index.low - 1e-12 <= truth <= index.high + 1e-12
    assert held >= 102


def test_morris_effects_of_ishigami() -> None:
    """On 4 levels x2 moves by 2/3 of its range: always by sin^2 from 0 to 3/4, up or down."""
    design = Morris(kind="morris", trajectories=60)
    units = design.units(3)
    found = morris_effects(ishigami(units)[:, None], units, NAMES, 4)
    size = {index.parameter: index for index in by_name(found, "size")}
    assert size["x2"].value == pytest.approx(A * 0.75 / (2 / 3))
    assert size["x2"].low == pytest.approx(size["x2"].high)
    # x1 and x3 by enumeration of all levels.
    for k, parameter in ((0, "x1"), (2, "x3")):
        exact = enumerated(k)
        assert size[parameter].low <= exact <= size[parameter].high
    assert size["x1"].value > size["x3"].value


def enumerated(k: int) -> float:
    """The mean size of the elementary effect of coordinate k over the whole grid of levels."""
    levels = np.array([0, 1, 2, 3]) / 3
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    low = grid[grid[:, k] < 0.5]
    high = low.copy()
    high[:, k] += 2 / 3
    return float(np.abs((ishigami(high) - ishigami(low)) / (2 / 3)).mean())


# -- coupled worlds ---------------------------------------------------------------------------


def test_luck_shared_by_all_points_does_not_enter() -> None:
    values = ishigami(points(256))
    luck = np.array([random.Random(1).gauss(0, 5) for _ in range(8)])
    alone = sobol_indices(values[:, None], NAMES)
    coupled = sobol_indices(values[:, None] + luck, NAMES)
    assert [i.value for i in coupled] == pytest.approx([i.value for i in alone])
    assert noise(values[:, None] + luck) == pytest.approx(0.0, abs=1e-12)
    # Negative control: luck of its own for every point is taken for interaction, and told.
    one = random.Random(2)
    own = np.array([[one.gauss(0, 5) for _ in range(8)] for _ in values])
    apart = by_name(sobol_indices(values[:, None] + own, NAMES), "total")
    assert apart[2].value > TOTAL[2] + 0.05
    assert noise(values[:, None] + own) > 0.1


def test_a_constant_has_no_indices() -> None:
    found = sobol_indices(np.ones((16 * 5, 3)), NAMES)
    assert all(index[2:] == (0.0, 0.0, 0.0) for index in found)
    assert noise(np.ones((80, 3))) == 0.0
    assert math.isnan(noise(np.ones((80, 1))))


def test_global_randomness_does_not_move() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()
    units = Morris(kind="morris", trajectories=4).units(3)
    morris_effects(ishigami(units)[:, None], units, NAMES, 4)
    sobol_indices(ishigami(points(16))[:, None], NAMES)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


# -- the study --------------------------------------------------------------------------------

STUDY = f"""
name = "what-matters"
scenario = "{CONFIGS / "small.toml"}"
replicates = 2
policies = ["none", "close accounts"]
DESIGN
[[parameters]]
name = "appeal"
keys = ["stories[0].appeal", "stories[1].appeal"]
low = 0.05
high = 0.25
[[parameters]]
name = "reports"
key = 'policies["close accounts"].interventions[0].when.reports'
low = 1
high = 8
whole = true
"""


def study(tmp_path: Path, design: str = 'design = { kind = "sobol", points = 4 }') -> Path:
    place = tmp_path / "study.toml"
    place.write_text(STUDY.replace("DESIGN", design), encoding="utf-8")
    return place


def indices_of(found: Sensitivity, policy: str) -> dict[tuple[str, str], float]:
    response = next(each for each in found.responses if each.policy == policy)
    return {(index.parameter, index.name): index.value for index in response.indices}


def test_a_study_in_coupled_worlds(tmp_path: Path) -> None:
    found = sensitivity(study(tmp_path), workers=0)
    assert len(found.points) == 4 * (2 + 2)
    none, closed = found.responses
    assert (none.difference, closed.difference) == (False, True)
    # What a policy does not touch does not move `none`: exactly.
    assert indices_of(found, "none")["reports", "total"] == 0.0
    assert indices_of(found, "none")["appeal", "total"] > 0.0
    assert indices_of(found, "close accounts")["reports", "total"] > 0.0
    assert "change from none" in found.text()


def test_command_keeps_runs_and_writes_all(tmp_path: Path) -> None:
    out = tmp_path / "out"
    place = study(tmp_path, 'design = { kind = "morris", trajectories = 3 }')
    words = ["sensitivity", str(place), "--workers", "1", "--out", str(out)]
    done = CliRunner().invoke(cli, [*words, "--of", "reach.accounts"])
    assert done.exit_code == 0, done.output
    assert "morris indices of reach.accounts" in done.output
    for name in ("indices.csv", "points.csv", "indices.png", "sensitivity.json"):
        assert (out / name).stat().st_size > 0
    kept = {p: p.stat().st_mtime_ns for p in (out / "kept").rglob("*.run")}
    again = CliRunner().invoke(cli, [*words, "--of", "reach.accounts", "--json"])
    assert json.loads(again.stdout) == json.loads((out / "sensitivity.json").read_text())
    assert {p: p.stat().st_mtime_ns for p in (out / "kept").rglob("*.run")} == kept


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ('design = { kind = "latin-hypercube", points = 4 }', "must be sobol or morris"),
        ('design = { kind = "sobol", points = 65536 }', "would be 1,048,576 runs"),
    ],
)
def test_other_designs_and_explosions_are_refused(tmp_path: Path, design: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        sensitivity(study(tmp_path, design), workers=0)


def test_a_number_nobody_measures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="dotted name"):
        sensitivity(study(tmp_path), key="reach.nobody", workers=0)


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(answering, "import_module", absent)
    with pytest.raises(InputError, match=r'needs SALib; pip install "rumorsim\[analysis\]"'):
        sensitivity(study(tmp_path), workers=0)


def test_parts_of_a_variance_are_read_within_0_and_1_and_kept_as_estimated(tmp_path: Path) -> None:
    """The estimators are not bounded; what they give outside is luck of few points."""
    assert as_parts("first", (-0.03, -0.4, 0.2)) == (0.0, 0.0, 0.2)
    assert as_parts("total", (1.04, 0.7, 1.3)) == (1.0, 0.7, 1.0)
    assert as_parts("size", (-2.0, -3.0, 5.0)) == (-2.0, -3.0, 5.0)
    out = tmp_path / "out"
    words = ["sensitivity", str(study(tmp_path)), "--workers", "1", "--out", str(out)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    with (out / "indices.csv").open() as file:
        kept = [float(row[key]) for row in csv.DictReader(file) for key in ("value", "low", "high")]
    assert min(kept) < 0 or max(kept) > 1  # without this the test shows nothing
    cells = re.findall(r"(\S+) \((\S+) to (\S+)\)", done.output)
    assert cells and all(0 <= float(each) <= 1 for cell in cells for each in cell)
    assert OUT_OF_RANGE in " ".join(done.output.split())
    text = write_report(out, tmp_path / "page.html").read_text("utf-8")
    assert "are shown as 0 or 1" in text and "(\u22120." not in text
