"""Bad scenarios: every class of fault told in one line, early, and never by a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.settings.messages import MOST_FAULTS
from rumorsim.scenario import load, loads
from rumorsim.scenario.text import MOST_BYTES, MOST_KEYS

FOLDER = Path(__file__).parents[1] / "scenario"
INVALID = sorted((FOLDER / "invalid").glob("*.toml"))
MINIMAL = (FOLDER / "valid" / "minimal.toml").read_text(encoding="utf-8")
#: Words of the machinery, which mean nothing to whoever wrote the scenario.
MACHINERY = ("Input should", "function-", "tagged", "pydantic", "literal[", "Value error")


def _told(work: Callable[[], Any]) -> str:
    with pytest.raises(InputError) as caught:
        work()
    for fault in caught.value.faults:
        line = str(fault)
        assert "\n" not in line
        assert len(line) < 1000
        assert fault.rule
        assert not any(word in line for word in MACHINERY), line
    return str(caught.value)


def test_there_is_a_file_for_every_rule() -> None:
    assert len(INVALID) >= 50
    assert {each.stem for each in INVALID} == {
        each.stem for each in (FOLDER / "invalid").glob("*.txt")
    }
    # Negative control: what all of them are variations of is fine.
    loads(MINIMAL)


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_message_is_the_expected_one(file: Path) -> None:
    told = _told(lambda: load(file)).replace(str(file), file.name)
    assert told.splitlines() == file.with_suffix(".txt").read_text("utf-8").splitlines()


def test_all_faults_are_told_at_once() -> None:
    broken = MINIMAL.replace("0.5", '"x"').replace("false", "1").replace("10", "-3")
    assert len(_told(lambda: loads(broken)).splitlines()) == 3


# -- places ----------------------------------------------------------------------------


def test_missing_file_names_the_nearest() -> None:
    told = _told(lambda: load(FOLDER / "valid" / "minimall.toml"))
    assert 'there is no such file; did you mean "minimal.toml"?' in told


def test_directory_for_a_file() -> None:
    assert "is a directory, not a file" in _told(lambda: load(FOLDER))


def test_missing_directory() -> None:
    assert "there is no directory" in _told(lambda: load(FOLDER / "nowhere" / "x.toml"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in _told(lambda: load(tmp_path / "pipe"))


def test_name_with_a_null() -> None:
    assert "is not a file name" in _told(lambda: load("a\0b"))


@pytest.mark.parametrize("place", ["graph", "accounts"])
def test_missing_file_behind_the_scenario(place: str, tmp_path: Path) -> None:
    from rumorsim.scenario import build_graph

    graph = 'kind = "file"\npath = "gone.txt"\ncolumns = "follower followee"'
    text = MINIMAL.replace('kind = "path"\naccounts = 10', graph) if place == "graph" else MINIMAL
    text += '[accounts]\nfile = "gone.csv"\n' if place == "accounts" else ""
    scenario = loads(text, tmp_path)
    assert "there is no such file" in _told(lambda: build_graph(scenario))
    assert "there is no such file" in _told(scenario.resolved)


# -- size ------------------------------------------------------------------------------

HOSTILE = {
    "long": "#" * (MOST_BYTES + 1),
    "many-items": "x = [" + "1," * 1_000_000 + "]",
    "many-keys": "".join(f"a{i} = 1\n" for i in range(MOST_KEYS + 1)),
    "deep-lists": "x = " + "[" * 100_000,
    "deep-tables": "x = " + "{a=" * 100_000,
    "deep-json": '{"x":' * 100_000,
    "deep-keys": "a." * 100_000 + "a = 1",
    "many-deep-keys": "\n".join(f"[{'a.' * 40}b{i}]" for i in range(9_000)),
    "escapes-without-end": 'x = """' + '\\"""' * 500_000,
    "quotes-without-end": "x = " + "'''\n'" * 500_000,
    "bad-items": MINIMAL.replace("random = 1", "ids = [" + "1.5," * 90_000 + "]"),
    "bad-stories": MINIMAL + "[[stories]]\nx = 1\n" * 9_000,
    "long-number": MINIMAL.replace("0.5", "1" * 4_000),
    "long-text": MINIMAL.replace('"a"', '"' + "a" * 1_000_000 + '"'),
    "long-duration": MINIMAL.replace("1 d", "1 d" + " " * 1_000_000),
}

#: Says of each file how many lines, how much processor time (s) and memory (MB) its refusal
#: took, in a process of its own that has all imported. Not ru_maxrss: a child starts with its
#: parent's.
_COSTED = """
import os, sys, time
from rumorsim.common.errors import InputError
from rumorsim.scenario import load
for path in sys.argv[1:]:
    if os.fork():
        os.wait()
        continue
    try:
        load(path)
    except InputError as error:
        peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
        lines, memory = len(str(error).splitlines()), int(peak.split()[1]) / 1024
        print(path, lines, time.process_time(), memory, flush=True)
    os._exit(0)
"""


def costs(paths: list[Path], before: str = "") -> dict[str, tuple[float, float, float]]:
    """By the stem of a file: lines, seconds and megabytes; files that are not refused lack."""
    words = [sys.executable, "-c", before + _COSTED, *map(str, paths)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    rows = [line.rsplit(maxsplit=3) for line in done.stdout.splitlines()]
    return {Path(path).stem: (float(a), float(b), float(c)) for path, a, b, c in rows}


@pytest.fixture(scope="module")
def costed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, float, float]]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, text in HOSTILE.items():
        (folder / f"{name}.toml").write_text(text)
    return costs(sorted(folder.iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_cheaply(
    name: str, costed: dict[str, tuple[float, float, float]]
) -> None:
    assert name in costed, "it is not refused, or the process dies of it"
    lines, seconds, megabytes = costed[name]
    assert 1 <= lines <= MOST_FAULTS + 1
    # Processors differ and other tests run beside this one.
    assert seconds < 1.5
    assert megabytes < 200


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_the_cost_is_really_measured(tmp_path: Path) -> None:
    """Negative control: memory that is used before the refusal shows."""
    file = tmp_path / "hostile.toml"
    file.write_text("x")
    assert costs([file], "waste = bytearray(b'1') * 300_000_000\n")["hostile"][2] > 250


# -- anything --------------------------------------------------------------------------


def _loads_or_tells(text: str) -> bool:
    """Whether it loads; anything but an InputError of one line a fault passes on."""
    faults: tuple[Fault, ...] = ()
    try:
        loads(text)
    except InputError as error:
        faults = error.faults
    assert all("\n" not in str(fault) for fault in faults)
    return not faults


_toml_like = st.text(
    st.sampled_from(list("abkind=[]{}\"'\\.,\n#:-+_ 0123456789e\ttruefalsenan\x00é\u2028\x85"))
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(_toml_like, st.text()))
@example('{"a": "\\ud800"}')
@example('name = "\\ud800"')
@example("x = 9999-99-99")
@example("x = 1e999999")
@example("\ufeffhorizon = 1")
@example('{"horizon": 1e999}')
@example('{"seed": ' + "9" * 5000 + "}")
def test_any_text_loads_or_is_told(text: str) -> None:
    _loads_or_tells(text)
    _loads_or_tells(MINIMAL + text)


_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**300, 10**320),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=9),
    st.sampled_from(["file", "path", "close-accounts", "lomax", "1 h", "2 per h", "unlimited"]),
)
_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=5), st.sampled_from(["kind", "law", "at", "[key]"])),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


def _places(values: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = values.items() if isinstance(values, dict) else enumerate(values)
    found = [path]
    if isinstance(values, dict | list):
        for key, value in inner:
            found += _places(value, (*path, key)) if isinstance(value, dict | list) else []
            found.append((*path, key))
    return found


FULL = json.loads(json.dumps(load(FOLDER / "valid" / "one-rumor-three-answers.toml").resolved()))
PLACES = [place for place in _places(FULL) if place]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), _trees, st.booleans())
def test_any_value_anywhere_loads_or_is_told(
    place: tuple[Any, ...], value: Any, beside: bool
) -> None:
    """A whole scenario with one value replaced by anything, or with anything put beside it."""
    values = json.loads(json.dumps(FULL))
    here = values
    for key in place[:-1]:
        here = here[key]
    if beside and isinstance(here, dict):
        here[f"{place[-1]}s"] = value
        # A key that nobody knows is refused whatever it holds, except where names are free.
        assert not _loads_or_tells(json.dumps(values)) or place[-2:-1] == ("kinds",)
    else:
        here[place[-1]] = value
        _loads_or_tells(json.dumps(values))
