"""Edge lists as text: decided from their start, read by compiled code where that can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rumorsim.common.errors import InputError, show_value
from rumorsim.graphs.cells import LONGEST_LINE, TextOptions
from rumorsim.graphs.columns import Columns, looks_like_names, names_a_column
from rumorsim.graphs.dialects import format_of
from rumorsim.graphs.follows import ReadAs
from rumorsim.graphs.lines import Id, LineFormat, Skip, is_whole
from rumorsim.graphs.numbering import Edges, Part, id_table
from rumorsim.graphs.sources import Progress, blocks

#: Lines that are read with care before anything is compiled.
_WITH_CARE = 1000


def read_text(
    path: Path,
    columns: Columns,
    options: TextOptions,
    *,
    compressed: bool,
    max_bytes: int | None,
    progress: Progress | None,
) -> tuple[Edges, ReadAs]:
    """The follows of a text file and how it was read; InputError with the line of each fault."""

    def fresh() -> Iterator[bytes]:
        return blocks(path, compressed=compressed, max_bytes=max_bytes, progress=progress)

    form = _format(fresh(), columns, options, str(path))
    if form is None:
        nothing = Edges.joined([], weighted=False, timed=False)
        return nothing, ReadAs("text", str(columns), skipped=_marked(fresh(), options))
    for read in (_Plain, _Careful) if form.integers and not form.shape.attributes else (_Careful,):
        reader = read(form)
        if all(map(reader.take, fresh())) and reader.finish():
            break
    reader.check()
    edges = Edges.joined(reader.parts, weighted=columns.weighted, timed=columns.timed)
    return edges, _read_as(form, columns, reader.skipped)


def _format(
    pieces: Iterator[bytes], columns: Columns, options: TextOptions, file: str
) -> LineFormat | None:
    start = b""
    for block in pieces:
        # Comments may fill more than the first block.
        start += block
        form = format_of(start, columns, options, file, whole=False)
        if form is not None:
            return form
    return format_of(start, columns, options, file, whole=True)


def _marked(pieces: Iterator[bytes], options: TextOptions) -> dict[str, int]:
    """Lines that begin with a mark, in a file of nothing else: they may have been meant as ids."""
    lines = (line.strip() for block in pieces for line in block.split(b"\n"))
    found = sum(line[:1] in options.marks for line in lines if line)
    return {"comment": found} if found else {}


class TextStream:
    """The follows of a text file part by part: whole numbers up to 64 bits, or text.

    What only the whole file could show is asked for instead: whether a first line of text is a
    header, and quotes around some ids of text. InputError.
    """

    def __init__(
        self,
        path: Path,
        columns: Columns,
        options: TextOptions,
        *,
        compressed: bool,
        max_bytes: int | None,
        progress: Progress | None,
    ) -> None:
        self._columns = columns

        def fresh() -> Iterator[bytes]:
            return blocks(
                path, compressed=compressed, max_bytes=max_bytes, progress=progress, most=2**62
            )

        self._fresh = fresh
        form = _format(fresh(), columns, options, str(path))
        if form is None:
            raise InputError("holds no follows", path, advice="a graph needs at least one")
        if form.doubtful and not form.integers:
            rule = "may hold the names of columns or a follow"
            advice = "say header = true or false (--header yes or no)"
            raise InputError(rule, f"{path}, line {form.first_line}", advice=advice)
        self._form = form

    def parts(self) -> Iterator[Part]:
        """All follows in order, from the start of the file."""
        form = self._form
        reader = (_Plain if form.integers and not form.shape.attributes else _Careful)(form)
        for block in self._fresh():
            yield from self._given(reader, read=reader.take(block))
        yield from self._given(reader, read=reader.finish())
        self._skipped = reader.skipped

    def _given(self, reader: _Careful, *, read: bool) -> Iterator[Part]:
        if not read:
            rule = "whole numbers of more than 64 bits are read as text only, or in memory"
            raise InputError(rule, self._form.file, "ids", advice='say ids = "text" (--ids text)')
        if reader.quoted:
            rule, advice = "has quotes around some ids", "write it with commas, or without quotes"
            raise InputError(rule, self._form.file, "id", advice=advice)
        yield from reader.parts
        reader.parts.clear()

    def read_as(self) -> ReadAs:
        """How it was read, once all parts were."""
        return _read_as(self._form, self._columns, self._skipped)


def _read_as(form: LineFormat, columns: Columns, skipped: Counter[str]) -> ReadAs:
    return ReadAs(
        "text",
        str(columns),
        separator=form.shape.separator_name,
        header_line=form.header_line,
        attributes=form.shape.attributes,
        skipped={key: n for key in ("comment", "empty") if (n := skipped[key])},
    )


class _Careful:
    """Every line in plain Python: text, numbers of any size, quotes, attributes."""

    def __init__(self, form: LineFormat) -> None:
        self.form = form
        self.parts: list[Part] = []
        self.skipped: Counter[str] = Counter()
        self._lines = 0
        #: Ids by how often they stood in quotes, where that is not the usual way.
        self.quoted: Counter[str] = Counter()
        self._watched = form.shape.separator in (b"\t", b" ")

    def take(self, block: bytes) -> bool:
        """Read the lines of a block; whether that was possible at all."""
        form = self.form
        # Four lists: a tuple for each line would cost a tenth of the time.
        columns: tuple[list[Any], ...] = ([], [], [], [])
        first, second, weights, times = (column.append for column in columns)
        for line in _lines_of(block):
            self._lines += 1
            found = form.read(line, self._lines)
            if isinstance(found, Skip):
                self.skipped[found.name.lower()] += 1
                continue
            first(found[0])
            second(found[1])
            weights(found[2])
            times(found[3])
            if self._watched and b'"' in line:
                self.quoted.update(form.quoted_ids(line, self._lines))
        ends = id_table(columns[0]), id_table(columns[1])
        self.parts.append((*ends, np.array(columns[2], float), np.array(columns[3], float)))
        return True

    def finish(self) -> bool:
        """Read what is left after the last block; whether that was possible at all."""
        return True

    def check(self) -> None:
        """InputError for what only the whole file shows."""
        if self.form.integers:
            return
        ids = [id for part in self.parts for row in zip(*part[:2], strict=True) for id in row]
        if self.quoted:
            _check_quotes(ids, self.quoted, self.form)
        if self.form.doubtful and ids:
            _check_header(ids, self.form)


def _lines_of(block: bytes) -> list[bytes]:
    lines = block.split(b"\n")
    return lines if lines[-1] else lines[:-1]


class _Plain(_Careful):
    """Whole numbers by the compiled reader, until some line, though right, is beyond it.

    The first lines and files of one block are read with care, so that most faults are told
    before anything is compiled; so is each later line that the compiled reader stops at.
    """

    def __init__(self, form: LineFormat) -> None:
        super().__init__(form)
        #: What follows the first lines, until it is known whether there are more blocks.
        self._rest = b""

    def take(self, block: bytes) -> bool:
        if self._lines == 0:
            lines = block.split(b"\n", _WITH_CARE)
            self._rest = lines[-1] if len(lines) > _WITH_CARE else b""
            return self._with_care(block[: len(block) - len(self._rest)])
        rest, self._rest = self._rest, b""
        return (not rest or self._compiled(rest)) and self._compiled(block)

    def finish(self) -> bool:
        return self._with_care(self._rest)

    def _with_care(self, lines: bytes) -> bool:
        super().take(lines)
        return all(end.dtype == np.int64 for end in self.parts[-1][:2])

    def _compiled(self, block: bytes) -> bool:
        from rumorsim.engine.kernels.edge_text import count_lines, plain_lines

        form, columns = self.form, self.form.columns
        text = np.frombuffer(block, np.uint8)
        room = int(count_lines(text))
        first, second = np.empty(room, np.int64), np.empty(room, np.int64)
        weights = np.empty(room if columns.weighted else 0)
        times = np.empty(room if columns.timed else 0)
        out = (first, second, weights, times)
        rows = at = counted = 0
        while True:
            rows, stopped, comments, empty = plain_lines(
                text, at, form.shape.separator[0], form.marked, form.sure, form.roles,
                LONGEST_LINE, rows, out,
            )  # fmt: skip
            self.skipped += Counter(comment=comments, empty=empty)
            self._lines += block.count(b"\n", counted, stopped)
            if stopped == len(block):
                break
            end = block.find(b"\n", stopped)
            line = block[stopped : end if end >= 0 else None]
            found = form.read(line, self._lines + 1)
            if isinstance(found, Skip):
                self.skipped[found.name.lower()] += 1
            elif not _fits(found[0]) or not _fits(found[1]):
                return False
            else:
                first[rows], second[rows] = found[:2]
                weights[rows : rows + 1], times[rows : rows + 1] = found[2:]
                rows += 1
            counted = stopped
            at = end + 1 if end >= 0 else len(block)
        self.parts.append((first[:rows], second[:rows], weights[:rows], times[:rows]))
        return True


def _fits(value: Id) -> bool:
    return isinstance(value, int) and -(2**63) <= value < 2**63


def _check_quotes(ids: list[Any], quoted: Counter[str], form: LineFormat) -> None:
    """InputError where an id stands in quotes and without: that may be two accounts."""
    plain = Counter(each for each in ids if each in quoted)
    for each, count in plain.items():
        if count > quoted[each]:
            rule = "is in quotes in some lines and not in others"
            advice = "write it one way; between commas both mean the same"
            raise InputError(rule, form.file, "id", show_value(each), advice)


def _check_header(ids: list[Any], form: LineFormat) -> None:
    """InputError where the first line may be a header and the option header is not given."""
    place = f"{form.file}, line {form.first_line}"
    top = form.top or tuple(ids[:2])
    value = show_value(" ".join(top))
    if form.header_line:
        again = next((word for word in top if word in ids), None)
        if again is not None:
            rule = f"may be a header or a follow: {show_value(again)} is an id in other lines"
            advice = "say header = true or false (--header yes or no)"
            raise InputError(rule, place, value=value, advice=advice)
        return
    others = ids[2:]
    if all(map(names_a_column, top)):
        # Files that were put together repeat their header.
        pairs = zip(others[::2], others[1::2], strict=True)
        others = [each for pair in pairs if pair != top for each in pair]
    numbers = bool(others) and all(is_whole(each.encode()) for each in others)
    if (numbers and form.options.ids == "auto") or looks_like_names(top, others):
        rule = "looks like the names of columns, not like a follow"
        advice = "say header = true (--header yes), or false (--header no) if these are accounts"
        raise InputError(rule, place, value=value, advice=advice)
