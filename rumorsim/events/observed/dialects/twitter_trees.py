"""The trees of Twitter15 and Twitter16: one file a cascade, one edge a line.

``['account', 'post', 'minutes']->['account', 'post', 'minutes']``; the parent of the original is
``['ROOT', 'ROOT', '0.0']``. ``label.txt`` beside the trees or above them says ``label:cascade``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.gathering import Gathering, lines_of, number_of
from rumorsim.events.observed.moments import UNITS
from rumorsim.events.observed.records import ABSENT, ROOT, Records
from rumorsim.events.observed.request import Request
from rumorsim.events.observed.starts import first_line

_TRIPLE: Final = r"\[\s*'([^']*)'\s*,\s*'([^']*)'\s*,\s*'([^']*)'\s*\]"
_EDGE: Final = re.compile(rf"{_TRIPLE}\s*->\s*{_TRIPLE}")
_LABELS: Final = "label.txt"
#: What the labels of these sets mean, beside the usual words.
_WORDS: Final = {"non-rumor": "true"}

_Node = tuple[str, str, str]


class TwitterTrees(CascadeDialect):
    """Folders of tree files, or one of them, as Twitter15 and Twitter16 have them."""

    summary: ClassVar = "tree files with an edge a line, as in Twitter15 and Twitter16"
    endings: ClassVar = ("a folder", ".txt")

    def recognises(self, request: Request) -> bool:
        """Whether a source is surely of this dialect."""
        if request.path is None:
            return False
        files = _files(request.path)
        return bool(files) and _EDGE.fullmatch(first_line(files[0]).strip()) is not None

    def read(self, request: Request) -> Records:
        """The posts of a source; InputError with the place of what cannot be read."""
        path = request.required_path()
        files = _files(path)
        if not files:
            rule, advice = "holds no trees", "name the folder with the files .txt of the trees"
            raise InputError(rule, str(path), advice=advice)
        gathering, places = Gathering(str(path)), _Places()
        for file in files:
            places.starts.append((len(gathering), str(file)))
            _read_tree(gathering, file)
        hour = UNITS[request.unit or "minutes"]
        notes = [] if request.unit else ["times are taken as minutes, as these sets have them"]
        found = gathering.records(truth=_truth(request, path, gathering.names), hour=hour)
        found.notes = notes
        found.where = lambda row: places.where(row, gathering.where(row))
        return found


class _Places:
    """Which file each row is of."""

    def __init__(self) -> None:
        self.starts: list[tuple[int, str]] = []

    def where(self, row: int, line: str) -> str:
        """The file of a row and its line."""
        file = next(name for start, name in reversed(self.starts) if start <= row)
        return f"{file}, {line.rpartition(', ')[2]}"


def _files(path: Path) -> list[Path]:
    """The trees of a folder, of its folder ``tree``, or the one file."""
    if not path.is_dir():
        return [path] if path.is_file() and path.suffix == ".txt" else []
    inner = path / "tree"
    folder = inner if inner.is_dir() else path
    return sorted(each for each in folder.glob("*.txt") if each.name != _LABELS)


def _read_tree(gathering: Gathering, file: Path) -> None:
    cascade = gathering.cascade(file.stem)
    rows: dict[_Node, int] = {}
    edges: list[tuple[int, _Node]] = []
    for number, line in lines_of(file):
        place = f"{file}, line {number}"
        match = _EDGE.fullmatch(line)
        if match is None:
            rule, advice = "is no edge of a tree", "write it as ['1','2','0.0']->['3','4','5.0']"
            raise InputError(rule, place, value=show_value(line), advice=advice)
        parent: _Node = match[1], match[2], match[3]
        child: _Node = match[4], match[5], match[6]
        account, _, minutes = child
        if not account:
            raise InputError("is empty", place, "account")
        time = number_of(minutes, place, "delay")
        number_of(parent[2], place, "delay")
        row = gathering.post(cascade, gathering.account(account), time, ABSENT, number)
        if rows.setdefault(child, row) != row:
            gathering.repeated.add(row)
        edges.append((row, parent))
    for row, parent in edges:
        origin = ROOT if parent[:2] == ("ROOT", "ROOT") else rows.get(parent, ABSENT)
        gathering.set_parent(row, origin)


def _truth(request: Request, path: Path, names: list[str]) -> NDArray[np.int8]:
    """The truth of each cascade by the labels, where there are some."""
    folder = path if path.is_dir() else path.parent
    found = request.truths.all(len(names))
    label = next((p / _LABELS for p in (folder, folder.parent) if (p / _LABELS).is_file()), None)
    if label is None:
        return found
    places = {name: at for at, name in enumerate(names)}
    for number, line in lines_of(label):
        word, colon, name = line.rpartition(":")
        place = f"{label}, line {number}"
        if not colon:
            raise InputError("must be a label and a cascade", place, value=show_value(line))
        if name.strip() in places:
            word = word.strip().lower()
            truth = request.truths.of(_WORDS.get(word, word), place, "label")
            found[places[name.strip()]] = request.truths.known(truth)
    return found
