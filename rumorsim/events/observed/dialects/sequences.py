"""Plain sequences: one cascade a line, ``account,time`` with blanks between; no parents."""

from __future__ import annotations

from typing import ClassVar

from rumorsim.common.errors import InputError, show_value
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.gathering import Gathering, lines_of, number_of
from rumorsim.events.observed.moments import UNITS
from rumorsim.events.observed.records import ROOT, Records
from rumorsim.events.observed.request import Request
from rumorsim.events.observed.starts import first_line


class Sequences(CascadeDialect):
    """Who and when, a cascade a line. The earliest is the original, the others share it."""

    summary: ClassVar = "one cascade a line, account,time with blanks between; no parents"
    endings: ClassVar = (".txt",)

    def recognises(self, request: Request) -> bool:
        """Whether a source is surely of this dialect."""
        if request.path is None or not request.path.is_file():
            return False
        pairs = first_line(request.path).split()
        return len(pairs) > 1 and all(each.count(",") == 1 for each in pairs[:-1])

    def read(self, request: Request) -> Records:
        """The posts of a source; InputError with the place of what cannot be read."""
        path = request.required_path()
        gathering = Gathering(str(path))
        for number, line in lines_of(path):
            cascade, rows = gathering.cascade(str(number)), []
            for pair in line.split():
                account, comma, time = pair.rpartition(",")
                place = f"{path}, line {number}"
                if not comma or not account:
                    rule, advice = "must be an account and a time", "write it as account,time"
                    raise InputError(rule, place, value=show_value(pair), advice=advice)
                when = number_of(time, place, "time")
                rows.append(gathering.post(cascade, gathering.account(account), when, ROOT, number))
            earliest = min(rows, key=gathering.time_of)
            for row in rows:
                if row != earliest:
                    gathering.set_parent(row, earliest)
        found = gathering.records(
            truth=request.truths.all(len(gathering.names)),
            hour=UNITS[request.unit or "seconds"],
            absolute=(request.unit or "").startswith("unix"),
            zone=request.zone,
        )
        if request.unit is None:
            found.notes.append("times are taken as seconds")
        found.notes.append("the earliest of each line is taken as the original")
        found.notes.append("nothing says what is shared: every share counts as one of the original")
        return found
