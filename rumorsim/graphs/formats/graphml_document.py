"""The contents of a GraphML document, tag by tag, with the line of each fault."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.graphs.columns import BOTH_WAYS_ADVICE, UNDIRECTED, WEIGHT_RULE
from rumorsim.graphs.formats.xml_guard import XmlReader
from rumorsim.graphs.numbering import attribute_array

_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,1000}")
#: graph-tool writes numbers with every bit: 0x1.8p+0 is 1.5.
_HEXADECIMAL: Final = re.compile(r"[+-]?0x[0-9a-f]{1,40}(\.[0-9a-f]{0,40})?p[+-]?[0-9]{1,5}", re.I)
_WHOLE_TYPES: Final = ("int", "long", "integer", "short", "byte")
_NUMBER_TYPES: Final = ("float", "double")
_MOST_KEYS: Final = 1_000
_LONGEST_ID: Final = 1_000
_LONGEST_TEXT: Final = 100_000
#: Parts of GraphML that a follow graph cannot hold, and what to do about them.
_REFUSED: Final = {
    "hyperedge": (
        "hyperedges have no follower and followee",
        "replace each by the edges that it stands for",
    ),
    "locator": ("a part of the graph is said to be in another file", "save the graph as one file"),
}
#: Where yEd keeps the name that is shown for a node whose id is only a number.
_LABEL: Final = "NodeLabel"
#: The attribute that yEd gives to a group, open or closed, which may be empty.
_FOLDER: Final = "yfiles.foldertype"


@dataclass
class _Key:
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

    def value(self, text: str) -> Any:
        """The value of a text, None for an empty one that is no text; ValueError if it has none."""
        bare = text.strip()
        if not self.numeric and self.type != "boolean":
            return text
        if not bare:
            return None
        if self.type in _NUMBER_TYPES and _HEXADECIMAL.fullmatch(bare):
            try:
                return float.fromhex(bare)
            except OverflowError as error:
                raise ValueError(text) from error
        if self.type in _NUMBER_TYPES and "_" not in bare:
            return float(bare)
        if self.type == "boolean" and bare.lower() in _TRUTH:
            return _TRUTH[bare.lower()]
        if self.type in _WHOLE_TYPES and _INTEGER.fullmatch(bare):
            return int(bare)
        raise ValueError(text)


class Document(XmlReader):
    """Reads a document.

    ``nodes`` maps the id of each node to its number, by first appearance, perhaps as an end
    of an edge; ``source`` and ``target`` are those numbers, an entry an edge, and so is
    ``weights`` where the name of a weight is given. Nodes inside a group, which is a node with
    a graph of its own, are nodes like all others.
    """

    name, root = "GraphML", "graphml"

    def __init__(self, file: str, weight: str | None, *, undirected: bool = False) -> None:
        super().__init__(file)
        self.nodes: dict[str, int] = {}
        #: The line each node was first seen at, and whether it has a <node> of its own.
        self.lines, self._given = array("q"), bytearray()
        self.source, self.target, self.weights = array("q"), array("q"), array("d")
        self._weight, self._undirected = weight, undirected
        self._keys: dict[str, dict[str, _Key]] = {"node": {}, "edge": {}}
        #: The ids of all keys, also of those that are not read.
        self._declared: set[str] = set()
        self._data: dict[str, dict[int, Any]] = {}
        self._labels: dict[int, str] = {}
        self._stack = [""]
        self._graphs = 0
        #: For each graph that is open, whether its edges are directed by default.
        self._directed: list[bool] = []
        #: The numbers of the nodes that are open, the innermost last, and of those with members.
        self._open: list[int] = []
        self._groups: set[int] = set()
        self._edge_weight = math.nan
        #: The keys (one, or two where it is for all) of the text that is being read.
        self._reading: tuple[_Key, ...] = ()
        self._text: list[str] = []
        self._label: list[str] = []
        self._length = 0

    # -- handlers ----------------------------------------------------------------------

    @override
    def start(self, tag: str, given: dict[str, str]) -> None:
        above = self._stack[-1]
        self._stack.append(tag)
        if above in ("data", "default", "desc", "inside", _LABEL):
            # What programs keep for themselves, such as how a node is drawn.
            first = tag == _LABEL and self._open and self._open[-1] not in self._labels
            self._stack[-1] = _LABEL if first else "inside"
        elif tag in _REFUSED:
            rule, advice = _REFUSED[tag]
            self.fault(rule, value=f"<{tag}>", advice=advice)
        elif tag in self._BEGIN:
            self._BEGIN[tag](self, given, above)

    @override
    def text(self, text: str) -> None:
        inside = self._stack[-1]
        if inside == _LABEL or (self._reading and inside in ("data", "default")):
            self._length += len(text)
            if self._length > _LONGEST_TEXT:
                self.fault(f"a value can have at most {_LONGEST_TEXT:,} characters")
            (self._label if inside == _LABEL else self._text).append(text)

    @override
    def end(self, tag: str) -> None:
        tag = self._stack.pop()
        if tag in ("data", "default"):
            self._end_value(tag)
        elif tag == _LABEL:
            self._labels[self._open[-1]] = "".join(self._label).strip()
            self._label.clear()
        elif tag == "edge" and self._weight is not None:
            self.weights.append(self._edge_weight)
        elif tag == "node":
            self._open.pop()
        elif tag == "graph":
            self._directed.pop()

    # -- tags --------------------------------------------------------------------------

    def _key(self, given: dict[str, str], above: str) -> None:
        what, name, key = given.get("for", "all"), given.get("attr.name"), given.get("id", "")
        self._reading = ()
        self._declared.add(key)
        if name is None or what not in ("node", "edge", "all"):
            return
        for each in ("node", "edge") if what == "all" else (what,):
            keys = self._keys[each]
            if len(keys) >= _MOST_KEYS:
                self.fault(f"has more than {_MOST_KEYS:,} keys")
            if key in keys:
                self.fault("is declared twice", "key", show_value(key))
            keys[key] = _Key(name, given.get("attr.type", "string"))
            self._reading += (keys[key],)

    def _graph(self, given: dict[str, str], above: str) -> None:
        if above not in ("graphml", "node"):
            self.fault("must be in <graphml> or in a <node>", value="<graph>")
        self._graphs += above == "graphml"
        if self._graphs > 1:
            advice = "save each graph as a file of its own"
            self.fault("holds more than one graph", value="<graph>", advice=advice)
        default = given.get("edgedefault", "")
        if default not in ("directed", "undirected"):
            rule = 'must be "directed" or "undirected"'
            self.fault(rule, "edgedefault", show_value(default), "say which way edges go")
        self._directed.append(default == "directed")

    def _node(self, given: dict[str, str], above: str) -> None:
        number = self._number(given, "id", above)
        if self._given[number]:
            self.fault("is given twice", "id", show_value(given["id"]))
        self._given[number] = 1
        self._groups.update(self._open[-1:])
        if given.get(_FOLDER) in ("group", "folder"):
            self._groups.add(number)
        self._open.append(number)

    def _edge(self, given: dict[str, str], above: str) -> None:
        source = self._number(given, "source", above)
        word = given.get("directed")
        directed = self._directed[-1] if word is None else _TRUTH.get(word, False)
        if not directed and not self._undirected:
            self.fault(UNDIRECTED, "edge", advice=BOTH_WAYS_ADVICE)
        self.source.append(source)
        self.target.append(self._number(given, "target", above))
        self._edge_weight = math.nan

    def _number(self, given: dict[str, str], key: str, above: str) -> int:
        if above != "graph":
            self.fault("must be directly in <graph>", value=f"<{self._stack[-1]}>")
        name = given.get(key)
        if not name:
            self.fault("is missing" if name is None else "is empty", key)
        if len(name) > _LONGEST_ID:
            self.fault(f"ids can have at most {_LONGEST_ID:,} characters", key, show_value(name))
        number = self.nodes.setdefault(name, len(self.nodes))
        if number == len(self.lines):
            self.lines.append(self.line())
            self._given.append(0)
        return number

    def _data_begins(self, given: dict[str, str], above: str) -> None:
        name = given.get("key", "")
        if name not in self._declared:
            advice = nearest(name, sorted(self._declared)[:20]) if self._declared else ""
            self.fault("there is no such key", "data", show_value(name), advice)
        key = self._keys.get(above, {}).get(name)
        wanted = key is not None and (above == "node" or key.name == self._weight)
        self._reading = (key,) if key is not None and wanted else ()

    def _default(self, given: dict[str, str], above: str) -> None:
        # The text of a <default> belongs to the <key> around it, which is being read.
        if above != "key":
            self._reading = ()

    _BEGIN: Final[dict[str, Callable[[Document, dict[str, str], str], None]]] = {
        "key": _key,
        "default": _default,
        "graph": _graph,
        "node": _node,
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
                name = show_value(key.name)[1:-1]
                self.fault(f"is not of the type {key.type}", name, show_value(text))
            if tag == "default":
                key.default = value
            elif self._stack[-1] == "node":
                column = self._data.setdefault(key.name, {})
                if self._open[-1] in column:
                    self.fault("is given twice", "data", show_value(key.name))
                column[self._open[-1]] = value
            elif value is not None:
                self._edge_weight = self._checked_weight(value)

    def _checked_weight(self, value: Any) -> float:
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number) or number < 0:
            self.fault(WEIGHT_RULE, show_value(self._weight)[1:-1], show_value(value))
        return number

    # -- the whole ---------------------------------------------------------------------

    def finish(self) -> None:
        """Check what only the whole document shows; give edges without a weight the default."""
        if not self.nodes:
            raise InputError("holds no nodes", self.file, advice="a graph needs at least one node")
        unknown = self._given.find(0)
        if unknown >= 0:
            rule, advice = "there is no node of this id", "every end of an edge needs a <node>"
            name = show_value(list(self.nodes)[unknown])
            self.fault(rule, "edge", name, advice, self.lines[unknown])
        if self._weight is not None:
            defaults = self._defaults("edge")
            if self._weight not in defaults:
                rule, value = "edges have no such data", show_value(self._weight)
                found = sorted(defaults)[:20]
                advice = nearest(self._weight, found) if found else "leave it out"
                raise InputError(rule, self.file, "columns", value, advice)
            default = defaults[self._weight]
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
            empty = name not in others and all(each is None for each in values)
            found[name] = np.full(len(values), math.nan) if empty else attribute_array(values)
        if self._labels and "label" not in found:
            found["label"] = attribute_array([self._labels.get(number) for number in order])
        return found
