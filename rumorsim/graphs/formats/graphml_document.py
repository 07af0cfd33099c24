"""Values in GraphML: what a key declares, and its text as a value of that type."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import InputError, nearest, show_value
from rumorsim.graphs.numbering import attribute_array

TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,1000}")
#: graph-tool writes numbers with every bit: 0x1.8p+0 is 1.5.
_HEXADECIMAL: Final = re.compile(r"[+-]?0x[0-9a-f]{1,40}(\.[0-9a-f]{0,40})?p[+-]?[0-9]{1,5}", re.I)
_WHOLE_TYPES: Final = ("int", "long", "integer", "short", "byte")
_NUMBER_TYPES: Final = ("float", "double")


@dataclass
class Key:
    """A declaration: nodes or edges have data of this name and type.

    Several keys may share a name: networkx declares one for each type of the values. Types
    that are neither truth values nor numbers, such as vectors, are kept as text.
    """

    name: str
    type: str
    default: Any = None

    @property
    def numeric(self) -> bool:
        return self.type in (*_WHOLE_TYPES, *_NUMBER_TYPES)

    @property
    def shown(self) -> str:
        """The name, safe to print."""
        return show_value(self.name)[1:-1]

    def value(self, text: str) -> Any:
        """The value of a text, None for an empty one that is no text; ValueError if it has none."""
        bare = text.strip()
        if not self.numeric and self.type != "boolean":
            return text
        if not bare:
            return None
        if self.type in _NUMBER_TYPES:
            return _number(bare)
        if self.type == "boolean" and bare.lower() in TRUTH:
            return TRUTH[bare.lower()]
        if self.type in _WHOLE_TYPES and _INTEGER.fullmatch(bare):
            return int(bare)
        raise ValueError(text)


def _number(text: str) -> float:
    if _HEXADECIMAL.fullmatch(text):
        try:
            return float.fromhex(text)
        except OverflowError as error:
            raise ValueError(text) from error
    if "_" in text:
        raise ValueError(text)
    return float(text)


_MOST_KEYS: Final = 1_000
_LONGEST_ID: Final = 1_000
_LONGEST_TEXT: Final = 100_000
#: What GraphML can say that a follow graph cannot, and what to do about it.
_REFUSED: Final = {
    "hyperedge": (
        "hyperedges have no follower and followee",
        "replace each by the edges that it stands for",
    ),
    "locator": (
        "a part of the graph is said to be in another file",
        "save the graph as one file",
    ),
}
#: Where yEd keeps the name that is shown for a node whose id is only a number.
_LABEL: Final = "NodeLabel"
#: What yEd says of a group, open or closed, which may be empty.
_FOLDER: Final = "yfiles.foldertype"


class Document:
    """The handlers of a parser, and what they have found so far.

    ``nodes`` maps the id of each node to its number, by first appearance, perhaps as an end
    of an edge; ``source`` and ``target`` are those numbers, an entry an edge, and so is
    ``weights`` where the name of a weight is given. Nodes inside a group, which is a node with
    a graph of its own, are nodes like all others.
    """

    def __init__(self, file: str, weight: str | None, *, undirected: bool = False) -> None:
        self.file = file
        self.line: Callable[[], int] = int
        self.nodes: dict[str, int] = {}
        #: The line each node was first seen at.
        self.lines = array("q")
        self.source, self.target, self.weights = array("q"), array("q"), array("d")
        self._weight = weight
        self._undirected = undirected
        self._told = bytearray()
        self._keys: dict[str, dict[str, Key]] = {"node": {}, "edge": {}}
        #: Every key that is declared, those of no interest too.
        self._declared: set[str] = set()
        self._data: dict[str, dict[int, Any]] = {}
        self._labels: dict[int, str] = {}
        self._stack: list[str] = []
        self._graphs = 0
        #: For each graph that is open, whether its edges are directed by default.
        self._directed: list[bool] = []
        #: The numbers of the nodes that are open, the innermost last.
        self._open: list[int] = []
        #: The numbers of the nodes that hold other nodes.
        self._groups: set[int] = set()
        self._edge_weight: float | None = None
        #: The keys (one, or two where it is for all) whose text is being read.
        self._reading: tuple[Key, ...] = ()
        self._text: list[str] = []
        self._label: list[str] = []
        self._length = 0

    # -- handlers ----------------------------------------------------------------------

    def start(self, tag: str, given: dict[str, str]) -> None:
        """A tag begins."""
        tag = tag.rpartition(":")[2]
        if not self._stack and tag != "graphml":
            advice = 'say format = "gexf"' if tag == "gexf" else ""
            rule = "is not GraphML: it begins with another tag"
            self._fault(rule, value=show_value(f"<{tag}>"), advice=advice)
        above = self._stack[-1] if self._stack else ""
        self._stack.append(tag)
        if above in ("data", "default", "desc", "inside", _LABEL):
            # What programs keep for themselves, such as how a node is drawn.
            first = tag == _LABEL and self._open and self._open[-1] not in self._labels
            self._stack[-1] = _LABEL if first else "inside"
        elif tag in _REFUSED:
            rule, advice = _REFUSED[tag]
            self._fault(rule, value=f"<{tag}>", advice=advice)
        elif tag in self._BEGIN:
            self._BEGIN[tag](self, given)

    def text(self, text: str) -> None:
        """Characters between tags."""
        inside = self._stack[-1]
        if inside == _LABEL or (self._reading and inside in ("data", "default")):
            self._length += len(text)
            if self._length > _LONGEST_TEXT:
                self._fault(f"a value can have at most {_LONGEST_TEXT:,} characters")
            (self._label if inside == _LABEL else self._text).append(text)

    def end(self, tag: str) -> None:
        """A tag ends."""
        tag = self._stack.pop()
        if tag in ("data", "default"):
            self._end_value(tag)
        elif tag == _LABEL:
            self._labels[self._open[-1]] = "".join(self._label).strip()
            self._label.clear()
        elif tag == "edge" and self._weight is not None:
            self.weights.append(math.nan if self._edge_weight is None else self._edge_weight)
        elif tag == "node":
            self._open.pop()
        elif tag == "graph":
            self._directed.pop()

    # -- parts -------------------------------------------------------------------------

    def _key(self, given: dict[str, str]) -> None:
        what, name = given.get("for", "all"), given.get("attr.name")
        self._reading = ()
        self._declared.add(given.get("id", ""))
        if name is None or what not in ("node", "edge", "all"):
            return
        found = []
        for each in ("node", "edge") if what == "all" else (what,):
            keys = self._keys[each]
            if len(keys) >= _MOST_KEYS:
                self._fault(f"has more than {_MOST_KEYS:,} keys")
            if given.get("id", "") in keys:
                self._fault("is declared twice", "key", show_value(given.get("id", "")))
            keys[given.get("id", "")] = Key(name, given.get("attr.type", "string"))
            found.append(keys[given.get("id", "")])
        self._reading = tuple(found)

    def _graph(self, given: dict[str, str]) -> None:
        above = self._stack[-2] if len(self._stack) > 1 else ""
        if above not in ("graphml", "node"):
            self._fault("must stand in <graphml> or in a <node>", value="<graph>")
        self._graphs += above == "graphml"
        if self._graphs > 1:
            advice = "save each graph as a file of its own"
            self._fault("holds more than one graph", value="<graph>", advice=advice)
        default = given.get("edgedefault", "")
        if default not in ("directed", "undirected"):
            rule = 'must be "directed" or "undirected"'
            self._fault(rule, "edgedefault", show_value(default), "say which way edges go")
        self._directed.append(default == "directed")

    def _node_begins(self, given: dict[str, str]) -> None:
        self._inside_graph()
        number = self._number(given, "id")
        if self._told[number]:
            self._fault("is given twice", "id", show_value(given["id"]))
        self._told[number] = 1
        self._groups.update(self._open[-1:])
        if given.get(_FOLDER) in ("group", "folder"):
            self._groups.add(number)
        self._open.append(number)

    def _inside_graph(self) -> None:
        if self._stack[-2:-1] != ["graph"]:
            self._fault("must stand directly in <graph>", value=f"<{self._stack[-1]}>")

    def _edge(self, given: dict[str, str]) -> None:
        self._inside_graph()
        directed = given.get("directed")
        if not (
            self._undirected
            or (self._directed[-1] if directed is None else TRUTH.get(directed, False))
        ):
            advice = "say both_ways (--both-ways) if each edge stands for two follows"
            self._fault("is undirected: it does not say who follows whom", "edge", advice=advice)
        self.source.append(self._number(given, "source"))
        self.target.append(self._number(given, "target"))
        self._edge_weight = None

    def _number(self, given: dict[str, str], key: str) -> int:
        name = given.get(key)
        if not name:
            self._fault("is missing" if name is None else "is empty", key)
        if len(name) > _LONGEST_ID:
            self._fault(f"ids can have at most {_LONGEST_ID:,} characters", key, show_value(name))
        number = self.nodes.setdefault(name, len(self.nodes))
        if number == len(self.lines):
            self.lines.append(self.line())
            self._told.append(0)
        return number

    def _data_begins(self, given: dict[str, str]) -> None:
        above = self._stack[-2] if len(self._stack) > 1 else ""
        name = given.get("key", "")
        if name not in self._declared:
            advice = nearest(name, sorted(self._declared)[:20]) if self._declared else ""
            self._fault("there is no such key", "data", show_value(name), advice)
        key = self._keys.get(above, {}).get(name)
        wanted = above == "node" or (key is not None and key.name == self._weight)
        self._reading = (key,) if key is not None and wanted else ()

    def _default(self, given: dict[str, str]) -> None:
        # The text of a <default> belongs to the <key> around it, which is being read.
        if self._stack[-2:] != ["key", "default"]:
            self._reading = ()

    _BEGIN: Final[dict[str, Callable[[Document, dict[str, str]], None]]] = {
        "key": _key,
        "default": _default,
        "graph": _graph,
        "node": _node_begins,
        "edge": _edge,
        "data": _data_begins,
    }

    # -- values ------------------------------------------------------------------------

    def _end_value(self, tag: str) -> None:
        text = "".join(self._text)
        reading, self._reading, self._text, self._length = self._reading, (), [], 0
        for key in reading:
            try:
                value = key.value(text)
            except ValueError:
                self._fault(f"is not of the type {key.type}", key.shown, show_value(text))
            if tag == "default":
                key.default = value
            elif self._stack[-1] == "node":
                column = self._data.setdefault(key.name, {})
                if self._open[-1] in column:
                    self._fault("is given twice", "data", show_value(key.name))
                column[self._open[-1]] = value
            elif value is not None:
                self._edge_weight = self._checked_weight(value)

    def _checked_weight(self, value: Any) -> float:
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number) or number < 0:
            rule = "a weight must be a finite number of at least 0"
            self._fault(rule, show_value(self._weight)[1:-1], show_value(value))
        return number

    def _fault(self, rule: str, key: str = "", value: str = "", advice: str = "") -> NoReturn:
        raise InputError(rule, f"{self.file}, line {self.line()}", key, value, advice)

    # -- the whole ---------------------------------------------------------------------

    def finish(self) -> None:
        """Check what only the whole document shows; give edges without a weight theirs."""
        if not self.nodes:
            raise InputError("holds no nodes", self.file, advice="a graph needs at least one node")
        unknown = self._told.find(0)
        if unknown >= 0:
            name = next(name for name, number in self.nodes.items() if number == unknown)
            place = f"{self.file}, line {self.lines[unknown]}"
            rule, advice = "there is no node of this id", "every end of an edge needs a <node>"
            raise InputError(rule, place, "edge", show_value(name), advice)
        if self._weight is not None:
            names = {key.name for key in self._keys["edge"].values()}
            if self._weight not in names:
                rule, value = "edges have no such data", show_value(self._weight)
                advice = nearest(self._weight, sorted(names)[:20]) if names else "leave it out"
                raise InputError(rule, self.file, "columns", value, advice)
            default = self._defaults("edge")[self._weight]
            otherwise = 1.0 if default is None else self._checked_weight(default)
            for i, given in enumerate(self.weights):
                if given != given:
                    self.weights[i] = otherwise

    def accounts(self) -> list[int]:
        """The numbers of the nodes that are accounts: all but groups that no edge touches."""
        drawn = self._groups.difference(self.source, self.target) if self._groups else ()
        return [number for number in range(len(self.nodes)) if number not in drawn]

    def _defaults(self, what: str) -> dict[str, Any]:
        """The default of each name that nodes or edges have data of, None without one."""
        found: dict[str, Any] = {}
        for key in self._keys[what].values():
            found[key.name] = key.default if found.get(key.name) is None else found[key.name]
        return found

    def columns(self, order: Sequence[int]) -> dict[str, NDArray[Any]]:
        """The attributes of nodes by name, in the order of the numbers ``order``.

        What yEd shows of a node is its "label", where no attribute has that name.
        """
        found = {}
        others = {key.name for key in self._keys["node"].values() if not key.numeric}
        for name, default in self._defaults("node").items():
            column = self._data.get(name, {})
            values = [column.get(number, default) for number in order]
            if name not in others and all(each is None for each in values):
                found[name] = np.full(len(values), math.nan)
            else:
                found[name] = attribute_array(values)
        if self._labels and "label" not in found:
            found["label"] = attribute_array([self._labels.get(number) for number in order])
        return found
