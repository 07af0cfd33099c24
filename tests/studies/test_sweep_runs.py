"""Sweeps as they run: the same for any workers, killed or not; what fails is told, not lost."""

from __future__ import annotations

import csv
import mmap
import os
import pickle
import random
import signal
import subprocess
import threading
import time
from operator import itemgetter
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pytest
from sweep_kills import kill_again_and_again
from sweep_studies import (
    FOLDER,
    SCENARIO,
    called,
    command,
    environment,
    grid,
    records,
    tables,
    told,
)

import rumorsim
from rumorsim.common.errors import Fault, InputError, OutputError
from rumorsim.graphs.follows import FollowGraph
from rumorsim.measures.base import curves
from rumorsim.scenario import Scenario, load
from rumorsim.scenario.inputs import build_graph
from rumorsim.scenario.unions import in_force
from rumorsim.simulation.running import run
from rumorsim.studies.runner import graph_cache as shelf_room
from rumorsim.studies.runner.graph_cache import Given, Shelf
from rumorsim.studies.runner.reproduce import reproduce
from rumorsim.studies.runner.run_specs import Setting
from rumorsim.studies.runner.runner import Run, Runner
from rumorsim.studies.runner.shards import Shard
from rumorsim.studies.runner.workers import Processes
from rumorsim.studies.sweep import tables as sweep_tables
from rumorsim.studies.sweep.overrides import overridden
from rumorsim.studies.sweep.running import Progress, sweep
from rumorsim.studies.sweep.study import load_study
from rumorsim.studies.sweep.swept import Sweep


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A study and the directory it was swept into, by this very process."""
    folder = tmp_path_factory.mktemp("whole")
    study = grid(folder)
    sweep(study, folder / "out", workers=0)
    return study, folder / "out"


# -- the same to the bit ---------------------------------------------------------------


@pytest.mark.processes
@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers(workers: int, whole: tuple[Path, Path], tmp_path: Path) -> None:
    study, out = whole
    sweep(study, tmp_path / "out", workers=workers)
    assert tables(tmp_path / "out") == tables(out)
    assert [p.read_bytes() for p in records(tmp_path / "out")] == [
        p.read_bytes() for p in records(out)
    ]


def test_shards_in_any_order(whole: tuple[Path, Path], tmp_path: Path) -> None:
    study, out = whole
    for shard in ("3/3", "1/3", "2/3"):
        assert not (tmp_path / "out" / "runs.parquet").exists()
        sweep(study, tmp_path / "out", workers=0, shard=shard)
    assert tables(tmp_path / "out") == tables(out)


def test_shards_in_directories_of_their_own_are_merged(
    whole: tuple[Path, Path], tmp_path: Path
) -> None:
    study, out = whole
    for i in (1, 2):
        sweep(study, tmp_path / f"part{i}", workers=0, shard=f"{i}/2")
    for place in records(tmp_path / "part2"):
        target = tmp_path / "part1" / place.relative_to(tmp_path / "part2")
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(place.read_bytes())
    _, lines = told(sweep, study, tmp_path / "part1", workers=0)
    assert lines[0].endswith("18 are there already; 0 to make")
    assert tables(tmp_path / "part1") == tables(out)


def test_every_run_belongs_to_one_shard(whole: tuple[Path, Path]) -> None:
    shards = [Shard.of(f"{i}/5") for i in range(1, 6)]
    for name in Sweep.load(whole[1]).run_ids():
        assert sum(shard.has(name) for shard in shards) == 1
    for text in ("0/3", "4/3", "1", "a/b", "-1/3", "1/0", ""):
        with pytest.raises(InputError, match="is not a shard of a sweep"):
            Shard.of(text)


def test_rows_are_what_run_gives(whole: tuple[Path, Path]) -> None:
    """Each row against ``run`` of the scenario with the point's values, in the same world."""
    scenario = load(SCENARIO)
    swept = Sweep.load(whole[1])
    study = load_study(whole[0])
    rows = list(swept.runs())
    assert len(rows) == 24
    assert [(row.point, row.policy, row.seed) for row in rows] == [
        (p, policy, seed) for p in range(6) for policy in swept.policies for seed in (1, 2)
    ]
    for row in rows[::5]:
        keys = {each.name: each.sets[0] for each in study.parameters}
        changed = overridden(scenario, {keys[n]: v for n, v in row.parameters.items()})
        result = run(changed, row.policy, row.seed)
        assert (row.digest, row.events) == (result.digest, result.events)
        assert row.scalars == result.scalars()
        wanted = {k: c for k, c in result.curves().items() if k in study.curves}
        assert wanted and row.series == wanted
    assert len({row.digest for row in rows}) > 12


def test_replicates_share_worlds_across_settings(whole: tuple[Path, Path]) -> None:
    """None is the same run whatever closes accounts, and worlds differ from each other."""
    rows = [row for row in Sweep.load(whole[1]).runs() if row.policy == "none"]
    by_world: dict[tuple[Any, int], set[str]] = {}
    for row in rows:
        by_world.setdefault((row.parameters["appeal"], row.seed), set()).add(row.run)
    assert all(len(names) == 1 for names in by_world.values())
    assert len({row.run for row in rows}) == 6


def test_global_random_state_does_not_move(tmp_path: Path) -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()
    sweep(grid(tmp_path, 1), tmp_path / "out", workers=0)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


# -- again, and more -------------------------------------------------------------------


def test_again_does_nothing_and_changes_no_byte(whole: tuple[Path, Path]) -> None:
    study, out = whole
    before = {p: (p.stat().st_ino, p.read_bytes()) for p in records(out)}
    _, lines = told(sweep, study, out, workers=0)
    assert lines == [
        "6 points x 2 policies x 2 worlds: 24 runs, 18 of them different;"
        " 18 are there already; 0 to make"
    ]
    assert {p: (p.stat().st_ino, p.read_bytes()) for p in records(out)} == before


def test_more_replicates_make_only_what_is_missing(tmp_path: Path) -> None:
    sweep(grid(tmp_path, 1), tmp_path / "out", workers=0)
    _, lines = told(sweep, grid(tmp_path, 3), tmp_path / "out", workers=0)
    assert "9 are there already; 18 to make" in lines[0]
    assert len(list(Sweep.load(tmp_path / "out").runs())) == 36


def test_tables_of_another_study_go_before_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rumorsim.studies.sweep.running as room

    out = tmp_path / "out"
    sweep(grid(tmp_path, 1), out, workers=0)
    assert (out / "runs.parquet").exists()
    monkeypatch.setattr(room._Work, "make_missing", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sweep(grid(tmp_path, 2), out, workers=0)
    assert not (out / "runs.parquet").exists()
    assert Sweep.load(out).manifest["rows"] == 24
    with pytest.raises(InputError, match="no table yet"):
        Sweep.load(out).frame()
    assert sum(row.error is not None for row in Sweep.load(out).runs()) == 12


def test_it_says_how_many_and_how_long_first(tmp_path: Path) -> None:
    seen: list[Progress] = []
    lines: list[str] = []

    def progress(now: Progress) -> None:
        assert lines[-1].startswith("about ") and lines[-1].endswith(" to go")
        seen.append(now)

    sweep(grid(tmp_path), tmp_path / "out", workers=0, tell=lines.append, progress=progress)
    # Two runs were made to know how long it takes.
    assert [now.done for now in seen] == list(range(3, 19))
    assert all(now.total == 18 and now.failed == 0 for now in seen)
    assert seen[-1].left == 0
    assert seen[0].rate > 0


# -- processes that die ----------------------------------------------------------------


def slow(folder: Path) -> Path:
    """A scenario whose runs take long enough to be caught at."""
    text = SCENARIO.read_text("utf-8").replace("accounts = 60", "accounts = 2000")
    place = folder / "scenario.toml"
    place.write_text(text.replace('horizon = "6 h"', 'horizon = "2 d"'), "utf-8")
    return place


class Killer(threading.Thread):
    """Kills the worker process that has a run of one seed in hand, ``times`` times."""

    def __init__(self, hands: Processes, seed: int, times: int) -> None:
        super().__init__(daemon=True)
        self.hands, self.seed, self.left, self.over = hands, seed, times, False
        self.killed: set[int | None] = set()

    def run(self) -> None:
        while not self.over and self.left:
            for worker in list(self.hands._workers):
                ours = worker.ready and worker.in_hand and worker.in_hand[0].seed == self.seed
                pid = worker.process.pid
                # The runner alone may wait for it: whoever waits second learns nothing.
                if ours and pid is not None and pid not in self.killed:
                    os.kill(pid, signal.SIGKILL)
                    self.killed.add(pid)
                    self.left -= 1
                    break
            time.sleep(0.0005)


@pytest.mark.parametrize(("times", "fails"), [(2, False), (3, True)])
def test_a_run_whose_process_is_killed_is_tried_again_twice(
    times: int, fails: bool, tmp_path: Path
) -> None:
    scenario = load(slow(tmp_path))
    settings = [Setting("none", seed) for seed in range(1, 9)]
    with Runner(scenario, workers=2) as runner:
        assert isinstance(runner.executor, Processes)
        runs_of(runner, [Setting("none", 99)])
        killer = Killer(runner.executor, 5, times)
        killer.start()
        runs = runs_of(runner, settings)
        killer.over = True
        killer.join()
    assert killer.left == 0
    for made in runs:
        if made.setting.seed == 5 and fails:
            assert made.error is not None
            assert "SIGKILL" in made.error
            assert "begun 3 times" in made.error
        else:
            assert made.error is None
            assert made.digest == run(scenario, "none", made.setting.seed).digest


def test_a_run_that_fails_by_itself_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    """An author that the graph does not have is noticed when the world is built."""
    place = tmp_path / "study.toml"
    place.write_text(f"""
scenario = "{SCENARIO}"
replicates = 2
policies = ["none"]
[[parameters]]
name = "author"
key = "stories[1].author"
values = [{{ ids = [3] }}, {{ ids = [7000] }}]
""")
    out = tmp_path / "out"
    done = called("sweep", place, "--out", out, "--workers", "2")
    assert done.returncode == 3, done.stderr
    assert "failed: " in done.stderr and "7000" in done.stderr
    swept = Sweep.load(out)
    assert len(swept.failures()) == 2
    errors = [row.error for row in swept.runs()]
    assert [error is None for error in errors] == [True, True, False, False]
    assert "7000" in str(errors[2])
    assert swept.frame()["error"].notna().tolist() == [False, False, True, True]
    # A failed run is missing: the same command tries it again, and nothing else.
    again = called("sweep", place, "--out", out, "--workers", "1")
    assert again.returncode == 3
    assert "2 are there already; 2 to make" in again.stderr


def slowness() -> float:
    """How many times longer than on an idle machine a program takes here and now."""
    began, used = time.monotonic(), time.process_time()
    while time.process_time() - used < 0.05:
        pass
    return (time.monotonic() - began) / (time.process_time() - used)


def test_ctrl_c_ends_within_two_seconds_and_keeps_what_is_finished(tmp_path: Path) -> None:
    study, out = grid(tmp_path, 40, slow(tmp_path)), tmp_path / "out"
    child = subprocess.Popen(
        command("sweep", study, "--out", out, "--workers", "2"),
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever started the tests may have Ctrl-C ignored, which children inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while len(records(out)) < 6:
        assert child.poll() is None
        time.sleep(0.01)
    slower, begun = slowness(), time.monotonic()
    os.killpg(child.pid, signal.SIGINT)
    _, error = child.communicate(timeout=60)
    took = time.monotonic() - begun
    assert took < 2 * max(1.0, slower, slowness())
    assert child.returncode == 130
    assert "finished runs are kept" in error
    assert "Traceback" not in error
    kept = {place: place.read_bytes() for place in records(out)}
    assert 6 <= len(kept) < 360
    _, lines = told(sweep, grid(tmp_path, 1, slow(tmp_path)), out, workers=0)
    assert "to make" in lines[0]
    assert {place: place.read_bytes() for place in records(out) if place in kept} == kept


@pytest.mark.parametrize("rounds", [2, pytest.param(4, marks=pytest.mark.long)])
def test_killed_again_and_again(rounds: int, tmp_path: Path) -> None:
    """A shorter form of ``tests/helpers/sweep_kills.py``: some rounds over 36 runs."""
    study = grid(tmp_path, 4, slow(tmp_path))
    words = ["sweep", study, "--out", tmp_path / "killed"]
    killed = kill_again_and_again(words, tmp_path / "killed", rounds, 36)
    assert killed.rewritten == 0
    assert killed.left == sorted(set(killed.left)), "every round got somewhere"
    assert killed.left[-1] < 36
    sweep(study, tmp_path / "killed", workers=2)
    sweep(study, tmp_path / "whole", workers=0)
    assert tables(tmp_path / "killed") == tables(tmp_path / "whole")
    assert len(records(tmp_path / "killed")) == 36


# -- graphs ----------------------------------------------------------------------------


def is_mapped(array: Any) -> bool:
    while isinstance(array, (np.ndarray, memoryview)):
        array = array.obj if isinstance(array, memoryview) else array.base
    return isinstance(array, mmap.mmap)


def test_a_large_graph_is_built_once_and_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load(SCENARIO)
    monkeypatch.setattr(shelf_room, "_LARGE", 1)
    built: list[int] = []

    def counting(each: Any) -> Any:
        built.append(1)
        return build_graph(each)

    monkeypatch.setattr(shelf_room, "build_graph", counting)
    first, second = Shelf(tmp_path), Shelf(tmp_path)
    first.ready(scenario)
    second.ready(scenario)
    first.ready(scenario)
    assert len(built) == 1
    graph, _ = build_graph(scenario)
    assert is_mapped(graph.followers)
    assert not is_mapped(scenario.graph.build(scenario.base_dir).followers)
    mapped = run(scenario, "close accounts", 3)
    shelf_room.lend_graph(scenario, scenario.graph.build(scenario.base_dir))
    own = run(scenario, "close accounts", 3)
    assert mapped.digest == own.digest
    assert mapped.provenance == own.provenance


def test_the_shelf_holds_only_so_many_graphs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_room, "_LARGE", 1)
    scenarios = [overridden(load(SCENARIO), {"graph.accounts": n}) for n in range(50, 62)]
    shelf, other = Shelf(tmp_path), Shelf(tmp_path)
    for scenario in scenarios:
        shelf.ready(scenario)
    assert len(list(tmp_path.glob("*.mapped"))) == 8
    # Whoever comes late to a graph that is gone builds its own.
    for scenario in (scenarios[0], scenarios[-1]):
        other.ready(scenario)
        assert build_graph(scenario)[0].equals(scenario.graph.build(scenario.base_dir))


def test_a_small_graph_is_not_worth_a_file(tmp_path: Path) -> None:
    Shelf(tmp_path).ready(load(SCENARIO))
    assert not list(tmp_path.glob("*.mapped"))


def test_a_full_disk_stops_nobody_from_building_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def full(_: FollowGraph, place: Path) -> None:
        asked.append(place)
        raise OutputError(Fault("cannot be written: No space left on device", file=str(place)))

    monkeypatch.setattr(shelf_room, "_LARGE", 1)
    monkeypatch.setattr(shelf_room, "write_mapped", full)
    scenario = load(SCENARIO)
    Shelf(tmp_path).ready(scenario)
    assert len(asked) == 1
    assert not is_mapped(build_graph(scenario)[0].followers)


def test_a_graph_handed_over_is_mapped_with_its_ids(tmp_path: Path) -> None:
    follows = networkx.grid_2d_graph(5, 5).to_directed()
    own = load(SCENARIO).on(follows, direction="follower followee").follow_graph
    assert own is not None
    there = pickle.loads(pickle.dumps(Given(own, tmp_path))).graph
    assert is_mapped(there.followers)
    assert there.equals(own)
    assert there.id_of(7) == own.id_of(7) == (1, 2)
    # Negative control: by itself it would come as a copy.
    assert not is_mapped(pickle.loads(pickle.dumps(own)).followers)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_graph_handed_over_from_python(workers: int, tmp_path: Path) -> None:
    scenario = load(SCENARIO)
    follows = networkx.gnp_random_graph(80, 0.1, directed=True, seed=3)
    own = scenario.on(follows, direction="follower followee")
    settings = [Setting("none", seed, {"stories[0].appeal": 0.4}) for seed in (1, 2)]
    runs = made_by(own, settings, workers=workers)
    changed = overridden(own, {"stories[0].appeal": 0.4})
    assert [made.digest for made in runs] == [run(changed, "none", s).digest for s in (1, 2)]
    assert runs[0].digest != made_by(scenario, settings[:1], workers=0)[0].digest


# -- runners ---------------------------------------------------------------------------


def runs_of(runner: Runner, settings: list[Setting]) -> list[Run]:
    """The runs of settings, in their order."""
    found = dict(runner.stream(settings))
    return [found[place] for place in range(len(settings))]


def made_by(scenario: Scenario, settings: list[Setting], **options: Any) -> list[Run]:
    """The runs of settings by a runner of their own."""
    with Runner(scenario, **options) as runner:
        return runs_of(runner, settings)


def test_settings_come_back_in_order_and_equal_ones_are_run_once(tmp_path: Path) -> None:
    scenario = load(SCENARIO)
    settings = [
        Setting("close accounts", 2),
        Setting("none", 1),
        Setting("close accounts + filter trending", 1),
        Setting("close accounts", 2),
        Setting("none", 1, {"policies[0].interventions[0].when.reports": 9}),
    ]
    done: list[int] = []
    with Runner(scenario, workers=0, store=tmp_path / "store", curves=["reach.*"]) as runner:
        stream = runner.successful(settings, lambda now, _: done.append(now))
        runs = [made for _, made in sorted(stream, key=itemgetter(0))]
    assert [made.setting for made in runs] == settings
    assert done == [1, 2, 3, 4, 5]
    assert len(records(tmp_path / "store")) == 3
    assert runs[0].id == runs[3].id and runs[1].id == runs[4].id
    assert all(key.startswith("reach.") for made in runs for key in made.curves)
    alone = in_force(scenario, settings[2].policy)
    assert runs[2].digest == run(alone, settings[2].policy, 1).digest
    assert made_by(scenario, settings, workers=2, store=tmp_path / "store") != []


def test_measures_of_a_study_replace_the_scenarios(tmp_path: Path) -> None:
    settings = [Setting("none", 1)]
    (made,) = made_by(load(SCENARIO), settings, workers=0, measures=["shares"])
    assert made.scalars and all(key.startswith("shares.") for key in made.scalars)
    with pytest.raises(InputError, match="no such measure"):
        made_by(load(SCENARIO), settings, workers=0, measures=["share"])


# -- tables ----------------------------------------------------------------------------


def test_csv_where_pyarrow_is_absent(
    whole: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas

    parquet = Sweep.load(whole[1]).frame("all")
    sweep(whole[0], tmp_path / "out", workers=0)
    monkeypatch.setattr(sweep_tables, "_has_pyarrow", lambda: False)
    swept = sweep(whole[0], tmp_path / "out", workers=0)
    assert not list((tmp_path / "out").glob("*.parquet"))
    frame = swept.frame("all")
    assert list(frame.columns) == list(parquet.columns)
    for name in frame.columns:
        if frame[name].dtype.kind == "f":
            assert frame[name].equals(parquet[name].astype("float64")), name
    with (tmp_path / "out" / "runs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    assert rows[0]["reach.truth.false.accounts"].isdigit()
    series = pandas.read_csv(tmp_path / "out" / "series.csv")
    other = Sweep.load(whole[1]).series_frame()
    assert series["value"].tolist() == other["value"].tolist()


def test_tables_say_what_the_records_say(whole: tuple[Path, Path]) -> None:
    swept = Sweep.load(whole[1])
    frame, series = swept.frame("all"), swept.series_frame()
    for place, row in enumerate(swept.runs()):
        cells = frame.iloc[place]
        assert (cells["point"], cells["policy"], cells["seed"]) == (row.point, row.policy, row.seed)
        assert cells["appeal"] == row.parameters["appeal"]
        assert cells["digest"] == row.digest
        for key, value in row.scalars.items():
            assert (value is None and np.isnan(cells[key])) or cells[key] == value
    assert set(series["curve"]) == set(swept.manifest["curves"])
    one = series[(series["point"] == 3) & (series["policy"] == "none") & (series["seed"] == 2)]
    row = next(r for r in swept.runs() if (r.point, r.policy, r.seed) == (3, "none", 2))
    curve = row.series["reach.truth.false.over_time"]
    shown = one[one["curve"] == "reach.truth.false.over_time"]
    for name in curve.keys() - {"time"}:
        assert shown[shown["series"] == name]["value"].tolist() == curve[name]


def test_curves_of_the_study_are_patterns(tmp_path: Path) -> None:
    swept = sweep(FOLDER / "valid" / "grid.toml", tmp_path / "out", workers=0)
    row = next(swept.runs())
    assert row.series and all(key.startswith("reach.") for key in row.series)
    assert "reach.stories.tap-water.over_time" in row.series
    every = reproduce(records(tmp_path / "out")[0])
    assert every.same


# -- reproduce -------------------------------------------------------------------------


def test_reproduce_confirms_a_record(whole: tuple[Path, Path]) -> None:
    outcome = reproduce(records(whole[1])[0])
    assert outcome.same and outcome.recorded == outcome.digest
    assert outcome.numbers > 50
    done = called("reproduce", records(whole[1])[1])
    assert done.returncode == 0
    assert "the same events" in done.stdout


def test_reproduce_notices_what_is_not_the_same(
    whole: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rumorsim.studies.runner.records import pack, unpack

    place = records(whole[1])[0]
    payload = unpack(place.read_bytes(), place.stem)
    payload["measures"]["reach"]["accounts"] += 1
    copy = tmp_path / place.name
    copy.write_bytes(pack(payload))
    outcome = reproduce(copy)
    assert not outcome.same and outcome.different == ("reach.accounts",)
    payload = unpack(place.read_bytes(), place.stem)
    payload["seed"] += 1
    copy.write_bytes(pack(payload))
    done = called("reproduce", copy)
    assert done.returncode == 1
    assert "NOT the same" in done.stdout


def test_reproduce_of_a_saved_result(tmp_path: Path) -> None:
    run(load(SCENARIO), "close accounts", 4).save(tmp_path / "one")
    assert reproduce(tmp_path / "one").same


@pytest.mark.parametrize("what", ["nothing", "text", "damaged", "comparison"])
def test_reproduce_refuses_what_is_no_record(
    what: str, whole: tuple[Path, Path], tmp_path: Path
) -> None:
    place = tmp_path / "record.run"
    if what == "text":
        place.write_text("hello")
    elif what == "comparison":
        place.write_text('{"holds": "comparison"}')
    elif what == "damaged":
        data = bytearray(records(whole[1])[0].read_bytes())
        data[-3] ^= 4
        place.write_bytes(data)
    done = called("reproduce", place)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and "Traceback" not in done.stderr


def test_the_public_names() -> None:
    assert rumorsim.sweep is sweep
    assert curves({}) == {}
