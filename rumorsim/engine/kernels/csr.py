"""Compressed sparse rows in linear time: counting sorts, relabelling, sets of numbers."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.large import large

_MIX1 = np.uint64(0x9E3779B97F4A7C15)
_MIX2 = np.uint64(0xBF58476D1CE4E5B9)
_S31 = np.uint64(31)
_S29 = np.uint64(29)
#: Counts from which on they do not fit the cache, and windows of them that do.
_MANY_COUNTS = 1 << 20
_WINDOW = 16
_WITHIN = (1 << _WINDOW) - 1


@kernel
def count_rows(rows, n):
    """How often each of 0..n-1 occurs in ``rows``; int64[n]."""
    counts = np.zeros(n, np.int64)
    for row in rows:
        counts[row] += 1
    return counts


@kernel
def counted_columns(columns, counts):
    """Add to ``counts`` int32[n] how often each column occurs.

    Where both are large, columns are dealt out to windows of 2**16 counts first: those stay in the
    cache, and a count is hardly ever fetched for one column alone.
    """
    n = counts.size
    if n < _MANY_COUNTS or columns.size < n >> 4:
        for column in columns:
            counts[column] += 1
        return
    ends = np.zeros(((n - 1) >> _WINDOW) + 2, np.int64)
    for column in columns:
        ends[(column >> _WINDOW) + 1] += 1
    for window in range(1, ends.size):
        ends[window] += ends[window - 1]
    # ``ends[w]`` is where window w begins, and where it ends once all are dealt out.
    lows = large(np.empty(columns.size, np.uint16))
    for column in columns:
        window = column >> _WINDOW
        lows[ends[window]] = column & _WITHIN
        ends[window] += 1
    begin = np.int64(0)
    for window in range(ends.size - 1):
        base = window << _WINDOW
        for i in range(begin, ends[window]):
            counts[base + lows[i]] += 1
        begin = ends[window]


@kernel
def row_starts(counts):
    """The running sum of ``counts`` with a leading 0; int64[len(counts) + 1]."""
    starts = np.empty(counts.size + 1, np.int64)
    total = 0
    for i in range(counts.size):
        starts[i] = total
        total += counts[i]
    starts[counts.size] = total
    return starts


@inner
def first_not_below(values, low, high, value):
    """The first place from ``low`` on at which ascending ``values`` are not below ``value``.

    ``high`` where all up to there are.
    """
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def sorted_rows(rows, columns, weights, n):
    """Rows 0..n-1 with ascending columns, by two stable counting sorts.

    ``rows``, ``columns``: int32[m], values in [0, n). ``weights``: float64[m] or empty.
    Entries with row == column are dropped and counted; of equal (row, column) the
    first is kept and the others counted. Returns offsets int64[n+1], columns int32,
    weights float64, self loops, duplicates.
    """
    m = rows.size
    weighted = weights.size > 0
    loops = 0
    by_column = np.zeros(n, np.int64)
    by_row = np.zeros(n, np.int64)
    for i in range(m):
        if rows[i] == columns[i]:
            loops += 1
        else:
            by_column[columns[i]] += 1
            by_row[rows[i]] += 1
    kept = m - loops
    column_start = row_starts(by_column)
    turned = large(np.empty(kept, np.int32))
    turned_weights = np.empty(kept if weighted else 0, np.float64)
    place = column_start[:n].copy()
    for i in range(m):
        if rows[i] != columns[i]:
            slot = place[columns[i]]
            place[columns[i]] = slot + 1
            turned[slot] = rows[i]
            if weighted:
                turned_weights[slot] = weights[i]
    offsets = row_starts(by_row)
    # Loops here and below: assigning slices would compile the text of errors that cannot happen.
    for i in range(n):
        place[i] = offsets[i]
    result = large(np.empty(kept, np.int32))
    result_weights = np.empty(kept if weighted else 0, np.float64)
    # Columns arrive in ascending order, so an equal entry is always the last one written.
    for i in range(n):
        by_row[i] = 0
    for column in range(n):
        for i in range(column_start[column], column_start[column + 1]):
            row = turned[i]
            slot = place[row]
            if slot > offsets[row] and result[slot - 1] == column:
                continue
            result[slot] = column
            if weighted:
                result_weights[slot] = turned_weights[i]
            place[row] = slot + 1
            by_row[row] += 1
    final = row_starts(by_row)
    if final[n] == kept:
        return offsets, result, result_weights, loops, 0
    for row in range(n):
        for i in range(by_row[row]):
            result[final[row] + i] = result[offsets[row] + i]
            if weighted:
                result_weights[final[row] + i] = result_weights[offsets[row] + i]
    duplicates = kept - final[n]
    return (
        final,
        result[: final[n]].copy(),
        result_weights[: final[n] if weighted else 0].copy(),
        loops,
        duplicates,
    )


@kernel
def grouped_rows(rows, columns, n):
    """:func:`sorted_rows` without weights where ``rows`` ascend: each is sorted by itself."""
    offsets = np.empty(n + 1, np.int64)
    result = large(np.empty(rows.size, np.int32))
    loops, duplicates, kept, i = 0, 0, 0, 0
    for row in range(n):
        offsets[row] = kept
        end = kept
        while i < rows.size and rows[i] == row:
            if columns[i] == row:
                loops += 1
            else:
                result[end] = columns[i]
                end += 1
            i += 1
        ascend(result, kept, end)
        for j in range(kept, end):
            if kept > offsets[row] and result[j] == result[kept - 1]:
                duplicates += 1
            else:
                result[kept] = result[j]
                kept += 1
    offsets[n] = kept
    return offsets, result if kept == rows.size else result[:kept].copy(), loops, duplicates


@inner
def ascend(values, begin, end):
    """Sort a part of an array: by insertion, far ones first where it is long (Shell 1959).

    ``np.sort`` takes three seconds to compile, and rows are short.
    """
    gap = 1
    # Gaps of about these ratios do best (Ciura 2001).
    while gap * 9 < (end - begin) * 4:
        gap = gap * 9 // 4 + 1
    while gap > 0:
        for i in range(begin + gap, end):
            value = values[i]
            j = i
            while j - gap >= begin and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value
        gap = gap * 4 // 9


@kernel
def turned_rows(offsets, columns, n):
    """The transpose of rows: for each column the rows it is in, ascending.

    Returns offsets int64[n+1] and rows int32[m].
    """
    start = row_starts(count_rows(columns, n))
    place = start[:n].copy()
    rows = large(np.empty(columns.size, np.int32))
    for row in range(offsets.size - 1):
        for i in range(offsets[row], offsets[row + 1]):
            slot = place[columns[i]]
            rows[slot] = row
            place[columns[i]] = slot + 1
    return start, rows


@kernel
def apart(offsets, columns, begins, rows, order):
    """Units of rows with all that are next to them, greedily in ``order``, none next to two.

    A row becomes the middle of the next unit where neither it nor anything next to it, by its
    ``columns`` or by the ``rows`` of the transpose (see :func:`turned_rows`), is in a unit yet.
    Returns int32[n], -1 for no unit, and bool[n]: the middles.
    """
    unit = np.full(order.size, -1, np.int32)
    middles = np.zeros(order.size, np.bool_)
    units = 0
    for middle in order:
        free = unit[middle] < 0
        at, other = offsets[middle], begins[middle]
        while free and at < offsets[middle + 1]:
            free = unit[columns[at]] < 0
            at += 1
        while free and other < begins[middle + 1]:
            free = unit[rows[other]] < 0
            other += 1
        if free:
            unit[middle] = units
            for at in range(offsets[middle], offsets[middle + 1]):
                unit[columns[at]] = units
            for at in range(begins[middle], begins[middle + 1]):
                unit[rows[at]] = units
            middles[middle] = True
            units += 1
    return unit, middles


@kernel
def range_of(first, second):
    """The smallest and largest value of two integer arrays, not both empty."""
    low = first[0] if first.size else second[0]
    high = low
    for values in (first, second):
        for value in values:
            low = min(low, value)
            high = max(high, value)
    return low, high


@kernel
def dense_labels(first, second, low, span):
    """Numbers of the values that occur in two integer arrays within [low, low + span).

    Returns the ascending values found (offsets from ``low``, int64) and both arrays as
    int32 positions among them.
    """
    label = np.full(span, -1, np.int32)
    for values in (first, second):
        for value in values:
            label[value - low] = 0
    found = 0
    for i in range(span):
        if label[i] == 0:
            label[i] = found
            found += 1
    present = np.empty(found, np.int64)
    for i in range(span):
        if label[i] >= 0:
            present[label[i]] = i
    first_labels = np.empty(first.size, np.int32)
    for i in range(first.size):
        first_labels[i] = label[first[i] - low]
    second_labels = np.empty(second.size, np.int32)
    for i in range(second.size):
        second_labels[i] = label[second[i] - low]
    return present, first_labels, second_labels


@kernel
def mixed(value):
    """A number in [0, 2**64) that spreads ``value`` (uint64) over all bits."""
    value = (value ^ (value >> _S31)) * _MIX1
    value = (value ^ (value >> _S29)) * _MIX2
    return value ^ (value >> _S31)


@kernel
def sparse_labels(values):
    """Numbers of the distinct ``values`` (uint64[m]) in order of first appearance.

    Returns the distinct values and, for each value, its int32 position among them.
    Open addressing in a table that doubles: linear, whatever the values are.
    """
    size = 1024
    table = np.full(size, -1, np.int32)
    distinct = np.empty(size, np.uint64)
    found = 0
    labels = np.empty(values.size, np.int32)
    for i in range(values.size):
        value = values[i]
        slot = np.int64(mixed(value) & np.uint64(size - 1))
        while table[slot] >= 0 and distinct[table[slot]] != value:
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = found
            distinct[found] = value
            found += 1
            labels[i] = found - 1
            if 2 * found > size:
                size *= 2
                wider = np.empty(size, np.uint64)
                for j in range(found):
                    wider[j] = distinct[j]
                distinct = wider
                table = np.full(size, -1, np.int32)
                for j in range(found):
                    spot = np.int64(mixed(distinct[j]) & np.uint64(size - 1))
                    while table[spot] >= 0:
                        spot = (spot + 1) & (size - 1)
                    table[spot] = j
        else:
            labels[i] = table[slot]
    return distinct[:found].copy(), labels


@kernel
def renamed(labels, table):
    """``table[labels]`` in place; int32 arrays."""
    for i in range(labels.size):
        labels[i] = table[labels[i]]


@kernel
def first_bad_row(offsets, columns, n):
    """The first row that is not ascending, repeats, leaves [0, n) or holds itself; -1 if none."""
    for row in range(n):
        before = -1
        for i in range(offsets[row], offsets[row + 1]):
            if columns[i] <= before or columns[i] >= n or columns[i] == row:
                return row
            before = columns[i]
    return -1


@kernel
def mutual_entries(offsets, columns, turned_offsets, turned):
    """How many entries (row, column) of the rows have (column, row) among them too."""
    found = 0
    for row in range(offsets.size - 1):
        i, end = offsets[row], offsets[row + 1]
        j, stop = turned_offsets[row], turned_offsets[row + 1]
        while i < end and j < stop:
            if columns[i] == turned[j]:
                found += 1
                i += 1
                j += 1
            elif columns[i] < turned[j]:
                i += 1
            else:
                j += 1
    return found


@kernel
def closed_shares(offsets, columns):
    """For each row of a symmetric graph, the share of its pairs of columns that are tied.

    0 for rows with fewer than two columns. Costs the sum of squared row lengths.
    """
    n = offsets.size - 1
    shares = np.zeros(n, np.float64)
    mark = np.full(n, -1, np.int32)
    for row in range(n):
        degree = offsets[row + 1] - offsets[row]
        if degree < 2:
            continue
        for i in range(offsets[row], offsets[row + 1]):
            mark[columns[i]] = row
        tied = 0
        for i in range(offsets[row], offsets[row + 1]):
            for j in range(offsets[columns[i]], offsets[columns[i] + 1]):
                if mark[columns[j]] == row:
                    tied += 1
        shares[row] = tied / (degree * (degree - 1))
    return shares
