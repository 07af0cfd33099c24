"""JSON lines of the SocialSim programme (PNNL): nodeID, nodeUserID, parentID, rootID and so on."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, ClassVar, Final

from rumorsim.common.errors import InputError, show_value
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.gathering import Gathering, lines_of, number_of
from rumorsim.events.observed.moments import UNITS, seconds_of
from rumorsim.events.observed.records import ABSENT, DELETED, ROOT, Records
from rumorsim.events.observed.request import Request
from rumorsim.events.observed.starts import first_line

#: What every line has; ``platform`` and ``actionType`` may be left out.
_NEEDED: Final = ("nodeID", "nodeUserID", "parentID", "rootID", "nodeTime")
#: What stands for an id that is not known.
_NONE: Final = (None, "", "?")


#: In place of a parent: the post is an original. No id is a tuple.
ROOT_OF: Final = ()


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
            reader.line(line, f"{path}, line {number}", number)
        return reader.records()


class _Reader:
    """Lines on their way to posts."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._gathering = Gathering(request.name)
        self._cascades: dict[Any, int] = {}
        self._row: dict[tuple[int, Any], int] = {}
        self._parents: list[Any] = []
        self._dates: bool | None = None
        self._actions: Counter[str] = Counter()

    def line(self, line: str, place: str, number: int) -> None:
        """Take one post in."""
        try:
            post = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(
                "is no JSON", place, value=show_value(line), advice=str(error)
            ) from None
        if not isinstance(post, dict):
            raise InputError("must be a JSON object", place, value=show_value(line))
        for key in _NEEDED:
            if key not in post:
                raise InputError(
                    "is missing", place, key, advice=f"posts have {', '.join(_NEEDED)}"
                )
        for key in ("nodeID", "nodeUserID", "rootID"):
            _check_id(post[key], place, key)
        parent, root = post["parentID"], post["rootID"]
        if parent not in _NONE:
            _check_id(parent, place, "parentID")
        cascade = self._cascades.get(root)
        if cascade is None:
            cascade = self._cascades[root] = self._gathering.cascade(str(root))
        platform = str(post.get("platform", "platform"))
        account = self._gathering.account(post["nodeUserID"], platform)
        self._actions[str(post.get("actionType", ""))] += 1
        time = self._time(post["nodeTime"], place)
        row = self._gathering.post(cascade, account, time, ABSENT, number)
        if self._row.setdefault((cascade, post["nodeID"]), row) != row:
            self._gathering.repeated.add(row)
        self._parents.append(ROOT_OF if post["nodeID"] in (root, parent) else parent)

    def _time(self, value: Any, place: str) -> float:
        dates = isinstance(value, str)
        if dates != (dates if self._dates is None else self._dates):
            raise InputError(
                "must be dates or numbers in all lines", place, "nodeTime", show_value(value)
            )
        self._dates = dates
        if dates:
            return seconds_of(value, self._request.zone, place, "nodeTime")
        return number_of(value, place, "nodeTime")

    def records(self) -> Records:
        """All that was read."""
        gathering, request = self._gathering, self._request
        for row, parent in enumerate(self._parents):
            if parent in _NONE:
                gathering.set_parent(row, DELETED)
            elif parent == ROOT_OF:
                gathering.set_parent(row, ROOT)
            else:
                cascade = gathering.cascade_of(row)
                gathering.set_parent(row, self._row.get((cascade, parent), ABSENT))
        unit = request.unit or "seconds"
        found = gathering.records(
            truth=request.truths.all(len(gathering.names)),
            absolute=bool(self._dates) or unit.startswith("unix"),
            hour=3600.0 if self._dates else UNITS[unit],
            zone=request.zone,
        )
        if not self._dates and request.unit is None:
            found.notes.append("times are taken as seconds")
        actions = ", ".join(f"{count:,} {name}" for name, count in sorted(self._actions.items()))
        found.notes.append(f"actions are not told apart: {actions}")
        return found


def _check_id(value: Any, place: str, key: str) -> None:
    if value in _NONE or isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InputError("must be text or a whole number", place, key, show_value(value))
