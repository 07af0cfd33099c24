"""Rows of graphs larger than memory: edges dealt out by their rows, then sorted part by part.

Also numbers for ids before all of them are known, in order of first appearance.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.csr import ascend, mixed, row_starts
from rumorsim.engine.kernels.large import large

_HALF = np.int64(32)
_INDEX = np.int64(0xFFFFFFFF)
_BYTE = np.uint64(8)


@kernel
def marked(values, present):
    """Set ``present`` (bool[n]) at each of the ``values`` int64; False at one outside [0, n)."""
    for value in values:
        if value < 0 or value >= present.size:
            return False
        present[value] = True
    return True


@kernel
def renumbered(values, rank):
    """``rank[values]`` in place; int32 arrays, values of uint32 kind below 2**31."""
    for i in range(values.size):
        values[i] = rank[values[i]]


@kernel
def dealt(rows, columns, weights, bounds, place, dealt_rows, dealt_columns, dealt_weights):
    """Edges in the order of the part their row is in, as they came within each.

    ``bounds`` int32[k + 1] are the first rows of the parts and the end of the last; ``place``
    int64[k + 1] is filled with where each part begins. ``weights`` and its copy may be empty.
    """
    parts = bounds.size - 1
    which = np.empty(rows.size, np.uint16)
    for part in range(parts + 1):
        place[part] = 0
    for i in range(rows.size):
        low, high = 0, parts
        while high - low > 1:
            middle = (low + high) >> 1
            if bounds[middle] <= rows[i]:
                low = middle
            else:
                high = middle
        which[i] = low
        place[low + 1] += 1
    for part in range(parts):
        place[part + 1] += place[part]
    at = place.copy()
    for i in range(rows.size):
        slot = at[which[i]]
        at[which[i]] = slot + 1
        dealt_rows[slot] = rows[i]
        dealt_columns[slot] = columns[i]
        if weights.size:
            dealt_weights[slot] = weights[i]


@kernel
def rows_of_part(rows, columns, weights, low, n):
    """Rows ``low`` to ``low + n`` with ascending columns, as :func:`.csr.sorted_rows` makes them.

    Returns lengths int32[n], columns int32, weights float64 (empty if ``weights`` is), self loops
    and duplicates. Fewer than 2**32 edges.
    """
    weighted = weights.size > 0
    counts = np.zeros(n, np.int64)
    loops = 0
    for i in range(rows.size):
        if rows[i] == columns[i]:
            loops += 1
        else:
            counts[rows[i] - low] += 1
    starts = row_starts(counts)
    kept = starts[n]
    # A column and above all the edge it is from: so equal columns stay as they came.
    packed = large(np.empty(kept, np.int64))
    for i in range(n):
        counts[i] = starts[i]
    for i in range(rows.size):
        if rows[i] != columns[i]:
            slot = counts[rows[i] - low]
            counts[rows[i] - low] = slot + 1
            packed[slot] = (np.int64(columns[i]) << _HALF) | i
    lengths = np.zeros(n, np.int32)
    result = large(np.empty(kept, np.int32))
    result_weights = np.empty(kept if weighted else 0, np.float64)
    place = 0
    for row in range(n):
        begin = place
        ascend(packed, starts[row], starts[row + 1])
        for i in range(starts[row], starts[row + 1]):
            column = np.int32(packed[i] >> _HALF)
            if place > begin and result[place - 1] == column:
                continue
            result[place] = column
            if weighted:
                result_weights[place] = weights[packed[i] & _INDEX]
            place += 1
        lengths[row] = place - begin
    return lengths, result[:place], result_weights[: place if weighted else 0], loops, kept - place


@inner
def _hash_of(text, begin, end):
    value = np.uint64(end - begin)
    for i in range(begin, end):
        value = mixed((value << _BYTE) ^ (value >> np.uint64(56)) ^ np.uint64(text[i]))
    return value


@inner
def _same(text, begin, end, other, start):
    i = 0
    while begin + i < end and text[begin + i] == other[start + i]:
        i += 1
    return begin + i == end


@kernel
def numbered_text(table, known, starts, found, text, ends, labels):
    """Numbers of texts in order of first appearance, the new ones appended to those known.

    ``text`` uint8 holds them one after another, each up to ``ends`` int64. ``known`` uint8 and
    ``starts`` int64 (found + 1 of them) are the texts so far and have room for all; ``table``
    int32 of a power of two, at most half full, -1 where free, is where their hashes lead.
    ``labels`` int32 is filled in. Returns how many there are now.
    """
    mask = np.uint64(table.size - 1)
    begin = np.int64(0)
    for i in range(ends.size):
        end = ends[i]
        slot = _hash_of(text, begin, end) & mask
        while table[slot] >= 0:
            each = table[slot]
            same = starts[each + 1] - starts[each] == end - begin
            if same and _same(text, begin, end, known, starts[each]):
                break
            slot = (slot + np.uint64(1)) & mask
        if table[slot] < 0:
            table[slot] = found
            place = starts[found]
            for j in range(begin, end):
                known[place + j - begin] = text[j]
            found += 1
            starts[found] = place + end - begin
        labels[i] = table[slot]
        begin = end
    return found


@kernel
def entered_text(table, known, starts, found):
    """Fill an empty ``table`` with the texts that are known."""
    mask = np.uint64(table.size - 1)
    for each in range(found):
        slot = _hash_of(known, starts[each], starts[each + 1]) & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = each


@kernel
def text_order(known, starts, found):
    """The texts' numbers in the order of their bytes, by merging; int32[found]."""
    order, other = np.empty(found, np.int32), np.empty(found, np.int32)
    for i in range(found):
        order[i] = i
    width = 1
    while width < found:
        for begin in range(0, found, 2 * width):
            i, middle = begin, min(begin + width, found)
            j, end = middle, min(begin + 2 * width, found)
            for k in range(begin, end):
                if j == end or (i < middle and not _below(known, starts, order[j], order[i])):
                    other[k] = order[i]
                    i += 1
                else:
                    other[k] = order[j]
                    j += 1
        order, other = other, order
        width *= 2
    return order


@inner
def _below(known, starts, one, two):
    i, j = starts[one], starts[two]
    end, stop = starts[one + 1], starts[two + 1]
    while i < end and j < stop and known[i] == known[j]:
        i += 1
        j += 1
    if i == end or j == stop:
        return j < stop
    return known[i] < known[j]


@kernel
def numbered_whole(table, known, found, values, labels):
    """:func:`numbered_text` for whole numbers as uint64."""
    mask = np.uint64(table.size - 1)
    for i in range(values.size):
        value = values[i]
        slot = mixed(value) & mask
        while table[slot] >= 0 and known[table[slot]] != value:
            slot = (slot + np.uint64(1)) & mask
        if table[slot] < 0:
            table[slot] = found
            known[found] = value
            found += 1
        labels[i] = table[slot]
    return found


@kernel
def entered_whole(table, known, found):
    """:func:`entered_text` for whole numbers."""
    mask = np.uint64(table.size - 1)
    for each in range(found):
        slot = mixed(known[each]) & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = each
