"""Random rows of numbers: the loops behind the follow graph generators.

Every draw is addressed (word, i, j, attempt), ``word`` being the first word of the
address; so a row does not depend on which rows were drawn before it.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.csr import ascend
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.large import large

_SHIFT = np.uint64(32)
#: Draws tried before a row takes the next free number instead.
_ATTEMPTS = 64


@kernel
def below(high, low, n):
    """A whole number in [0, n) from two random words, n < 2**31."""
    bits = ((np.uint64(high) << _SHIFT) | np.uint64(low)) >> np.uint64(11)
    return min(np.int64(np.float64(bits) * 2.0**-53 * n), n - 1)


@kernel
def places_in(table, seed, word, n):
    """For each of n rows, how many entries of the ascending ``table`` its draw exceeds."""
    found = np.empty(n, np.int64)
    for i in range(n):
        high, low, _, _ = philox(seed, word, i, 0, 0)
        bits = ((np.uint64(high) << _SHIFT) | np.uint64(low)) >> np.uint64(11)
        found[i] = exceeded(table, (np.float64(bits) + 0.5) * 2.0**-53)
    return found


@inner
def exceeded(table, value):
    """How many entries of the ascending ``table`` are below ``value``; by halves."""
    low, high = 0, table.size
    while low < high:
        middle = (low + high) >> 1
        if table[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def row_uniforms(seed, word, n):
    """One number strictly inside (0, 1) for each of n rows."""
    found = np.empty(n, np.float64)
    for i in range(n):
        found[i] = uniform(philox(seed, word, i, 0, 0)[0])
    return found


@kernel
def uniform_rows(counts, seed, word):
    """Rows of distinct columns other than the row itself, each such set equally likely.

    Row i has counts[i] columns, ascending. When it has more than half of the possible
    ones the missing ones are drawn instead, so the work stays linear.
    """
    n = counts.size
    offsets = np.zeros(n + 1, np.int64)
    for i in range(n):
        offsets[i + 1] = offsets[i] + counts[i]
    columns = large(np.empty(offsets[n], np.int32))
    mark = np.full(n, -1, np.int32)
    drawn = np.empty(n, np.int32)
    for i in range(n):
        missing = 2 * counts[i] > n - 1
        wanted = n - 1 - counts[i] if missing else counts[i]
        mark[i] = i
        have = 0
        attempt = 0
        while have < wanted:
            a, b, c, d = philox(seed, word, i, attempt, 0)
            attempt += 1
            column = below(a, b, n)
            if mark[column] != i:
                mark[column] = i
                drawn[have] = column
                have += 1
            column = below(c, d, n)
            if have < wanted and mark[column] != i:
                mark[column] = i
                drawn[have] = column
                have += 1
        start = offsets[i]
        if missing:
            for column in range(n):
                if mark[column] != i:
                    columns[start] = column
                    start += 1
        else:
            ascend(drawn, 0, have)
            for j in range(have):
                columns[start + j] = drawn[j]
    return offsets, columns


@kernel
def missing_rows(offsets, columns):
    """The complement of rows: all columns that a row lacks, other than the row itself."""
    n = offsets.size - 1
    starts = np.zeros(n + 1, np.int64)
    for i in range(n):
        starts[i + 1] = starts[i] + n - 1 - (offsets[i + 1] - offsets[i])
    found = large(np.empty(starts[n], np.int32))
    place = 0
    for i in range(n):
        j, end = offsets[i], offsets[i + 1]
        for column in range(n):
            if j < end and columns[j] == column:
                j += 1
            elif column != i:
                found[place] = column
                place += 1
    return starts, found


@kernel
def weighted_rows(offsets, threshold, other, seed, word):
    """Rows of distinct columns other than the row itself, drawn by an alias table.

    ``offsets`` int64[n+1] fixes the length of each row (at most n - 1). A column drawn
    again is drawn anew; after 64 in vain the next free column is taken.
    """
    n = offsets.size - 1
    columns = large(np.empty(offsets[n], np.int32))
    mark = np.full(n, -1, np.int32)
    for i in range(n):
        mark[i] = i
        for slot in range(offsets[i], offsets[i + 1]):
            columns[slot] = _fresh(i, slot - offsets[i], mark, threshold, other, seed, word)
            mark[columns[slot]] = i
    return columns


@kernel
def _fresh(i, j, mark, threshold, other, seed, word):
    n = mark.size
    column = 0
    for attempt in range(_ATTEMPTS):
        a, b, c, _ = philox(seed, word, i, j, attempt)
        column = below(a, b, n)
        if uniform(c) >= threshold[column]:
            column = other[column]
        if mark[column] != i:
            return column
    while mark[column] == i:
        column = (column + 1) % n
    return column


@kernel
def closed_rows(offsets, first, first_columns, threshold, other, seed, word):
    """Rows that begin with given columns and go on with columns of those columns' rows.

    ``first`` int64[n+1] and ``first_columns`` are the given rows; row i grows to
    offsets[i+1] - offsets[i] columns. Each further one is a random given column of a
    random column that the row has by then; where eight tries find none that is new, one
    is drawn by the alias table.
    """
    n = offsets.size - 1
    columns = large(np.empty(offsets[n], np.int32))
    mark = np.full(n, -1, np.int32)
    for i in range(n):
        mark[i] = i
        given = first[i + 1] - first[i]
        for j in range(given):
            columns[offsets[i] + j] = first_columns[first[i] + j]
            mark[first_columns[first[i] + j]] = i
        for slot in range(offsets[i] + given, offsets[i + 1]):
            j = slot - offsets[i]
            column = -1
            for attempt in range(8 if given > 0 else 0):
                a, b, c, d = philox(seed, word, i, j, attempt)
                middle = columns[offsets[i] + below(a, b, j)]
                there = first[middle + 1] - first[middle]
                if there > 0:
                    found = first_columns[first[middle] + below(c, d, there)]
                    if mark[found] != i:
                        column = found
                        break
            if column < 0:
                column = _fresh(i, j, mark, threshold, other, seed, word + 1)
            columns[slot] = column
            mark[column] = i
    return columns


@kernel
def one_way_counts(offsets, columns, turned_offsets, turned):
    """For each row of the transpose, how many of its entries are not also in the row."""
    n = offsets.size - 1
    counts = np.empty(n, np.int64)
    for a in range(n):
        counts[a] = _one_way(a, offsets, columns, turned_offsets, turned, turned[:0])
    return counts


@kernel
def _one_way(a, offsets, columns, turned_offsets, turned, out):
    # Both rows ascend: entries of turned row a that row a lacks, written if there is room.
    i, end = offsets[a], offsets[a + 1]
    found = 0
    for j in range(turned_offsets[a], turned_offsets[a + 1]):
        while i < end and columns[i] < turned[j]:
            i += 1
        if i == end or columns[i] != turned[j]:
            if out.size > 0:
                out[found] = turned[j]
            found += 1
    return found


@kernel
def with_returns(offsets, columns, turned_offsets, turned, returns, seed, word):
    """The edges of rows plus, for row a, returns[a] entries of its transposed row.

    Entries returned are drawn without replacement from those that are not there yet
    (partial Fisher-Yates). Rows and columns come back as two int32 arrays.
    """
    n = offsets.size - 1
    total = offsets[n]
    for each in returns:
        total += each
    rows = np.empty(total, np.int32)
    ends = np.empty(total, np.int32)
    widest = 0
    for a in range(n):
        widest = max(widest, turned_offsets[a + 1] - turned_offsets[a])
        # Loops: assigning slices would compile the text of errors that cannot happen.
        for i in range(offsets[a], offsets[a + 1]):
            rows[i] = a
            ends[i] = columns[i]
    place = offsets[n]
    pool = np.empty(widest, np.int32)
    for a in range(n):
        if returns[a] == 0:
            continue
        size = _one_way(a, offsets, columns, turned_offsets, turned, pool)
        for j in range(returns[a]):
            high, low, _, _ = philox(seed, word, a, j, 0)
            pick = j + below(high, low, size - j)
            pool[j], pool[pick] = pool[pick], pool[j]
            rows[place] = a
            ends[place] = pool[j]
            place += 1
    return rows, ends
