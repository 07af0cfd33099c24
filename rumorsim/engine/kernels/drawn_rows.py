"""The loops behind the power-law follow graph: rows that are drawn, turned, and added to.

A row is what an account follows. Every draw is addressed (word, row, slot, attempt), so that any
part of the rows can be made by itself, in any order, on any core. The first draws of a row that
another one looks up are made again where they are needed: no row has to be kept for that.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.csr import ascend, first_not_below
from rumorsim.engine.kernels.draws import _HALF, _MASK, philox, rounds
from rumorsim.engine.kernels.large import large
from rumorsim.engine.kernels.random_graphs import below

#: Draws tried before a row takes the next free number instead.
_ATTEMPTS = 64
#: Draws that are made at once, so that the processor fetches their places side by side.
_BATCH = 64
#: Tries for a followee's followee that is new.
_CLOSURES = 8
#: Where a row begins that is not kept.
NOT_KEPT = np.uint32(0xFFFFFFFF)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_ELEVEN = np.uint64(11)


@kernel
def capped_total(values, caps, factor, unit):
    """The sum of floor(min(value * factor, cap) * unit), of whole numbers and so exact.

    ``values`` float64[n]; ``caps`` int64[n], or int64[1] for the same cap everywhere.
    """
    total = np.int64(0)
    alike = caps.size == 1
    for i in range(values.size):
        cap = np.float64(caps[0 if alike else i])
        total += np.int64(np.floor(min(values[i] * factor, cap) * unit))
    return total


@kernel
def packed_alias(threshold, other):
    """An alias table of one word a slot: the other, and above it how many words are below.

    ``threshold`` float64[n] in [0, 1], ``other`` int32[n]; uint64[n].
    """
    packed = large(np.empty(other.size, np.uint64))
    for i in range(other.size):
        words = np.ceil(threshold[i] * 4294967296.0 - 0.5)
        if words >= 4294967296.0:
            # A chance that no word fails takes more than a word: then the other is itself.
            packed[i] = (_MASK << _HALF) | np.uint64(i)
        else:
            packed[i] = (np.uint64(max(words, 0.0)) << _HALF) | np.uint64(other[i])
    return packed


@inner
def _either(alias, slot, word):
    """What a slot of the alias table stands for at this word."""
    packed = alias[slot]
    return slot if np.uint64(word) < packed >> _HALF else np.int64(packed & _MASK)


@inner
def _room(table, entries):
    """A table in which so many entries fill no more than half: the same one if it can."""
    size = table.size
    while size < 2 * entries:
        size *= 2
    return table if size == table.size else np.zeros(size, np.uint64)


@inner
def _added(table, shift, stamp, column):
    """Whether ``column`` was not yet in the set that ``stamp`` names; it is then.

    A table holds one set after another: entries of another stamp count for nothing. The upper
    64 - ``shift`` bits of the spread column are its place.
    """
    entry = (stamp << _HALF) | np.uint64(column)
    mask = np.uint64(table.size - 1)
    place = ((np.uint64(column) * _SPREAD) >> shift) & mask
    while table[place] >> _HALF == stamp:
        if table[place] == entry:
            return False
        place = (place + np.uint64(1)) & mask
    table[place] = entry
    return True


@inner
def _shift_for(entries):
    """How far a spread column goes down so that only some twice ``entries`` places are used."""
    bits = 6
    while (1 << bits) < 2 * entries:
        bits += 1
    return np.uint64(64 - bits)


@inner
def _drawn(i, count, table, shift, stamp, alias, seed, word, words, columns, place):
    """The first ``count`` columns of row i by the alias table, from ``place`` on."""
    n = alias.size
    low, high = np.uint64(seed) & _MASK, np.uint64(seed) >> _HALF
    _added(table, shift, stamp, i)
    for begin in range(0, count, _BATCH):
        size = min(_BATCH, count - begin)
        # Nothing but the rounds of the generator, so that several are one instruction.
        for j in range(size):
            slot = np.uint64(begin + j)
            a, b, c, _ = rounds(low, high, np.uint64(word), np.uint64(i), slot, np.uint64(0))
            words[j] = c
            bits = np.int64(((a << _HALF) | b) >> _ELEVEN)
            columns[place + begin + j] = min(np.int64(np.float64(bits) * 2.0**-53 * n), n - 1)
        for j in range(size):
            at = place + begin + j
            columns[at] = _either(alias, np.int64(columns[at]), words[j])
        for j in range(size):
            at = place + begin + j
            if not _added(table, shift, stamp, np.int64(columns[at])):
                columns[at] = _fresh(i, begin + j, 1, table, shift, stamp, alias, seed, word)


@inner
def _fresh(i, j, attempt, table, shift, stamp, alias, seed, word):
    """A column that the row does not have, from this attempt of its slot j on."""
    n = alias.size
    column = np.int64(0)
    while attempt < _ATTEMPTS:
        a, b, c, _ = philox(seed, word, i, j, attempt)
        column = _either(alias, below(a, b, n), c)
        if _added(table, shift, stamp, column):
            return column
        attempt += 1
    while not _added(table, shift, stamp, column):
        column = (column + 1) % n
    return column


@kernel
def kept_rows(begin, end, given, starts, alias, seed, word, kept):
    """Draw the first columns of those of rows ``begin`` to ``end`` that are kept.

    ``starts`` uint32[n] is where each begins in ``kept``, :data:`NOT_KEPT` for all others.
    """
    table, words = np.zeros(4096, np.uint64), np.empty(_BATCH, np.uint64)
    for i in range(begin, end):
        if starts[i] != NOT_KEPT:
            table = _room(table, given[i] + 1)
            shift, stamp, at = _shift_for(given[i] + 1), np.uint64(i + 1), np.int64(starts[i])
            _drawn(i, given[i], table, shift, stamp, alias, seed, word, words, kept, at)


@kernel
def drawn_rows(begin, end, lengths, given, starts, kept, alias, seed, word, columns):
    """Rows ``begin`` to ``end`` of distinct columns other than the row itself, each ascending.

    Of its lengths[i] columns (int32[n]) row i draws given[i] by the ``alias`` table; see
    :func:`kept_rows` for those that are made already. Each further one is a random drawn column
    of a random column that the row has by then; where eight tries find none that is new, one is
    drawn by the table. A column drawn again is drawn anew; after 64 in vain the next free one is
    taken. Words ``word`` to ``word + 2`` are for the three sorts of draws. ``columns`` int32 has
    room for them all, row after row.
    """
    n = alias.size
    table, others = np.zeros(4096, np.uint64), np.zeros(4096, np.uint64)
    words, looked = np.empty(_BATCH, np.uint64), np.empty(4096, np.int32)
    row, counts = np.empty(4096, np.int32), np.empty(4096, np.int32)
    looks = np.uint64(0)
    place = 0
    for i in range(begin, end):
        count, length = given[i], lengths[i]
        if row.size <= length:
            row, counts = np.empty(2 * length, np.int32), np.empty(2 * length, np.int32)
        table = _room(table, length + 1)
        shift, stamp = _shift_for(length + 1), np.uint64(i + 1)
        if starts[i] == NOT_KEPT:
            _drawn(i, count, table, shift, stamp, alias, seed, word, words, row, 0)
        else:
            at = np.int64(starts[i])
            if length > count:
                _added(table, shift, stamp, i)
            for j in range(count):
                row[j] = kept[at + j]
                if length > count:
                    _added(table, shift, stamp, np.int64(row[j]))
        for j in range(count, length):
            column = np.int64(-1)
            for attempt in range(_CLOSURES if count > 0 else 0):
                a, b, c, d = philox(seed, word + 1, i, j, attempt)
                middle = np.int64(row[below(a, b, j)])
                there = given[middle]
                if there > 0:
                    wanted = below(c, d, there)
                    if starts[middle] != NOT_KEPT:
                        found = np.int64(kept[np.int64(starts[middle]) + wanted])
                    else:
                        others = _room(others, wanted + 2)
                        if looked.size <= wanted:
                            looked = np.empty(2 * wanted, np.int32)
                        looks += np.uint64(1)
                        _drawn(
                            middle, wanted + 1, others, _shift_for(wanted + 2), looks, alias,
                            seed, word, words, looked, 0,
                        )  # fmt: skip
                        found = np.int64(looked[wanted])
                    if _added(table, shift, stamp, found):
                        column = found
                        break
            if column < 0:
                column = _fresh(i, j, 0, table, shift, stamp, alias, seed, word + 2)
            row[j] = column
        _ascend_evenly(row, length, n, counts, columns, place)
        place += length


@inner
def _ascend_evenly(row, length, n, counts, columns, place):
    """Put the columns of a row, spread over [0, n), in order: by where they should be, nearly."""
    scale = (length - 0.5) / n
    for j in range(length):
        counts[j] = 0
    for j in range(length):
        counts[np.int64(row[j] * scale)] += 1
    total = 0
    for j in range(length):
        total += counts[j]
        counts[j] = total
    for j in range(length):
        slot = np.int64(row[j] * scale)
        counts[slot] -= 1
        columns[place + counts[slot]] = row[j]
    for i in range(place + 1, place + length):
        value = columns[i]
        j = i
        while j > place and columns[j - 1] > value:
            columns[j] = columns[j - 1]
            j -= 1
        columns[j] = value


@kernel
def bucket_sizes(columns, shift, buckets):
    """How many columns are in each bucket of 2**shift numbers; int64[buckets]."""
    sizes = np.zeros(buckets, np.int64)
    for column in columns:
        sizes[column >> shift] += 1
    return sizes


@kernel
def dealt_rows(begin, end, lengths, columns, first, last, shift, place, rows, lows):
    """Deal entries of rows ``begin`` to ``end`` out to buckets ``first`` to ``last`` of columns.

    ``columns`` int32 holds the rows one after another, each ascending. ``place`` int64[last -
    first] is where the next entry of each bucket goes: its row in ``rows`` int32, its column
    within the bucket in ``lows`` uint16. A scatter over few buckets stays in the cache, one over
    all columns does not.
    """
    low, high = first << shift, last << shift
    mask = (1 << shift) - 1
    at = 0
    for row in range(begin, end):
        stop = at + lengths[row]
        i = first_not_below(columns, at, stop, low)
        while i < stop and columns[i] < high:
            column = np.int64(columns[i])
            bucket = (column >> shift) - first
            slot = place[bucket]
            place[bucket] = slot + 1
            rows[slot] = row
            lows[slot] = column & mask
            i += 1
        at = stop


@kernel
def sorted_buckets(ends, shift, begin, rows, lows, widths):
    """Group the entries of each bucket by column: a stable counting sort.

    Bucket i, the columns i * 2**shift on, ends at ``ends[i]`` in ``rows`` and ``lows``, the
    first begins at ``begin``; see :func:`dealt_rows`. Rows are sorted in place, ``widths`` int32
    says how many there are of each column.
    """
    widest = np.int64(0)
    before = begin
    for end in ends:
        widest = max(widest, end - before)
        before = end
    kept, place = np.empty(widest, np.int32), np.empty(1 << shift, np.int64)
    before = begin
    for i in range(ends.size):
        end, base = ends[i], i << shift
        size = min(1 << shift, widths.size - base)
        for column in range(size):
            widths[base + column] = 0
        for j in range(before, end):
            widths[base + lows[j]] += 1
        total = np.int64(0)
        for column in range(size):
            place[column] = total
            total += widths[base + column]
        for j in range(before, end):
            column = lows[j]
            slot = place[column]
            place[column] = slot + 1
            kept[slot] = rows[j]
        for j in range(end - before):
            rows[before + j] = kept[j]
        before = end


@kernel
def one_way_counts(begin, end, lengths, columns, widths, turned, found):
    """For rows ``begin`` to ``end``, how many entries of the transposed row the row lacks.

    Rows ascend and stand one after another in ``columns``, transposed ones in ``turned``, with
    their ``lengths`` and ``widths``; ``found`` int64[n] is filled in.
    """
    i, j = 0, 0
    for a in range(begin, end):
        found[a] = _one_way(columns, i, i + lengths[a], turned, j, j + widths[a], turned[:0])
        i += lengths[a]
        j += widths[a]


@inner
def _one_way(columns, i, end, turned, j, stop, out):
    # Entries of the transposed row that the row lacks, written if there is room.
    found = 0
    for each in range(j, stop):
        while i < end and columns[i] < turned[each]:
            i += 1
        if i == end or columns[i] != turned[each]:
            if out.size > 0:
                out[found] = turned[each]
            found += 1
    return found


@kernel
def returned_rows(begin, end, lengths, columns, widths, turned, returns, seed, word, ends):
    """For rows ``begin`` to ``end``, returns[a] entries of the transposed row that it lacks.

    They are drawn without replacement (partial Fisher-Yates) and written to ``ends`` int32, row
    after row, each ascending. Arrays as in :func:`one_way_counts`.
    """
    widest = 0
    for a in range(begin, end):
        widest = max(widest, widths[a])
    pool = np.empty(widest, np.int32)
    i, j, place = 0, 0, 0
    for a in range(begin, end):
        if returns[a] > 0:
            size = _one_way(columns, i, i + lengths[a], turned, j, j + widths[a], pool)
            for k in range(returns[a]):
                high, low, _, _ = philox(seed, word, a, k, 0)
                pick = k + below(high, low, size - k)
                pool[k], pool[pick] = pool[pick], pool[k]
                ends[place + k] = pool[k]
            ascend(ends, place, place + returns[a])
            place += returns[a]
        i += lengths[a]
        j += widths[a]


@kernel
def merged_rows(widths, turned, more, added, out):
    """Rows of ``widths`` in ``turned`` and of ``more`` in ``added``, merged row by row.

    Both ascend and have nothing in common; int32 ``out`` has room for both.
    """
    i, j, place = 0, 0, 0
    for row in range(widths.size):
        end, stop = i + widths[row], j + more[row]
        while i < end or j < stop:
            if j == stop or (i < end and turned[i] < added[j]):
                out[place] = turned[i]
                i += 1
            else:
                out[place] = added[j]
                j += 1
            place += 1
