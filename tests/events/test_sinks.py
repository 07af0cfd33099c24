"""Sinks and saved streams: what is written comes back; what is damaged is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from event_streams import cut, same_events, streams
from hypothesis import given, settings
from sink_files import ROOT, every_format, need, read, same_facts, save, stream

from rumorsim.common.errors import InputError, OutputError
from rumorsim.events.sinks import (
    MemorySink,
    NoSink,
    ReaderGone,
    facts_from_json,
    facts_to_json,
    open_sink,
    read_events,
)
from rumorsim.events.stream import EVENT, Batch, Facts, Kind, StreamDigest
from rumorsim.measures import MEASURES, Listening
from rumorsim.measures.saved import measure_file


@every_format
def test_round_trip(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    facts, batch = stream()
    path = tmp_path / f"events.{suffix}"
    digest = save(path, facts, cut(batch, [3, 50, 51]))
    back, rows = read(path)
    assert same_facts(facts, back)
    assert same_events(rows, batch)
    whole = StreamDigest()
    whole.update(batch)
    assert digest == whole.hexdigest()
    assert list(tmp_path.iterdir()) == [path]


@every_format
def test_empty_stream_round_trip(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    facts, _ = stream()
    save(tmp_path / f"e.{suffix}", facts, [])
    assert len(read(tmp_path / f"e.{suffix}")[1]) == 0


@every_format
def test_many_row_groups(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    facts, _ = stream()
    rows = np.zeros(150_000, EVENT)
    rows["kind"] = Kind.READ
    rows["time"] = np.arange(len(rows)) / len(rows)
    path = tmp_path / f"e.{suffix}"
    save(path, facts, [Batch(rows[:1000]), Batch(rows[1000:])])
    sizes = [len(batch) for batch in read_events(path)[1]]
    assert sum(sizes) == len(rows) and max(sizes) <= 65_536
    assert same_events(read(path)[1], Batch(rows))


@every_format
def test_a_sink_keeps_what_it_was_given_though_the_buffer_is_used_again(
    suffix: str, tmp_path: Path
) -> None:
    need(suffix)
    facts, batch = stream()
    buffer = batch.rows.copy()
    with open_sink(tmp_path / f"e.{suffix}", facts) as sink:
        sink.write(Batch(buffer))
        buffer["account"] = 0
    assert same_events(read(tmp_path / f"e.{suffix}")[1], batch)


@every_format
def test_saved_equals_live(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    facts, batch = stream()
    path = tmp_path / f"e.{suffix}"
    save(path, facts, [batch])
    names = [name for name, each in MEASURES.items() if not each.needs_follows]
    live = Listening(facts, names)
    live.observe(batch)
    assert json.dumps(measure_file(path, names)) == json.dumps(live.values())
    with pytest.raises(InputError, match="take it during a run"):
        measure_file(path, ["sources"])


@settings(max_examples=30, deadline=None)
@given(made=streams())
def test_facts_round_trip_through_json(made: tuple[Facts, Batch]) -> None:
    facts = made[0]
    back = facts_from_json(json.loads(json.dumps(facts_to_json(facts))))
    assert same_facts(facts, back)
    assert np.array_equal(back.person, facts.person) and back.person.dtype == np.int32
    assert back.stories == facts.stories and back.interventions == facts.interventions


def test_facts_stay_small_and_are_checked() -> None:
    facts, _ = stream()
    size = 1_000_000
    large = replace(
        facts,
        accounts=size,
        person=np.arange(size, dtype=np.int32),
        kind=np.zeros(size, np.int16),
        followers=np.ones(size, np.int32),
    )
    text = json.dumps(facts_to_json(large))
    assert len(text) < 3_000_000
    data = json.loads(text)
    for change in ({"accounts": 5}, {"accounts": size + 1}, {"person": None}, {"more": 1}):
        with pytest.raises(InputError, match="facts of a stream"):
            facts_from_json({**data, **change})


def test_ndjson_is_json_line_by_line(tmp_path: Path) -> None:
    facts, batch = stream()
    digest = save(tmp_path / "e.ndjson", facts, [batch])
    lines = (tmp_path / "e.ndjson").read_text(encoding="utf-8").splitlines()
    first, *events, last = [json.loads(line) for line in lines]
    assert first["schema"] == "rumorsim-events-1"
    assert events == list(batch.records())
    assert last.pop("header") == hashlib.sha256(lines[0].encode()).hexdigest()
    assert last == {"end": True, "events": len(batch), "digest": digest}


@every_format
def test_same_events_are_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    facts, batch = stream()
    for name, pieces in (("a", [batch]), ("b", cut(batch, [7]))):
        save(tmp_path / f"{name}.{suffix}", facts, pieces)
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


KILLED = textwrap.dedent(
    """
    import os, sys, time
    sys.path.insert(0, "tests/helpers")
    from event_streams import Draws, random_stream
    from rumorsim.events.sinks import open_sink
    facts, batch = random_stream(Draws(11), 400)
    sink = open_sink(sys.argv[1], facts)
    sink.write(batch)
    print("writing", flush=True)
    time.sleep(60)
    """
)


@every_format
def test_a_killed_run_leaves_nothing_that_looks_finished(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    path = tmp_path / f"e.{suffix}"
    run = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
    )
    assert run.stdout is not None and run.stdout.readline() == b"writing\n"
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    (left,) = tmp_path.iterdir()
    assert re.fullmatch(rf"\.e\.{suffix}\.[0-9a-f]{{8}}\.part", left.name)


@every_format
def test_a_run_that_raises_leaves_nothing(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    facts, batch = stream()
    path = tmp_path / f"e.{suffix}"
    with pytest.raises(RuntimeError, match="half-way"), open_sink(path, facts) as sink:
        sink.write(batch)
        raise RuntimeError("half-way")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="closed"):
        sink.write(batch)


@every_format
def test_only_our_own_files_are_overwritten(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    facts, batch = stream()
    path = tmp_path / f"e.{suffix}"
    path.write_bytes(b"my thesis")
    with pytest.raises(OutputError, match="not overwritten"):
        open_sink(path, facts)
    assert path.read_bytes() == b"my thesis"
    path.unlink()
    save(path, facts, [batch])
    save(path, facts, [batch[:10]])
    assert len(read(path)[1]) == 10


def test_places_that_cannot_be(tmp_path: Path) -> None:
    facts, _ = stream()
    for place, why in (
        (tmp_path, "suffix"),
        (tmp_path / "no" / "e.ndjson", "does not exist"),
        (tmp_path / "e.csv", "one of .ndjson"),
    ):
        with pytest.raises(InputError, match=why):
            open_sink(place, facts)
    (tmp_path / "d.ndjson").mkdir()
    with pytest.raises(OutputError, match="directory"):
        open_sink(tmp_path / "d.ndjson", facts)
    with pytest.raises(InputError, match="directory"):
        read_events(tmp_path / "d.ndjson")
    with pytest.raises(InputError, match="no such file"):
        read_events(tmp_path / "e.ndjson")
    with pytest.raises(InputError, match='did you mean "ndjson"'):
        open_sink(tmp_path / "x", facts, "nd-json")


def test_standard_output_and_other_streams() -> None:
    facts, batch = stream()
    out = io.BytesIO()
    with open_sink("-", facts, stream=out) as sink:
        sink.write(batch)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(batch) + 2
    assert json.loads(lines[-1])["digest"] == sink.digest


def test_a_closed_pipe_says_so_and_stays_quiet() -> None:
    facts, _ = stream()
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as out, pytest.raises(ReaderGone):
        open_sink("-", facts, stream=out)


def test_a_reader_that_leaves_ends_the_writer_quietly() -> None:
    script = KILLED.replace("time.sleep(60)", "").replace('print("writing", flush=True)', "")
    script = script.replace("sink.write(batch)", "[sink.write(batch) for _ in range(500)]")
    script += "\nsink.close()\n"
    run = subprocess.Popen(
        [sys.executable, "-c", script, "-"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stdout is not None and run.stderr is not None
    assert json.loads(run.stdout.readline())["schema"]
    run.stdout.close()
    said = run.stderr.read().decode()
    run.stderr.close()
    run.wait()
    assert "ReaderGone" in said and "Exception ignored" not in said


def test_memory_and_none() -> None:
    _, batch = stream()
    with MemorySink() as kept, NoSink() as none:
        for piece in cut(batch, [9, 30]):
            kept.write(piece)
            none.write(piece)
    assert same_events(kept.batch(), batch)
    assert (kept.digest, kept.count) == (none.digest, len(batch))
    other = NoSink()
    other.write(batch[1:])
    assert other.digest != none.digest


def test_without_pyarrow_the_advice_is_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, _ = stream()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for suffix in ("parquet", "arrow"):
        with pytest.raises(InputError, match=r"rumorsim\[data\]"):
            open_sink(tmp_path / f"e.{suffix}", facts)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("array", ["", "pyarrow.array([1])"])
def test_pandas_is_not_loaded_for_writing(array: str, tmp_path: Path) -> None:
    """Its 50 MB would be what a stream to the disk costs most; PyArrow's own way in loads it."""
    need("parquet")
    pytest.importorskip("pandas", reason="needs the extra [data]")
    code = f"""
        import sys
        from pathlib import Path
        from sink_files import save, stream
        facts, batch = stream()
        save(Path(sys.argv[1]) / "e.parquet", facts, [batch])
        import pyarrow
        {array}
        print("pandas" in sys.modules)
    """
    said = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)],
        cwd=ROOT / "tests" / "helpers",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == [str(bool(array))]


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


REENCODED = {
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "CRLF": _crlf,
    "BOM and CRLF": lambda data: b"\xef\xbb\xbf" + _crlf(data),
    "UTF-16 LE": lambda data: b"\xff\xfe" + data.decode().encode("utf-16-le"),
    "UTF-16 BE": lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"),
    "UTF-16 and CRLF": lambda data: _crlf(data).decode().encode("utf-16"),
}


@pytest.mark.parametrize("suffix", ["ndjson", "ndjson.gz"])
@pytest.mark.parametrize("how", REENCODED)
def test_a_stream_saved_in_another_encoding_is_the_same(
    how: str, suffix: str, tmp_path: Path
) -> None:
    facts, batch = stream()
    save(tmp_path / "e.ndjson", facts, [batch])
    data = REENCODED[how]((tmp_path / "e.ndjson").read_bytes())
    again = tmp_path / f"again.{suffix}"
    again.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    found, events = read(again)
    assert same_facts(found, facts)
    assert np.array_equal(events.rows, batch.rows)


def test_a_changed_event_is_still_seen_in_another_encoding(tmp_path: Path) -> None:
    facts, batch = stream()
    save(tmp_path / "e.ndjson", facts, [batch])
    text = (tmp_path / "e.ndjson").read_text()
    changed = text.replace('"kind":"expose"', '"kind":"read"', 1)
    assert changed != text
    (tmp_path / "e.ndjson").write_bytes(changed.encode("utf-16"))
    with pytest.raises(InputError, match="digest differs"):
        read(tmp_path / "e.ndjson")
