"""Drafts: nothing half-written looks finished, and nothing that was killed stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rumorsim.common.drafts import Draft
from rumorsim.common.errors import OutputError
from rumorsim.common.files import check_directory, write_beside

KILLED = """
import sys
from pathlib import Path
from rumorsim.common.drafts import Draft
draft = Draft(Path(sys.argv[1]), folder=sys.argv[2] == "folder")
inside = draft.path / "half" if sys.argv[2] == "folder" else draft.path
inside.write_text("half")
print("writing", flush=True)
sys.stdin.read()
"""
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs the file locks of POSIX")


def _writing(place: Path, kind: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(place), kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    return process


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_next_draft_removes_what_a_killed_process_left(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "results.d"
    with _writing(place, kind) as process:
        process.send_signal(signal.SIGKILL)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".results.d.")
    draft = Draft(place, folder=kind == "folder")
    assert list(tmp_path.iterdir()) == [draft.path]
    draft.publish()
    draft.close()
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_another_process_still_writes_stays(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "results"
    with _writing(place, kind) as process:
        Draft(place).close()
        assert len(list(tmp_path.iterdir())) == 1
        process.kill()


def test_files_of_other_names_stay(tmp_path: Path) -> None:
    others = [".results.part", ".results.0123abcd.parts", ".result.0123abcd.part", "x.part"]
    for name in others:
        (tmp_path / name).write_text("mine")
    with write_beside(tmp_path / "results") as draft:
        draft.write_text("new")
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([*others, "results"])


def test_a_folder_whose_replacement_never_came_is_put_back(tmp_path: Path) -> None:
    place = tmp_path / "results"
    old = tmp_path / ".results.0123abcd.old"
    old.mkdir()
    (old / "kept").write_text("1")
    Draft(place, folder=True).close()
    assert (place / "kept").read_text() == "1"
    assert list(tmp_path.iterdir()) == [place]


def test_a_failed_replacement_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "results"
    place.mkdir()
    (place / "kept").write_text("1")
    draft = Draft(place, folder=True)
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if self == draft.path:
            raise OSError("the disk is gone")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="the disk is gone"):
        draft.publish()
    draft.close()
    assert (place / "kept").read_text() == "1"
    assert list(tmp_path.iterdir()) == [place]


def test_a_draft_in_a_new_folder_does_not_make_it_somebody_elses(tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.mkdir()
    (place / ".rumorsim.json.0123abcd.part").write_text("{")
    check_directory(place)
    (place / ".notes.part").write_text("mine")  # control: no draft of ours
    with pytest.raises(OutputError, match="not results of rumorsim"):
        check_directory(place)
