"""Edge lists as bytes into numbers: reads plain lines, stops at the first that is not."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import kernel

_NEWLINE, _RETURN, _SPACE, _TAB, _MINUS, _DOT, _QUOTE, _LAST_PLAIN = 10, 13, 32, 9, 45, 46, 34, 126
_ZERO, _NINE = 48, 57
_LARGEST = np.uint64(2**63 - 1)
_TEN = np.uint64(10)
#: Exactly representable, so that m * 10**k and m / 10**k round once.
_POWERS = 10.0 ** np.arange(23)


@kernel
def count_lines(text):
    """How many lines there are, the last one with or without its newline."""
    lines = 0
    for each in text:
        if each == _NEWLINE:
            lines += 1
    return lines + 1


@kernel
def _after_blanks(text, at, end, separator):
    while at < end and (text[at] == _SPACE or (text[at] == _TAB and separator != _TAB)):
        at += 1
    return at


@kernel
def _whole(text, at, end):
    # Value and the place behind it; place -1 unless it is canonical and fits 64 bits.
    negative = at < end and text[at] == _MINUS
    if negative:
        at += 1
    start = at
    value = np.uint64(0)
    while at < end and _ZERO <= text[at] <= _NINE:
        if at - start == 19:
            return np.int64(0), -1
        value = value * _TEN + np.uint64(text[at] - _ZERO)
        at += 1
    digits = at - start
    if digits == 0 or value > _LARGEST or (text[start] == _ZERO and (digits > 1 or negative)):
        return np.int64(0), -1
    signed = np.int64(value)
    return (-signed if negative else signed), at


@kernel
def _decimal(text, at, end):
    # A plain decimal of at most 15 digits and the place behind it; place -1 otherwise.
    value = np.int64(0)
    digits = 0
    after_dot = 0
    dotted = False
    while at < end:
        each = text[at]
        if _ZERO <= each <= _NINE:
            value = value * 10 + np.int64(each - _ZERO)
            digits += 1
            if dotted:
                after_dot += 1
        elif each == _DOT and not dotted:
            dotted = True
        else:
            break
        at += 1
        if digits > 15:
            return 0.0, -1
    if digits == 0:
        return 0.0, -1
    return np.float64(value) / _POWERS[after_dot], at


@kernel
def _past_separator(text, at, end, separator):
    # The start of the next column; -1 when there is none.
    start = at
    at = _after_blanks(text, at, end, separator)
    if separator == _SPACE:
        return at if at > start else -1
    if at == end or text[at] != separator:
        return -1
    return _after_blanks(text, at + 1, end, separator)


@kernel
def _past_cell(text, at, end, separator):
    # The end of a cell that is not read; -1 where it needs a closer look.
    start = at
    while at < end:
        each = text[at]
        if each == separator or (separator == _SPACE and each == _TAB):
            break
        if each == _QUOTE or each > _LAST_PLAIN or (each < _SPACE and each != _TAB):
            return -1
        at += 1
    return -1 if separator == _SPACE and at == start else at


@kernel
def _surely_comment(text, at, end):
    # Nothing, a blank or the mark again behind the mark.
    return at + 1 == end or text[at + 1] == _SPACE or text[at + 1] == _TAB


@kernel
def plain_lines(text, begin, separator, marked, sure, roles, longest, rows, out):
    """Follows between whole numbers, a line each, until a line is anything else.

    ``text`` uint8, read from ``begin``; ``separator`` the byte of a comma, semicolon or tab,
    or a space for any run of blanks. Lines that begin with a byte that is ``marked`` (bool[256])
    are comments, where that is not ``sure`` only with a blank or nothing behind it. ``roles``
    says what each column holds: 0 nothing that is wanted, 1 and 2 the two ends, 3 the weight,
    4 the time. Lines longer than ``longest`` bytes are not read. ``out`` has four arrays as
    long as there are lines: ends (int64), weights and times (float64; empty if not wanted),
    filled from ``rows`` on. Returns how many rows there are then, where reading stopped (the
    length of ``text``, or the start of the line that needs a closer look), and how many lines
    were comments and empty.
    """
    first, second, weights, times = out
    size = text.size
    comments = 0
    empty = 0
    one = np.int64(0)
    two = np.int64(0)
    weight = 1.0
    time = 0.0
    while begin < size:
        stop = begin
        while stop < size and text[stop] != _NEWLINE:
            stop += 1
        end = stop
        if end > begin and text[end - 1] == _RETURN:
            end -= 1
        at = _after_blanks(text, begin, end, _SPACE)
        if stop - begin > longest:
            return rows, begin, comments, empty
        if at == end:
            empty += 1
        elif marked[text[at]]:
            if not sure and not _surely_comment(text, at, end):
                return rows, begin, comments, empty
            comments += 1
        else:
            for column in range(roles.size):
                if column > 0:
                    at = _past_separator(text, at, end, separator)
                    if at < 0:
                        return rows, begin, comments, empty
                role = roles[column]
                if role == 1:
                    one, at = _whole(text, at, end)
                elif role == 2:
                    two, at = _whole(text, at, end)
                elif role == 0:
                    at = _past_cell(text, at, end, separator)
                elif role == 3:
                    weight, at = _decimal(text, at, end)
                else:
                    time, at = _decimal(text, at, end)
                if at < 0:
                    return rows, begin, comments, empty
            if _after_blanks(text, at, end, separator) != end:
                return rows, begin, comments, empty
            first[rows] = one
            second[rows] = two
            if weights.size:
                weights[rows] = weight
            if times.size:
                times[rows] = time
            rows += 1
        begin = stop + 1
    return rows, size, comments, empty
