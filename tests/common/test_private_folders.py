"""Caches: what others can reach into is not used; kernels are compiled without it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rumorsim.common.private_folders import made_private, not_private

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
#: Calls one kernel, which is read from the cache where it is there.
_CALL = """
import numpy as np
from rumorsim.engine.kernels import alias, compiling
alias.alias_table(np.ones(3), np.zeros(3, np.int32), np.zeros(3, np.int32))
print(compiling.cache_folder is not None)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that others may enter, so that permissions below it matter.

    Not pytest's own: that is closed again whenever another session starts.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        if not_private(folder) or any(not e.stat().st_mode & 0o001 for e in folder.parents):
            pytest.skip("the folder for temporary files is itself open, or closed to others")
        yield folder


def test_what_is_made_is_for_its_owner_alone(home: Path) -> None:
    folder = home / "a" / "b"
    assert made_private(folder) == ""
    assert [each.stat().st_mode & 0o777 for each in (folder, folder.parent)] == [0o700, 0o700]
    (folder / "mine").write_text("x")
    assert made_private(folder) == ""


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720, 0o702, 0o1777])
def test_a_folder_that_others_may_write_to_is_not(home: Path, mode: int) -> None:
    folder = home / "open"
    folder.mkdir()
    folder.chmod(mode)
    assert f"others may write to {folder}" in made_private(folder)


def test_folders_above_must_be_closed_or_sticky(home: Path) -> None:
    above = home / "above"
    above.mkdir()
    for mode, told in ((0o777, True), (0o1777, False), (0o775, True), (0o755, False)):
        above.chmod(mode)
        folder = above / f"cache-{mode:o}"
        assert bool(made_private(folder)) is told, oct(mode)
        assert folder.exists() is not told
    # A folder that is there already in one that others may write to.
    above.chmod(0o777)
    assert f"others may write to {above}" in not_private(above / f"cache-{0o755:o}")


def test_behind_a_closed_door_anything_goes(home: Path) -> None:
    inner = home / "closed" / "loose"
    inner.mkdir(parents=True)
    inner.chmod(0o777)
    inner.parent.chmod(0o700)
    assert made_private(inner / "cache") == ""
    inner.parent.chmod(0o701)
    assert made_private(inner / "cache") != ""


def test_what_lies_in_it_must_not_be_open(home: Path) -> None:
    folder = home / "cache"
    folder.mkdir()
    (folder / "inside").mkdir()
    (folder / "inside" / "file").write_text("x")
    assert made_private(folder) == ""
    (folder / "inside" / "file").chmod(0o666)
    assert "others may write to" in made_private(folder)


def test_a_link_is_judged_by_both_its_places(home: Path) -> None:
    good, loose = home / "good", home / "loose"
    good.mkdir(mode=0o700)
    loose.mkdir()
    loose.chmod(0o777)
    (loose / "link").symlink_to(good)
    (home / "link").symlink_to(good)
    assert made_private(home / "link") == ""
    assert f"others may write to {loose}" in made_private(loose / "link")
    (home / "other").symlink_to(loose)
    assert f"others may write to {loose}" in made_private(home / "other")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may chown")
def test_a_folder_of_another_user_is_not(home: Path) -> None:
    folder = home / "theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    assert "belongs to another user" in made_private(folder)
    assert "belongs to another user" in made_private(folder / "deeper")
    mine = home / "mine"
    mine.mkdir()
    (mine / "planted").write_text("x")
    os.chown(mine / "planted", 12345, 12345)
    assert f"{mine / 'planted'} belongs to another user" in made_private(mine)


def called(cache: Path) -> tuple[bool, str]:
    done = subprocess.run(
        [sys.executable, "-c", _CALL],
        env={**os.environ, "RUMORSIM_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)},
        cwd=cache.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()[-1] == "True", done.stderr


def test_a_planted_kernel_runs_from_no_folder_that_is_open(home: Path) -> None:
    """The same file is read where the folder is private: what is planted is what would run."""
    cache, ran = home / "cache", home / "ran"
    assert called(cache)[0]
    indices = list(cache.rglob("*.nbi"))
    assert indices
    planted = b"cbuiltins\nexec\n(V" + f"open({str(ran)!r}, 'w')".encode() + b"\ntR."
    for each in indices:
        each.write_bytes(planted)
    assert called(cache)[0]
    assert ran.exists(), "negative control: a private folder is trusted"
    ran.unlink()
    for each in indices:
        each.write_bytes(planted)
    cache.chmod(0o777)
    used, said = called(cache)
    assert not used
    assert not ran.exists()
    assert "are not kept in" in said and f"others may write to {cache}" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_without_its_compiler_only_the_reference_runs(tmp_path: Path, engine: str) -> None:
    file = tmp_path / "small.toml"
    file.write_text(
        'horizon = "6 h"\ngraph = { kind = "star", accounts = 12 }\n'
        '[[stories]]\nname = "s"\ntruth = false\nappeal = 0.5\nauthor = { ids = [0] }\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "rumorsim", "run", str(file), "--engine", engine, "--json"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    if engine == "fast":
        assert done.returncode == 2
        assert "NUMBA_DISABLE_JIT = 1: is not supported by the fast engine" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
