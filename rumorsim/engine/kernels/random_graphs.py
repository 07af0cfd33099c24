"""Random rows of numbers: the loops behind the follow graph generators.

Every draw is addressed (word, i, j, attempt), ``word`` being the first word of the
address; so a row does not depend on which rows were drawn before it.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.csr import ascend, first_not_below
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.large import large

_SHIFT = np.uint64(32)


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
    return first_not_below(table, 0, table.size, value)


@kernel
def row_uniforms(seed, word, n):
    """One number strictly inside (0, 1) for each of n rows."""
    found = np.empty(n, np.float64)
    for i in range(n):
        found[i] = uniform(philox(seed, word, i, 0, 0)[0])
    return found


@kernel
def uniform_rows(begin, end, counts, seed, word):
    """Rows ``begin`` to ``end`` of distinct columns other than the row itself, all sets alike.

    Row i has counts[i] columns, ascending; int32, row after row. When it has more than half of
    the possible ones the missing ones are drawn instead, so the work stays linear.
    """
    n = counts.size
    entries = np.int64(0)
    for i in range(begin, end):
        entries += counts[i]
    columns = large(np.empty(entries, np.int32))
    mark = np.full(n, -1, np.int32)
    drawn = np.empty(n, np.int32)
    start = 0
    for i in range(begin, end):
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
        if missing:
            for column in range(n):
                if mark[column] != i:
                    columns[start] = column
                    start += 1
        else:
            ascend(drawn, 0, have)
            for j in range(have):
                columns[start] = drawn[j]
                start += 1
    return columns


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
