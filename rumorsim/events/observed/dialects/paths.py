"""The line format of Weibo, DeepHawkes and CasFlow: one cascade a line, each share with its path.

Five columns with tabs between: the cascade, the account of the original, when it was posted
(seconds since 1970, or a date), how many shares there are, and the shares with blanks between,
as ``a/b/c:seconds``: c shared from b, who had it from a, so many seconds after the original.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rumorsim.common.errors import InputError, show_value
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.gathering import Gathering, lines_of, number_of
from rumorsim.events.observed.moments import seconds_of
from rumorsim.events.observed.records import ABSENT, ROOT, Records
from rumorsim.events.observed.request import Request
from rumorsim.events.observed.starts import first_line

_COLUMNS: Final = 5


class Paths(CascadeDialect):
    """Lines of cascades with paths of accounts, as the sets of DeepHawkes and CasFlow have them."""

    summary: ClassVar = "lines of cascades with paths, as in the sets of DeepHawkes and CasFlow"
    endings: ClassVar = (".txt",)

    def recognises(self, request: Request) -> bool:
        """Whether a source is surely of this dialect."""
        if request.path is None or not request.path.is_file():
            return False
        cells = first_line(request.path).split("\t")
        return len(cells) == _COLUMNS and (":" in cells[4] or not cells[4])

    def read(self, request: Request) -> Records:
        """The posts of a source; InputError with the place of what cannot be read."""
        path = request.required_path()
        gathering, reader = Gathering(str(path)), _Reader(request)
        for number, line in lines_of(path):
            reader.line(gathering, line, number)
        rules = request.rules
        rules.found_some("unclear-parent", reader.unclear, reader.first_unclear)
        rules.found_some("declared-size", reader.sizes, reader.first_size, "counted")
        truth = request.truths.all(len(gathering.names))
        return gathering.records(truth=truth, absolute=True, zone=request.zone)


class _Reader:
    """Lines on their way to posts, and what was counted on it."""

    def __init__(self, request: Request) -> None:
        self._request, self._file = request, request.name
        self._latest = request.rules.of("unclear-parent") != "first"
        self.unclear = self.sizes = 0
        self.first_unclear = self.first_size = ""
        self._seen: dict[str, int] = {}

    def line(self, gathering: Gathering, line: str, number: int) -> None:
        """Take one cascade in."""
        place = f"{self._file}, line {number}"
        cells = line.split("\t")
        if len(cells) == _COLUMNS - 1:
            cells.append("")
        if len(cells) != _COLUMNS:
            rule = "must have the columns cascade, account, time, size and shares"
            advice = "separate them by tabs"
            raise InputError(rule, place, value=show_value(line), advice=advice)
        name, author, posted, size, entries = (each.strip() for each in cells)
        if not name or not author:
            raise InputError("is empty", place, "account" if name else "cascade")
        if name in self._seen:
            rule = f"is a cascade of line {self._seen[name]} too"
            raise InputError(rule, place, "cascade", show_value(name), "give each its own name")
        self._seen[name] = number
        begun = self._moment(posted, place)
        declared = number_of(size, place, "size")
        cascade = gathering.cascade(name)
        root = gathering.post(cascade, gathering.account(author), begun, ROOT, number)
        shares: list[tuple[int, str]] = []
        of_path: dict[str, list[int]] = {author: [root]}
        of_account: dict[str, list[int]] = {author: [root]}
        own = 0
        for entry in entries.split():
            path, colon, after = entry.rpartition(":")
            account = path.rpartition("/")[2]
            if not colon or not account:
                rule, advice = "must be accounts and seconds", "write it as a/b:90"
                raise InputError(rule, place, "share", show_value(entry), advice)
            seconds = number_of(after, place, "seconds of a share")
            if path == author and seconds == 0 and not own:
                own = 1
                continue
            row = gathering.post(
                cascade, gathering.account(account), begun + seconds, ABSENT, number
            )
            shares.append((row, path))
            of_path.setdefault(path, []).append(row)
            of_account.setdefault(account, []).append(row)
        if declared not in (len(shares), len(shares) + own):
            self.sizes += 1
            self.first_size = self.first_size or place
        for row, path in shares:
            before = path.rpartition("/")[0]
            if not before:
                gathering.set_parent(row, root)
                continue
            rows = of_path.get(before) or of_account.get(before.rpartition("/")[2])
            if rows is not None:
                gathering.set_parent(row, self._one(gathering, rows, row, place))

    def _moment(self, text: str, place: str) -> float:
        try:
            float(text)
        except ValueError:
            return seconds_of(text, self._request.zone, place, "time")
        return number_of(text, place, "time")

    def _one(self, gathering: Gathering, rows: list[int], row: int, place: str) -> int:
        """The post that is meant, of several of one account."""
        if len(rows) == 1:
            return rows[0]
        self.unclear += 1
        self.first_unclear = self.first_unclear or place
        inorder = sorted(rows, key=lambda at: (gathering.time_of(at), at))
        if not self._latest:
            return inorder[0]
        time = gathering.time_of(row)
        earlier = [at for at in inorder if gathering.time_of(at) < time and at != row]
        return earlier[-1] if earlier else inorder[0]
