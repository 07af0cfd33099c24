"""Edge lists as bytes into numbers: reads plain lines, stops at the first that is not."""

from __future__ import annotations

import numpy as np

from rumorsim.kernels.compiling import kernel

_NEWLINE, _RETURN, _SPACE, _TAB, _HASH, _MINUS, _DOT = 10, 13, 32, 9, 35, 45, 46
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
def plain_lines(text, separator, weighted, longest, first, second, weights):
    """Two whole numbers a line (and a weight), until a line is anything else.

    ``text`` uint8; ``separator`` the byte of a comma, a tab, or a space for any run of
    blanks; lines of blanks or starting with # are passed over; lines longer than
    ``longest`` bytes are not read. Fills the three arrays (as long as there are lines)
    and returns how many rows there are and where reading stopped: the length of
    ``text``, or the start of the line that needs a closer look.
    """
    size = text.size
    begin = 0
    rows = 0
    while begin < size:
        stop = begin
        while stop < size and text[stop] != _NEWLINE:
            stop += 1
        end = stop
        if end > begin and text[end - 1] == _RETURN:
            end -= 1
        at = _after_blanks(text, begin, end, _SPACE)
        if stop - begin > longest:
            return rows, begin
        if at < end and text[at] != _HASH:
            one, at = _whole(text, at, end)
            if at < 0:
                return rows, begin
            at = _past_separator(text, at, end, separator)
            if at < 0:
                return rows, begin
            two, at = _whole(text, at, end)
            if at < 0:
                return rows, begin
            weight = 1.0
            if weighted:
                at = _past_separator(text, at, end, separator)
                if at < 0:
                    return rows, begin
                weight, at = _decimal(text, at, end)
                if at < 0:
                    return rows, begin
            if _after_blanks(text, at, end, separator) != end:
                return rows, begin
            first[rows] = one
            second[rows] = two
            if weighted:
                weights[rows] = weight
            rows += 1
        begin = stop + 1
    return rows, size
