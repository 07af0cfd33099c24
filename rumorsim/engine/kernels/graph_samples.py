"""What is looked up of a sample in a follow graph that is too large for anything beside it."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.csr import first_not_below


@kernel
def entries_there(offsets, columns, rows, wanted):
    """Whether each of ``wanted`` is among the columns of the row beside it; bool[k].

    Rows ascend. ``rows`` and ``wanted`` int64[k].
    """
    found = np.zeros(rows.size, np.bool_)
    for i in range(rows.size):
        end = offsets[rows[i] + 1]
        at = first_not_below(columns, offsets[rows[i]], end, wanted[i])
        found[i] = at < end and columns[at] == wanted[i]
    return found


@kernel
def rows_with(begin, end, offsets, columns, marked, number, place, found):
    """Enter each row of ``begin`` to ``end`` with every marked column that it has.

    ``columns`` are those from offsets[begin] on; ``marked`` bool[n] and ``number`` int32[n] say
    which columns count and as what; ``place`` int64 is where the next row of each goes in
    ``found`` int32.
    """
    first = offsets[begin]
    for row in range(begin, end):
        for i in range(offsets[row] - first, offsets[row + 1] - first):
            if marked[columns[i]]:
                which = number[columns[i]]
                found[place[which]] = row
                place[which] += 1


@kernel
def pairs_of_contacts(offsets, followers, starts, followees, accounts, which, one, other, pairs):
    """Two different contacts of each of some accounts, by two numbers in [0, 1).

    The contacts of accounts[i] are its row of ``followers`` and the followees from
    starts[which[i]] to starts[which[i] + 1], both ascending. ``pairs`` int64[k, 2] is filled in,
    with -1 where there are fewer than two contacts.
    """
    for i in range(accounts.size):
        a, b = offsets[accounts[i]], offsets[accounts[i] + 1]
        c, d = starts[which[i]], starts[which[i] + 1]
        contacts, _, _ = _merged(followers, a, b, followees, c, d, -1, -1)
        if contacts < 2:
            pairs[i, 0] = pairs[i, 1] = -1
            continue
        first = min(np.int64(one[i] * contacts), contacts - 1)
        second = min(np.int64(other[i] * (contacts - 1)), contacts - 2)
        if second >= first:
            second += 1
        _, pairs[i, 0], pairs[i, 1] = _merged(followers, a, b, followees, c, d, first, second)


@inner
def _merged(followers, i, end, followees, j, stop, first, second):
    """How many different numbers two ascending rows have, and two of them by their places."""
    found = np.int64(0)
    one, other = np.int64(-1), np.int64(-1)
    while i < end or j < stop:
        if j == stop or (i < end and followers[i] < followees[j]):
            value = followers[i]
            i += 1
        else:
            value = followees[j]
            if i < end and followers[i] == value:
                i += 1
            j += 1
        if found == first:
            one = np.int64(value)
        if found == second:
            other = np.int64(value)
        found += 1
    return found, one, other


@kernel
def joined(begin, end, offsets, columns, parent):
    """Join each row of ``begin`` to ``end`` with its columns; ``parent`` int32[n] is a forest.

    ``columns`` are those from offsets[begin] on. Paths are halved on the way (Tarjan and van
    Leeuwen 1984), and the larger root hangs on the smaller one.
    """
    first = offsets[begin]
    for row in range(begin, end):
        root = _root(parent, row)
        for i in range(offsets[row] - first, offsets[row + 1] - first):
            there = _root(parent, columns[i])
            if there < root:
                parent[root] = there
                root = there
            elif there > root:
                parent[there] = root


@inner
def _root(parent, account):
    while parent[account] != account:
        parent[account] = parent[parent[account]]
        account = np.int64(parent[account])
    return account


@kernel
def largest_tree(parent):
    """How many accounts the largest tree of a forest has; paths in ``parent`` are halved."""
    sizes = np.zeros(parent.size, np.int32)
    largest = 0
    for account in range(parent.size):
        root = _root(parent, account)
        sizes[root] += 1
        largest = max(largest, sizes[root])
    return largest
