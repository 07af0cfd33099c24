"""JSON lines of the SocialSim programme (PNNL): nodeID, nodeUserID, parentID, rootID and so on."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from typing import Any, ClassVar, Final

import numpy as np

from rumorsim.common.errors import InputError, show_value
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.gathering import Gathering, lines_of, number_of
from rumorsim.events.observed.moments import UNITS, seconds_of
from rumorsim.events.observed.records import ABSENT, DELETED, ROOT, Records
from rumorsim.events.observed.request import Request
from rumorsim.events.observed.resolving import by_post
from rumorsim.events.observed.starts import first_line

#: What every line has; ``platform`` and ``actionType`` may be left out.
_NEEDED: Final = ("nodeID", "nodeUserID", "parentID", "rootID", "nodeTime")
#: What stands for an id that is not known.
_NONE: Final = (None, "", "?")


#: Those of them that are ids; a parent may be unknown.
_IDS: Final = ("nodeID", "nodeUserID", "rootID", "parentID")


class Pnnl(CascadeDialect):
    """One JSON object a line and post; a cascade is what has one ``rootID``.

    Times are dates in ISO 8601, or numbers. Of several platforms an account is one
    of its platform.
    """

    summary: ClassVar = "JSON lines with nodeID, parentID, rootID ... of PNNL's SocialSim"
    endings: ClassVar = (".json", ".jsonl", ".ndjson")

    def recognises(self, request: Request) -> bool:
        """Whether a source is surely of this dialect."""
        if request.path is None or not request.path.is_file():
            return False
        return '"nodeID"' in first_line(request.path)

    def read(self, request: Request) -> Records:
        """The posts of a source; InputError with the place of what cannot be read."""
        path = request.required_path()
        reader = _Reader(request)
        for number, line in lines_of(path):
            reader.line(line, number)
        return reader.records()


class _Reader:
    """Lines on their way to posts."""

    def __init__(self, request: Request) -> None:
        self._request, self._file = request, request.name
        self._gathering = Gathering(self._file)
        self._cascades: dict[Any, int] = {}
        self._nodes: dict[Any, int] = {}
        self._node, self._parent = array("i"), array("i")
        self._dates: bool | None = None
        self._actions: Counter[str] = Counter()

    def _place(self, number: int) -> str:
        return f"{self._file}, line {number}"

    def line(self, line: str, number: int) -> None:
        """Take one post in."""
        try:
            post = json.loads(line)
        except (ValueError, RecursionError) as error:
            value, advice = show_value(line), str(error)
            raise InputError("is no JSON", self._place(number), "", value, advice) from None
        if not isinstance(post, dict):
            raise InputError("must be a JSON object", self._place(number), value=show_value(line))
        for key in _NEEDED:
            if key not in post:
                advice = f"posts have {', '.join(_NEEDED)}"
                raise InputError("is missing", self._place(number), key, advice=advice)
        for key in _IDS:
            value = post[key]
            if value in _NONE and key == "parentID":
                continue
            if value in _NONE or type(value) not in (str, int):
                rule = "must be text or a whole number"
                raise InputError(rule, self._place(number), key, show_value(value))
        node, parent, root = post["nodeID"], post["parentID"], post["rootID"]
        cascade = self._cascades.get(root)
        if cascade is None:
            cascade = self._cascades[root] = self._gathering.cascade(str(root))
        self._actions[str(post.get("actionType", ""))] += 1
        account = self._gathering.account(post["nodeUserID"], str(post.get("platform", "platform")))
        time = self._time(post["nodeTime"], number)
        self._gathering.post(cascade, account, time, ABSENT, number)
        self._node.append(self._number(node))
        if node in (root, parent):
            self._parent.append(ROOT)
        else:
            self._parent.append(DELETED if parent in _NONE else self._number(parent))

    def _number(self, node: Any) -> int:
        return self._nodes.setdefault(node, len(self._nodes))

    def _time(self, value: Any, number: int) -> float:
        dates = isinstance(value, str)
        if self._dates is not None and dates != self._dates:
            rule = "must be dates or numbers in all lines"
            raise InputError(rule, self._place(number), "nodeTime", show_value(value))
        self._dates = dates
        if dates:
            return seconds_of(value, self._request.zone, self._place(number), "nodeTime")
        return number_of(value, self._place(number), "nodeTime")

    def records(self) -> Records:
        """All that was read."""
        request = self._request
        size, self._nodes = len(self._nodes), {}
        unit = request.unit or "seconds"
        found = self._gathering.records(
            truth=request.truths.all(len(self._gathering.names)),
            absolute=bool(self._dates) or unit.startswith("unix"),
            hour=3600.0 if self._dates else UNITS[unit],
            zone=request.zone,
        )
        node = np.frombuffer(self._node, np.int32)
        parent = np.frombuffer(self._parent, np.int32)
        found.parent, found.repeated = by_post(found.cascade, node, parent, size)
        said = parent < 0
        found.parent[said] = parent[said]
        if not self._dates and request.unit is None:
            found.notes.append("times are taken as seconds")
        actions = ", ".join(f"{count:,} {name}" for name, count in sorted(self._actions.items()))
        found.notes.append(f"actions are not told apart: {actions}")
        return found
