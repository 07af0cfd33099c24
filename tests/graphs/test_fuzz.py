"""Anything at all given to a reader is read or told: only InputErrors, one line a fault.

Each reader gets pieces of what it expects in any order, and good files with something cut out,
put in or turned over. The last test of each shows that the pieces do make good files too.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graph_samples import BACKWARD, FORWARD, sample
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from rumorsim.common.errors import Fault, InputError
from rumorsim.graphs import FollowGraph, read_follows, sources, write_follows
from rumorsim.scenario import loads

FOLDER = Path(__file__).parents[1] / "scenario"
SCENARIOS = [each.read_text("utf-8") for each in sorted((FOLDER / "valid").glob("*.toml"))]
BROKEN = [each.read_bytes() for each in sorted((FOLDER / "invalid").glob("*.toml"))]
SCENARIO_TEXTS = [*SCENARIOS, *(each.decode("utf-8", "replace") for each in BROKEN)]

#: As many examples as there is time for in the ordinary suite; where new ones are looked for
#: (``HYPOTHESIS_PROFILE=explore``) five times as many.
_TIMES = 5 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 1
many = settings(
    max_examples=400 * _TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
some = settings(many, max_examples=120 * _TIMES)


def is_told(work: Callable[[], Any]) -> bool:
    """Whether ``work`` is refused; anything but an InputError of short lines passes on."""
    faults: tuple[Fault, ...] | None = None
    try:
        work()
    except InputError as error:
        faults = error.faults
    assert faults != ()
    assert all("\n" not in str(fault) and len(str(fault)) < 2000 for fault in faults or ())
    return faults is not None


def test_other_errors_are_seen() -> None:
    """Negative control: what is no InputError is not taken for one."""
    with pytest.raises(ValueError, match="other"):
        is_told(lambda: (_ for _ in ()).throw(ValueError("other")))


@st.composite
def changed(draw: st.DrawFn, good: Any, pieces: st.SearchStrategy[Any]) -> Any:
    """A good text (or bytes) with up to three stretches replaced by pieces."""
    text = draw(st.sampled_from(good)) if isinstance(good, list) else draw(good)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        end = at + draw(st.integers(0, 12))
        text = text[:at] + draw(pieces) + text[end:]
    return text


@st.composite
def overwritten(draw: st.DrawFn, good: bytes) -> bytes:
    """Good bytes with a few of them, often near the end, turned into others."""
    at = draw(st.integers(0, len(good)) | st.integers(max(0, len(good) - 24), len(good)))
    piece = draw(st.binary(min_size=1, max_size=8))[: len(good) - at]
    return good[:at] + piece + good[at + len(piece) :]


# -- scenarios -------------------------------------------------------------------------

WORDS = [
    "=", " = ", "[", "]", "[[", "]]", "{", "}", ",", ".", "\n", '"', "'", '"""', "#", "\\",
    "0", "-1", "1e308", "1e999", "nan", "inf", "true", "9" * 30, "0x", "1979-05-27", "07:32:00",
    '"1 h"', '"-3 d"', '"2 per h"', "horizon", "[graph]", "kind", '"file"', '"power-law"',
    "[[stories]]", "[[policies]]", "interventions", "whom", "law", '"lomax"',
    "é", "\x00", "\ud7ff", "\u2028", "",
]  # fmt: skip
_words = st.one_of(st.sampled_from(WORDS), st.text(max_size=4))
_toml = st.one_of(changed(SCENARIO_TEXTS, _words), st.lists(_words, max_size=12).map("".join))


@many
@given(text=_toml)
def test_scenarios(text: str) -> None:
    is_told(lambda: loads(text))


def test_scenarios_that_are_changed_can_be_good() -> None:
    """Negative control: the changes do not break everything, nor nothing."""
    assert find(changed(SCENARIOS, _words), lambda text: not is_told(lambda: loads(text)))
    assert find(changed(SCENARIOS, _words), lambda text: is_told(lambda: loads(text)))


# -- lists of follows ------------------------------------------------------------------

_cells = st.one_of(
    st.integers(-3, 12).map(str),
    st.sampled_from(
        ["", "a", "é", "007", "-0", "1.5", "nan", "inf", "1e-3", "-", "#", '"', '"a,b"', "9" * 25,
         "follower", "followee", "weight", "\ufeff", "\x00", "\x85", "x" * 1200]
    ),
)  # fmt: skip
_breaks = st.sampled_from([" ", "\t", ",", ", ", "  ", "\n", "\r\n", "\n\n", "\r", ""])
_lines = st.lists(st.tuples(_cells, _breaks).map("".join), max_size=14).map("".join)
_good_lines = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: f"{pair[0]} {pair[1]}\n"),
    min_size=1,
    max_size=12,
).map("".join)
_raw_lines = st.one_of(
    _lines.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
    changed(_good_lines.map(str.encode), st.one_of(st.binary(max_size=3), _cells.map(str.encode))),
)
_columns = st.sampled_from(
    [
        FORWARD,
        BACKWARD,
        f"{FORWARD} weight",
        "follower=a followee=b",
        "follower=1 followee=2 weight=3",
    ]
)


@st.composite
def packed(draw: st.DrawFn, raw: st.SearchStrategy[bytes]) -> bytes:
    """Bytes packed by gzip, sometimes damaged."""
    whole = gzip.compress(draw(raw), mtime=0)
    return draw(st.one_of(st.just(whole), changed([whole], st.binary(max_size=3))))


def _read(path: Path, raw: bytes, columns: str, ids: str = "auto") -> FollowGraph:
    path.write_bytes(raw)
    graph = read_follows(path, columns=columns, ids=ids)
    graph.validate()
    return graph


@many
@given(
    raw=_raw_lines,
    columns=_columns,
    ids=st.sampled_from(["auto", "integer", "text"]),
    name=st.sampled_from(["f.txt", "f.csv"]),
    small=st.booleans(),
)
def test_lists_of_follows(
    raw: bytes, columns: str, ids: str, name: str, small: bool, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if small:
            # Small blocks, so that the compiled reader takes part.
            patch.setattr(sources, "_FIRST_BLOCK", 16)
            patch.setattr(sources, "_BLOCK", 32)
            patch.setattr(sources, "_PIECE", 8)
        is_told(lambda: _read(tmp_path / name, raw, columns, ids))


@some
@given(raw=packed(_raw_lines), columns=_columns)
def test_packed_lists_of_follows(raw: bytes, columns: str, tmp_path: Path) -> None:
    is_told(lambda: _read(tmp_path / "f.txt.gz", raw, columns))


@pytest.mark.parametrize("good", [True, False])
def test_lists_that_are_changed_can_be_good(good: bool, tmp_path: Path) -> None:
    def wanted(raw: bytes) -> bool:
        return is_told(lambda: _read(tmp_path / "f.txt", raw, FORWARD)) != good

    assert find(_raw_lines, wanted) is not None


# -- GraphML ---------------------------------------------------------------------------

TAGS = [
    "<graphml>", "</graphml>", '<graph edgedefault="directed">', "</graph>", '<node id="a"/>',
    '<node id="b">', "</node>", '<edge source="a" target="b"/>', '<edge source="b" target="c">',
    "</edge>", '<key id="k" for="all" attr.name="weight" attr.type="double">', "</key>",
    "<default>", "</default>", '<data key="k">', "</data>", "1.5", "nan", "-1", "x", " ", "\n",
    "<!DOCTYPE a>", "<!ENTITY a 'b'>", "&a;", "&amp;", "&#0;", "&#9;", "<![CDATA[", "]]>", "<!--",
    "-->", "<?a b?>", '<?xml version="1.0" encoding="utf-7"?>', "<x:a b='c'>", "<port/>",
    "\x00", "é", "<hyperedge/>", "<desc>", "</desc>", 'directed="false"', "<", ">", '"', "=",
]  # fmt: skip

XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'
ENCODINGS = ["utf-8", "utf-16", "utf-7", "latin-1", "cp1252", "gb18030", "base64", "no-such", "a"]


def _good_graphml(folder: Path) -> bytes:
    path = folder / "good.graphml"
    write_follows(sample(), path, columns=f"{FORWARD} weight", overwrite=True)
    return path.read_bytes()


@pytest.fixture(scope="module")
def graphml(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _good_graphml(tmp_path_factory.mktemp("graphml"))


_tags = st.one_of(st.sampled_from(TAGS), st.text(max_size=3)).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
_starts = st.sampled_from(
    ["", "\ufeff", *(f'<?xml version="1.0" encoding="{each}"?>' for each in ENCODINGS)]
).map(str.encode)
_parts = st.one_of(_tags, st.binary(max_size=3))


@some
@given(data=st.data(), columns=st.sampled_from([FORWARD, f"{BACKWARD} weight"]))
def test_graphml(data: st.DataObject, columns: str, graphml: bytes, tmp_path: Path) -> None:
    raw = data.draw(
        st.one_of(st.lists(_tags, max_size=15).map(b"".join), changed([graphml], _parts))
    )
    start = data.draw(_starts)
    is_told(lambda: _read(tmp_path / "f.graphml", start + raw.removeprefix(XML), columns))


@pytest.mark.parametrize("good", [True, False])
def test_graphml_that_is_changed_can_be_good(good: bool, graphml: bytes, tmp_path: Path) -> None:
    def wanted(raw: bytes) -> bool:
        return is_told(lambda: _read(tmp_path / "f.graphml", raw, FORWARD)) != good

    assert find(changed([graphml], _parts), wanted) is not None


# -- directories of arrays -------------------------------------------------------------


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    place = tmp_path_factory.mktemp("mapped") / "good.mapped"
    write_follows(sample(), place)
    return {each.name: each.read_bytes() for each in sorted(place.iterdir())}


def _renamed(table: Any, name: str, size: int) -> Any:
    """A manifest that says the right size of a part that was changed."""
    stem, _, _ = name.partition(".")
    if stem.startswith("attribute-"):
        part = list(table["attributes"].values())[int(stem.removeprefix("attribute-"))]
    else:
        part = table[stem]
    part["bytes"] = size
    return table


def _open_all(place: Path, files: dict[str, bytes]) -> None:
    """Read a graph in the way that it will be used: every value of it."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name, raw in files.items():
        (place / name).write_bytes(raw)
    graph = read_follows(place)
    graph.digest()
    graph.id_list()
    assert all(0 <= each < graph.accounts for each in graph.followers.tolist())
    for values in graph.attributes.values():
        assert len(values.tolist()) == graph.accounts


@st.composite
def spoilt(draw: st.DrawFn, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a good directory with one changed, its size in the manifest too or not."""
    name = draw(st.sampled_from(sorted(files)))
    pieces = st.one_of(
        st.binary(max_size=8),
        st.sampled_from(
            [b"-1", b"1e9", b"9" * 20, b"null", b'"a"', b"[", b"{", b"|O", b"<U9", b"True"]
        ),
    )
    raw: bytes = draw(changed([files[name]], pieces) | overwritten(files[name]))
    found = {**files, name: raw}
    if name != "follows.json" and draw(st.booleans()):
        table = _renamed(json.loads(files["follows.json"]), name, len(raw))
        found["follows.json"] = json.dumps(table).encode()
    return found


@some
@given(data=st.data())
def test_directories_of_arrays(
    data: st.DataObject, mapped: dict[str, bytes], tmp_path: Path
) -> None:
    files = data.draw(spoilt(mapped))
    is_told(lambda: _open_all(tmp_path / "f.mapped", files))


@pytest.mark.parametrize("good", [True, False])
def test_directories_that_are_changed_can_be_good(
    good: bool, mapped: dict[str, bytes], tmp_path: Path
) -> None:
    def wanted(files: dict[str, bytes]) -> bool:
        return is_told(lambda: _open_all(tmp_path / "f.mapped", files)) != good

    assert find(spoilt(mapped), wanted)
