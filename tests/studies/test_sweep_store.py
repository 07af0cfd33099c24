"""The store of a sweep: whole records or none, whatever fails; damage is always noticed."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from small_worlds import small
from sweep_studies import (
    called,
    command,
    environment,
    grid,
    records,
    remembered_runs,
    started,
    tables,
    told,
)

from rumorsim.common.errors import OutputError
from rumorsim.studies.runner import records as records_room
from rumorsim.studies.runner.journal import Journal, entries
from rumorsim.studies.runner.locks import is_locked
from rumorsim.studies.runner.records import Damaged, check, pack, unpack
from rumorsim.studies.runner.run_specs import Setting
from rumorsim.studies.runner.runner import RunError, Runner
from rumorsim.studies.runner.store import Store
from rumorsim.studies.sweep.running import sweep
from rumorsim.studies.sweep.swept import Sweep

NAMES = [f"{i:064x}" for i in range(0, 1 << 255, 1 << 251)][:6]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "store")
    with made.held():
        yield made


@pytest.fixture(scope="module", autouse=True)
def _remembered() -> Iterator[None]:
    with remembered_runs():
        yield


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study swept without interruption, by this process."""
    folder = tmp_path_factory.mktemp("finished")
    sweep(grid(folder, 1), folder / "out", workers=0)
    return folder


def test_a_record_comes_back(store: Store) -> None:
    store.write(NAMES[0], {"digest": "d", "measures": {"a": 1.5, "b": None}})
    assert store.read(NAMES[0]) == {
        "id": NAMES[0],
        "digest": "d",
        "measures": {"a": 1.5, "b": None},
    }
    assert store.read(NAMES[1]) is None
    assert store.intact(NAMES) == {NAMES[0]}


def test_a_failure_is_no_record_and_goes_when_there_is_one(store: Store) -> None:
    store.write_failure(NAMES[0], "no memory", "trace")
    assert store.failure(NAMES[0]) == "no memory"
    assert store.read(NAMES[0]) is None
    store.write(NAMES[0], {})
    assert store.failure(NAMES[0]) is None


def test_every_flipped_bit_and_every_truncation_is_noticed() -> None:
    data = pack({"id": NAMES[0], "measures": {"reach": {"accounts": 12, "curve": [1, 2, 3]}}})
    assert check(data) and unpack(data, NAMES[0])["id"] == NAMES[0]
    for bit in range(8 * len(data)):
        broken = bytearray(data)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            check(bytes(broken))
    for end in range(len(data)):
        with pytest.raises(Damaged):
            check(data[:end])
    with pytest.raises(Damaged):
        check(data + b"\0")
    with pytest.raises(Damaged, match="another run"):
        unpack(data, NAMES[1])


def test_the_check_of_damage_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without the checksum a flipped bit goes unnoticed."""
    data = pack({"id": NAMES[0]})
    broken = bytearray(data)
    broken[-6] ^= 1
    head = data.index(b"\n") + 1
    monkeypatch.setattr(records_room, "_head", lambda body: data[:head])
    assert check(bytes(broken)) == bytes(broken)[head:]


def damage_by_flipping(data: bytes, draws: random.Random) -> bytes:
    bit = draws.randrange(8 * len(data))
    broken = bytearray(data)
    broken[bit // 8] ^= 1 << bit % 8
    return bytes(broken)


def damage_by_cutting(data: bytes, draws: random.Random) -> bytes:
    return data[: draws.randrange(len(data))]


@pytest.mark.parametrize("times", [36, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.parametrize("damage", [damage_by_flipping, damage_by_cutting])
def test_damaged_records_are_put_aside_and_made_again(
    damage: Callable[[bytes, random.Random], bytes], times: int, tmp_path: Path
) -> None:
    """Every round damages records of a finished sweep; afterwards it is as it was."""
    draws = random.Random(5)
    out = tmp_path / "out"
    study = grid(tmp_path, 1)
    sweep(study, out, workers=0)
    sound = {place: place.read_bytes() for place in records(out)}
    whole = tables(out)
    done = 0
    while done < times:
        hit = draws.sample(sorted(sound), min(len(sound), times - done))
        for place in hit:
            place.write_bytes(damage(sound[place], draws))
        done += len(hit)
        _, lines = told(sweep, study, out, workers=0)
        assert f"{len(hit)} record{'s' * (len(hit) > 1)} damaged" in lines[0]
        assert {place: place.read_bytes() for place in records(out)} == sound
        assert tables(out) == whole
    assert len(list((out / "quarantine").iterdir())) == times


def test_damage_between_making_and_merging_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finished: Path
) -> None:
    out = tmp_path / "out"
    study = grid(tmp_path, 1)
    import rumorsim.studies.sweep.running as room

    merge, hit = room.write_tables, []

    def late(swept: Sweep) -> Any:
        if not hit:
            hit.append(records(out)[0])
            hit[0].write_bytes(b"x")
        return merge(swept)

    monkeypatch.setattr(room, "write_tables", late)
    sweep(study, out, workers=0)
    assert hit
    assert not any(row.error for row in Sweep.load(out).runs())
    assert tables(out)["runs.parquet"] == tables(finished / "out")["runs.parquet"]


# -- what fails ------------------------------------------------------------------------


class Failing:
    """Makes the k-th call of one function of ``os`` fail, and counts the calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, k: int) -> None:
        self.calls, self.k = 0, k
        self._real = getattr(os, name)
        monkeypatch.setattr(os, name, self)

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.calls += 1
        if self.calls == self.k:
            raise OSError(errno.EIO, "planted failure")
        return self._real(*args, **options)


@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ["write", "fsync", "replace", "open", "mkdir"])
def test_whichever_call_fails_nothing_half_written_is_believed(
    name: str, every: int, finished: Path, tmp_path: Path
) -> None:
    """The k-th call fails; the same command then gives what it always gives.

    For the first calls and the last, and between them, where records are written one like the
    other, for every sixth.
    """
    whole = tables(finished / "out")
    sound = {place.name: place.read_bytes() for place in records(finished / "out")}
    failed = 0
    with pytest.MonkeyPatch.context() as patch:
        counted = Failing(patch, name, 0)
        sweep(grid(tmp_path, 1), tmp_path / "counted", workers=0)
    calls = counted.calls
    chosen = {*range(1, min(6, calls) + 1), *range(1, calls, every), *range(calls - 5, calls + 1)}
    for k in sorted(each for each in chosen if each > 0):
        out = tmp_path / f"out{k}"
        study = grid(tmp_path, 1)
        with pytest.MonkeyPatch.context() as patch:
            failing = Failing(patch, name, k)
            try:
                sweep(study, out, workers=0)
            except OutputError as error:
                failed += "planted failure" in str(error)
        for place in records(out):
            assert place.read_bytes() == sound[place.name]
        sweep(study, out, workers=0)
        assert without_place(tables(out)) == without_place(whole)
        assert not list(out.rglob("*.part"))
        assert failing.calls >= k
    # Every planted failure was told, but for those that are harmless (folders that exist).
    assert failed >= len(chosen) // 2, (failed, chosen)
    assert calls > (4 if name == "fsync" else 9), "records are synced in groups"


def without_place(found: dict[str, bytes]) -> dict[str, bytes]:
    """Tables, and the manifest without the study's own file."""
    manifest = json.loads(found["manifest.json"])
    return {**found, "manifest.json": json.dumps(manifest["settings"]).encode()}


@pytest.mark.parametrize("what", ["records", "tables"])
def test_files_that_may_not_grow(what: str, finished: Path, tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for a full disk: told in one line, mended by more room."""
    study, out = grid(tmp_path, 1), tmp_path / "out"
    sizes = [place.stat().st_size for place in records(finished / "out")]
    size = min(sizes) - 1 if what == "records" else max(sizes) + 5000

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        command("sweep", study, "--out", out, "--workers", "1"),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
        timeout=300,
    )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(records(out)) == (0 if what == "records" else len(sizes))
    assert not list(out.glob("runs.*")) and not list(out.glob("series.*"))
    sweep(study, out, workers=0)
    assert without_place(tables(out)) == without_place(tables(finished / "out"))


# -- whose it is -----------------------------------------------------------------------


def test_a_second_sweep_says_that_the_first_is_there(tmp_path: Path) -> None:
    study, out = grid(tmp_path, 1), tmp_path / "out"
    with Store(out).held():
        done = started("sweep", study, "--out", out)
        assert done.returncode == 2
        assert f"another sweep works in it: process {os.getpid()} on " in done.stderr
    assert called("sweep", study, "--out", out, "--workers", "1").returncode == 0


def test_shards_work_side_by_side(tmp_path: Path) -> None:
    with Store(tmp_path / "out").held("-1-of-2") as one:
        with Store(tmp_path / "out").held("-2-of-2") as two:
            assert one.exists() and two.exists()
        assert one.exists() and not two.exists()
        with (
            pytest.raises(OutputError, match="another sweep"),
            Store(tmp_path / "out").held("-1-of-2"),
        ):
            pass


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Store(out).held():
        pass
    for name in (".scratch.dead", ".scratch-3-of-9.dead"):
        (out / name).mkdir()
        (out / name / "half.run.part").write_bytes(b"half")
    with Store(out).held("-1-of-2"):
        assert not list(out.rglob("*.part"))


def test_records_that_never_came_to_the_disk_are_taken_from_the_journal(tmp_path: Path) -> None:
    """As a power failure leaves them: one gone, one empty, one whole, and half an entry."""
    out = tmp_path / "out"
    store = Store(out)
    with store.held() as scratch:
        for number, name in enumerate(NAMES[:3]):
            store.write(name, {"digest": str(number)})
        left = b"".join(place.read_bytes() for place in scratch.glob("*.journal"))
    sound = {name: store.place(name).read_bytes() for name in NAMES[:3]}
    store.place(NAMES[0]).unlink()
    store.place(NAMES[1]).write_bytes(b"")
    abandoned = out / ".scratch.dead"
    abandoned.mkdir()
    (abandoned / "7.journal").write_bytes(left + f"{NAMES[3]} 5000\nhalf".encode())
    with Store(out).held():
        assert {name: store.place(name).read_bytes() for name in NAMES[:3]} == sound
        assert store.read(NAMES[3]) is None
        assert not abandoned.exists()


def test_records_that_find_no_room_in_the_journal_are_synced_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "add", lambda self, name, record: False)
    store, synced = Store(tmp_path / "out"), []
    real = os.fsync
    with store.held():
        monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle)))
        for name in NAMES:
            before = len(synced)
            store.write(name, {})
            assert len(synced) > before
    assert store.intact(NAMES) == set(NAMES)


def test_a_full_journal_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rumorsim.studies.runner.journal.FULL", 100)
    monkeypatch.setattr("rumorsim.studies.runner.journal.GROUP", 0.0)
    store = Store(tmp_path / "out")
    with store.held() as scratch:
        for name in NAMES:
            store.write(name, {})
            assert [found for found, _ in entries(scratch)] == [name]


def test_a_lock_is_free_without_its_holder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert not is_locked(out / ".lock")
    with Store(out).held():
        assert is_locked(out / ".lock")
    assert not is_locked(out / ".lock")


def test_a_directory_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="not results of rumorsim"), Store(tmp_path).held():
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_directory_with_results_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rumorsim.json").write_text('{"holds": "comparison"}')
    with pytest.raises(OutputError, match="holds a comparison"), Store(tmp_path).held():
        pass


def test_a_store_that_is_not_held_is_only_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not held"):
        Store(tmp_path).write(NAMES[0], {})


# -- records that go while runs are read ---------------------------------------------------


def _settings() -> list[Setting]:
    return [Setting("none", seed) for seed in (1, 2, 3)]


def test_a_record_that_goes_while_others_are_read_is_made_anew(tmp_path: Path) -> None:
    """The reader takes its time with the first run; meanwhile the folder is emptied."""
    scenario = small()
    with Runner(scenario, workers=0, store=tmp_path / "kept") as runner:
        made = {run.setting.seed: run.digest for _, run in runner.stream(_settings())}
    with Runner(scenario, workers=0, store=tmp_path / "kept") as runner:
        stream = runner.stream(_settings())
        first = next(stream)[1]
        gone = sorted((tmp_path / "kept" / "runs").rglob("*.run"))
        assert len(gone) == 3
        for record in gone:
            record.unlink()
        rest = [run for _, run in stream]
    assert [run.error for run in [first, *rest]] == [None] * 3
    assert {run.setting.seed: run.digest for run in [first, *rest]} == made


def test_a_record_that_was_never_kept_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when workers are started from other sources, which put records elsewhere."""
    monkeypatch.setattr(Store, "write_packed", lambda self, name, data: None)
    with Runner(small(), workers=0, store=tmp_path / "kept") as runner:
        (run,) = [run for _, run in runner.stream([Setting("none", 1)])]
        assert run.error is not None and "could not be read back" in run.error
        with pytest.raises(RunError, match="the folder emptied, or the program changed"):
            run.raise_if_failed()
