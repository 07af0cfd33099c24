"""Damaged files of events are refused: cut short, flipped, edited, endless."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest
from event_streams import same_events
from sink_files import every_format, need, read, same_facts, save, stream

from rumorsim.common.errors import InputError


@every_format
def test_truncation_is_detected(suffix: str, tmp_path: Path) -> None:
    need(suffix)
    facts, batch = stream()
    path = tmp_path / f"e.{suffix}"
    save(path, facts, [batch])
    whole = path.read_bytes()
    for part in (0, 1, 0.1, 0.5, 0.9, -1, -5, -20):
        size = int(part) if part in (0, 1) or part < 0 else int(part * len(whole))
        path.write_bytes(whole[:size])
        if suffix == "arrow" and part in (-1, -5):
            continue  # only the closing marker is gone; the tail before it is whole
        with pytest.raises(InputError) as error:
            read(path)
        assert str(path) in str(error.value) and "\n" not in str(error.value)
    path.write_bytes(whole)
    read(path)


@every_format
def test_flipped_bits_are_detected(suffix: str, tmp_path: Path) -> None:
    """No flip anywhere may change what is read without an error: 300 places, either way.

    A flip that is not noticed must have hit what says nothing (padding, the writer's name):
    then facts and events are those written.
    """
    need(suffix)
    facts, batch = stream()
    path = tmp_path / f"e.{suffix}"
    save(path, facts, [batch])
    whole = path.read_bytes()
    caught = 0
    for step in range(300):
        damaged = bytearray(whole)
        place = step * (len(whole) - 1) // 299
        damaged[place] ^= 1 << step % 8
        path.write_bytes(damaged)
        try:
            back, rows = read(path)
        except InputError:
            caught += 1
            continue
        assert same_events(rows, batch) and same_facts(back, facts), place
    assert caught > 150


def test_a_changed_event_is_detected(tmp_path: Path) -> None:
    """Also where every line is still good JSON; without the digest line nothing is read."""
    facts, batch = stream()
    path = tmp_path / "e.ndjson"
    save(path, facts, [batch])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    event = json.loads(lines[5])
    changed = json.dumps({**event, "account": event["account"] + 1}) + "\n"
    for bad, why in (
        ([*lines[:5], changed, *lines[6:]], "digest differs"),
        ([*lines[:5], *lines[6:]], f"{len(batch) - 1} events where {len(batch)}"),
        (lines[:-1], "no end"),
        ([*lines, lines[4]], "follow the end"),
        ([lines[0].replace("rumorsim-events-1", "rumorsim-events-9"), *lines[1:]], "must be"),
        ([*lines[:5], "[" * 3000 + "\n", *lines[5:]], "cannot be read"),
        ([*lines[:5], "3\n", *lines[5:]], "cannot be read"),
        ([lines[0].replace("story-0", "story-9"), *lines[1:]], "facts are not those"),
        ([*lines[:-1], '"end"\n'], "cannot be read"),
        ([*lines[:5], lines[5].replace('"share"', '"smear"'), *lines[6:]], None),
    ):
        path.write_text("".join(bad), encoding="utf-8")
        if why is None and '"smear"' not in "".join(bad):
            continue
        with pytest.raises(InputError, match=why):
            read(path)


def test_a_gzip_with_an_endless_line_is_refused_quickly(tmp_path: Path) -> None:
    facts, batch = stream()
    path = tmp_path / "e.ndjson.gz"
    save(path, facts, [batch])
    head = gzip.decompress(path.read_bytes()).partition(b"\n")[0] + b"\n"
    path.write_bytes(gzip.compress(head + b"0" * 50_000_000))
    start = time.process_time()
    with pytest.raises(InputError):
        read(path)
    assert time.process_time() - start < 5
