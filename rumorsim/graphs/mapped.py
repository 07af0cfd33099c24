"""Follow graphs in a directory of arrays that are read in place: ten million accounts at once.

``NAME.mapped/`` holds ``offsets.npy`` and ``followers.npy``, as :class:`FollowGraph` has
them; where the graph has them, ``weights.npy``, ``ids`` and ``attribute-0``, ``-1``, ... as
``.npy`` or, for what does not fit an array, ``.json``; and ``follows.json``, which describes
them. All processes that open the directory share its pages. Rows are the followers of
each account, so no direction is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rumorsim.common.errors import InputError, OutputError, nearest, show_value
from rumorsim.common.files import write_directory
from rumorsim.common.plurals import counted
from rumorsim.common.saved_json import parse_json
from rumorsim.common.settings import Model, validated
from rumorsim.graphs.arrays import (
    LONGEST_TEXT,
    highest,
    open_array,
    open_table,
    part_file,
    table_text,
    write_array,
)
from rumorsim.graphs.columns import WEIGHT_RULE
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.made import MAX_FOLLOWS
from rumorsim.graphs.sources import is_mapped

#: The file that stands for the whole directory: it holds the digest of every other.
MANIFEST: Final = "follows.json"
_LONGEST: Final = 4_000_000
_SCAN: Final = 1 << 20
_LAST_CHARACTER: Final = 0x10FFFF
_Count = Annotated[int, Field(ge=0, le=2**62)]


class Part(Model):
    """One file of the directory; its name follows from what it holds, never from here."""

    #: "npy" is read in place; "json" is for ids and attributes that do not fit an array.
    form: Literal["npy", "json"] = "npy"
    bytes: _Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Manifest(Model):
    """The contents of the directory."""

    holds: Literal["a follow graph of rumorsim"] = "a follow graph of rumorsim"
    format: Literal[1] = 1
    accounts: Annotated[int, Field(ge=0, le=2**31 - 1)]
    follows: Annotated[int, Field(ge=0, le=MAX_FOLLOWS)]
    self_loops: _Count
    duplicates: _Count
    offsets: Part
    followers: Part
    weights: Part | None = None
    ids: Part | None = None
    attributes: dict[str, Part] = {}

    def parts(self) -> dict[str, Part]:
        """Every part by the name of its file."""
        found = {name: getattr(self, name) for name in ("offsets", "followers", "weights", "ids")}
        found |= {f"attribute-{i}": part for i, part in enumerate(self.attributes.values())}
        return {f"{name}.{part.form}": part for name, part in found.items() if part is not None}


def manifest_of(path: Path) -> Path:
    """The file whose digest names a graph: follows.json of a directory of arrays, else itself."""
    return _directory(path) / MANIFEST if is_mapped(path) else path


def _directory(path: Path) -> Path:
    if "\0" in str(path):
        raise InputError("is not a file name", value=show_value(str(path)))
    try:
        if path.is_dir():
            return path
        there = path.exists()
        beside = [each.name for each in path.parent.iterdir() if is_mapped(each)][:10_000]
    except OSError as error:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            value = str(error.strerror or error)
            raise InputError("cannot be opened", str(path)[:200], value=value) from error
        there, beside = False, []
    if there:
        rule = "is a file; a graph named .mapped is a directory of arrays"
        raise InputError(rule, path, advice="rename it, or fetch it again")
    advice = nearest(path.name, beside) if beside else "check the path"
    raise InputError("there is no such directory", path, advice=advice[:200])


def read_manifest(path: Path) -> Manifest:
    """The manifest of the directory ``path``; InputError where it is none of ours."""
    place = _directory(path) / MANIFEST
    if part_file(place) > _LONGEST:
        raise InputError(f"can have at most {_LONGEST:,} bytes", place)
    found = validated(Manifest, parse_json(place.read_bytes(), str(place)), str(place))
    for name, part in found.parts().items():
        if part.form == "json" and name.split(".")[0] in ("offsets", "followers", "weights"):
            raise InputError('must be "npy"', place, f"{name[:-5]}.form")
    return found


def read_mapped(path: str | os.PathLike[str], *, max_bytes: int | None = None) -> FollowGraph:
    """The follow graph in the directory ``path``; its arrays stay in their files.

    Each array is looked through once: sizes, types, shapes, offsets that rise from 0 to
    the number of follows, followers that are accounts, weights that are finite and not
    negative. :func:`check_mapped` checks the rest. ``max_bytes`` caps all files
    together. Every fault is an InputError. A graph that is open may be replaced, by
    :func:`write_mapped`, but its files must not be changed in place.
    """
    place = Path(path)
    manifest = read_manifest(place)
    total = sum(part.bytes for part in manifest.parts().values())
    if max_bytes is not None and total > max_bytes:
        raise InputError(f"holds {counted(total, 'byte')}", path, "max_bytes", str(max_bytes))
    for name, part in manifest.parts().items():
        size = part_file(place / name)
        if size != part.bytes:
            rule = f"has {counted(size, 'byte')} where {MANIFEST} says {part.bytes:,}"
            raise InputError(rule, place / name, advice="fetch it again")
    n, m = manifest.accounts, manifest.follows
    offsets = open_array(place / "offsets.npy", ("<i8",), n + 1)
    followers = open_array(place / "followers.npy", ("<i4",), m)
    _check_offsets(offsets, m, place / "offsets.npy")
    # As unsigned numbers, negative ones are beyond every account.
    if highest(followers.view("<u4")) >= n:
        rule = f"holds a follower that is not among the {counted(n, 'account')}"
        raise InputError(rule, place / "followers.npy")
    weights = ids = None
    if manifest.weights is not None:
        weights = open_array(place / "weights.npy", ("<f8",), m)
        _check_weights(weights, place / "weights.npy")
    attributes = {
        name: _column(place / f"attribute-{i}.{part.form}", ("<i8", "<f8", "|b1", "<U"), n)
        for i, (name, part) in enumerate(manifest.attributes.items())
    }
    if manifest.ids is not None:
        ids = _column(place / f"ids.{manifest.ids.form}", ("<i8", "<u8", "<U"), n)
    dropped = manifest.self_loops, manifest.duplicates
    return FollowGraph(offsets, followers, ids, attributes, weights, *dropped)


def _check_offsets(offsets: NDArray[np.int64], follows: int, path: Path) -> None:
    if offsets[0] != 0 or offsets[-1] != follows:
        rule = f"must begin with 0 and end with {follows}, the number of follows"
        raise InputError(rule, path, value=f"{offsets[0]} ... {offsets[-1]}")
    for start in range(0, offsets.size - 1, _SCAN):
        part = offsets[start : start + _SCAN + 1]
        falls = np.flatnonzero(part[1:] < part[:-1])
        if falls.size:
            raise InputError("offsets must not fall", path, f"[{start + int(falls[0]) + 1}]")


def _check_weights(weights: NDArray[np.float64], path: Path) -> None:
    for start in range(0, weights.size, _SCAN):
        part = weights[start : start + _SCAN]
        bad = np.flatnonzero(~((part >= 0) & (part < np.inf)))
        if bad.size:
            place, value = f"[{start + int(bad[0])}]", show_value(float(part[bad[0]]))
            raise InputError(WEIGHT_RULE, path, place, value)


def _column(path: Path, kinds: tuple[str, ...], length: int) -> NDArray[Any]:
    if path.suffix == ".json":
        return open_table(path, length)
    values = open_array(path, kinds, length)
    if values.dtype.kind == "U" and highest(values.view("<u4")) > _LAST_CHARACTER:
        raise InputError("holds bytes that are not text", path)
    if values.dtype.kind == "b" and highest(values.view("u1")) > 1:
        raise InputError("holds what is neither true nor false", path)
    return values


def check_mapped(path: str | os.PathLike[str]) -> FollowGraph:
    """Read a graph and check all of it: digests of the files and every promise of FollowGraph."""
    place = Path(path)
    graph = read_mapped(place)
    for name, part in read_manifest(place).parts().items():
        if _sha256(place / name) != part.sha256:
            rule = "is not as it was written: its SHA-256 differs"
            raise InputError(rule, place / name, advice="fetch it again")
    try:
        graph.validate()
    except (ValueError, TypeError) as error:
        raise InputError(str(error), path) from error
    return graph


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_mapped(
    graph: FollowGraph, path: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Write ``graph`` as the directory ``path``, all of it: ids, attributes, weights.

    OutputError where something exists already; with ``overwrite`` a graph of ours is
    replaced as a whole, and nothing else is. The directory appears complete or not at all,
    and the same graph gives the same bytes.
    """
    with mapped_draft(Path(path), overwrite=overwrite) as draft:
        attributes = {
            name: _put(draft, f"attribute-{i}", values)
            for i, (name, values) in enumerate(graph.attributes.items())
        }
        _put_array(draft, "followers", graph.followers.astype("<i4", copy=False))
        if graph.weights is not None:
            _put(draft, "weights", graph.weights)
        finish_mapped(
            draft, graph.offsets, graph.ids, graph.self_loops, graph.duplicates, attributes
        )


@contextmanager
def mapped_draft(place: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A directory beside ``place`` that takes its name once a graph in it is finished.

    OutputError as for :func:`write_mapped`. Write ``followers.npy`` and, where there are such,
    ``weights.npy`` and ``ids.npy``, then call :func:`finish_mapped`.
    """
    if place.is_symlink() or place.exists():
        if not overwrite:
            advice = "choose another name, or overwrite it: --force, or overwrite=True in Python"
            raise OutputError("exists already", place, advice=advice)
        _check_ours(place)
    with write_directory(place, marker=MANIFEST) as draft:
        yield draft


def finish_mapped(
    draft: Path,
    offsets: NDArray[np.int64],
    ids: NDArray[Any] | None = None,
    self_loops: int = 0,
    duplicates: int = 0,
    attributes: Mapping[str, Part] | None = None,
) -> None:
    """Write what goes with the followers in ``draft``, and the manifest of all."""
    weights, own = draft / "weights.npy", draft / "ids.npy"
    manifest = Manifest(
        accounts=offsets.size - 1,
        follows=int(offsets[-1]),
        self_loops=self_loops,
        duplicates=duplicates,
        offsets=_put(draft, "offsets", offsets),
        followers=_part_of(draft / "followers.npy"),
        weights=_part_of(weights) if weights.exists() else None,
        ids=_put(draft, "ids", ids) if ids is not None else _part_of(own) if own.exists() else None,
        attributes=dict(attributes or {}),
    )
    text = json.dumps(manifest.model_dump(exclude_none=True), indent=1)
    (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _check_ours(place: Path) -> None:
    """OutputError unless ``place`` is a graph of ours with nothing else in its directory."""
    rule = "is not a follow graph of rumorsim; nothing was overwritten"
    advice = "name a new directory"
    try:
        expected = {MANIFEST, *read_manifest(place).parts()}
    except InputError as error:
        raise OutputError(rule, place, advice=advice) from error
    others = sorted({each.name for each in place.iterdir()} - expected)
    if place.is_symlink() or others:
        value = show_value(others[0]) if others else "a link"
        raise OutputError(rule, place, value=value, advice=advice)


def _put(draft: Path, name: str, values: NDArray[Any]) -> Part:
    array = _plain(values)
    if array is not None:
        return _put_array(draft, name, array)
    path = draft / f"{name}.json"
    path.write_text(table_text(values.tolist(), path.name), encoding="utf-8")
    return Part(form="json", bytes=path.stat().st_size, sha256=_sha256(path))


def _put_array(draft: Path, name: str, array: NDArray[Any]) -> Part:
    path = draft / f"{name}.npy"
    write_array(path, array)
    return _part_of(path)


def _part_of(path: Path) -> Part:
    return Part(bytes=path.stat().st_size, sha256=_sha256(path))


def _plain(values: NDArray[Any]) -> NDArray[Any] | None:
    """``values`` as they go into ``.npy``; None for what goes into JSON."""
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "b":
        return values
    if kind in "iu" or (kind == "f" and size <= 8):
        wide = "<u8" if kind == "u" and size == 8 else "<f8" if kind == "f" else "<i8"
        return values.astype(wide, copy=False)
    cells = values.tolist()
    if not all(isinstance(each, str) and not each.endswith("\0") for each in cells):
        return None
    width = max(map(len, cells), default=1)
    return np.array(cells, f"<U{max(width, 1)}") if width <= LONGEST_TEXT else None
