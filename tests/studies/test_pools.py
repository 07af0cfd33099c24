"""Studies inside a worker of a pool, which can start no processes of its own."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import rumorsim
from rumorsim.common.errors import RumorsimWarning

SCENARIO = Path(__file__).parent / "scenario.toml"
STUDY = f"""
scenario = {str(SCENARIO)!r}
replicates = 2
policies = ["none", "close accounts"]
"""


def compared(workers: int | None) -> tuple[list[str], list[str]]:
    """The digests of a comparison, and what was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = rumorsim.compare(rumorsim.load(SCENARIO), replicates=2, workers=workers)
    ours = [str(each.message) for each in caught if each.category is RumorsimWarning]
    return [*found.digests["none"], *found.digests["close accounts"]], ours


def swept(folder: Path) -> tuple[list[str], list[str]]:
    """The digests of a sweep, and what was warned of."""
    (folder / "study.toml").write_text(STUDY)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sweep = rumorsim.sweep(folder / "study.toml", folder / "out", workers=2)
    ours = [str(each.message) for each in caught if each.category is RumorsimWarning]
    rows = sorted(sweep.runs(), key=lambda row: row.policy, reverse=True)
    return [row.digest for row in rows], ours


@pytest.mark.parametrize(
    ("work", "given"),
    [(compared, None), (compared, 2), (swept, "folder")],
    ids=["compare", "compare with two workers", "sweep"],
)
def test_a_worker_of_a_pool_makes_its_runs_itself_and_says_so(
    work: Callable[..., tuple[list[str], list[str]]], given: object, tmp_path: Path
) -> None:
    given = tmp_path if given == "folder" else given
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        digests, warned = pool.apply(work, (given,))
    assert len(warned) == 1 and "cannot start processes of its own" in warned[0]
    expected, nothing = compared(1)
    assert digests == expected and not nothing
