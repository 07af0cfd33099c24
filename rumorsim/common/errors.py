"""What people can do wrong, in one shape: place, key, value, rule, advice.

Everything a person can get wrong ends as an :class:`InputError`. The command line
prints its lines and exits with code 2; in Python it is caught and its ``faults`` read.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index
from os import PathLike, fspath
from types import FrameType
from typing import Any, Final

_ESCAPES: Final = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


class RumorsimError(Exception):
    """Base of every error that rumorsim raises on purpose."""

    exit_code = 1


@dataclass(frozen=True)
class Fault:
    """One cause, told in one line: ``file: key = value: rule; advice``."""

    rule: str
    file: str = ""
    key: str = ""
    value: str = ""
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.file}: " if self.file else ""
        what = f"{self.key} = {self.value}" if self.key and self.value else self.key or self.value
        what = f"{what}: " if what else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{place}{what}{self.rule}{advice}".replace("\n", " ")


class InputError(RumorsimError, ValueError):
    """Input that cannot be used: every fault found, one line each. Exit code 2.

    Takes faults, or the fields of a single :class:`Fault`, with a path as its ``file``:
    ``InputError("is empty", path, advice="give an id")``.
    """

    exit_code = 2

    def __init__(
        self,
        faults: Iterable[Fault] | Fault | str,
        file: str | PathLike[str] = "",
        key: str = "",
        value: str = "",
        advice: str = "",
    ) -> None:
        if isinstance(faults, str):
            faults = Fault(faults, fspath(file), key, value, advice)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        return (type(self), (self.faults,))


class RumorsimWarning(UserWarning):
    """Something is done otherwise than asked, and how; nothing is lost by it."""


def advise(text: str) -> None:
    """Issue a :class:`RumorsimWarning` at the line outside this package that led here."""
    level = 1
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("rumorsim."):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, RumorsimWarning, stacklevel=level)


class OutputError(InputError):
    """A place where results cannot be written: not ours, not empty, not writable."""


class PictureWarning(UserWarning):
    """A picture could not be drawn as it should be; the results are complete without it."""


def nearest(word: str, words: Sequence[str], most: int = 20) -> str:
    """Advice naming the valid word closest to ``word`` or, failing that, ``most`` of them."""
    import difflib

    close = difflib.get_close_matches(str(word)[:100], words, n=1, cutoff=0.6)
    if close:
        return f"did you mean {show_value(close[0])}?"
    shown = ", ".join(show_value(each) for each in sorted(words)[:most])
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return f"one of {shown}{more}"


def show_value(value: Any, width: int = 60) -> str:
    """``value`` as a short one-line text, safe to print whatever it holds."""
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    if isinstance(value, bool):
        text = "true" if value else "false"
    text = on_one_line(text)
    return text if len(text) <= width else text[: width - 3] + "..."


def on_one_line(text: str) -> str:
    r"""``text`` as it can be printed on one line.

    Tabs and line ends are written as \t, \n and \r; any other unprintable character as "?".
    """
    return "".join(_ESCAPES.get(c, c if c.isprintable() else "?") for c in text)


def whole_number(value: Any, key: str, least: int = 0, most: int | None = None) -> int:
    """``value`` as a Python int in [least, most]; InputError naming ``key`` for anything else.

    Integers of every type are the same number: 7, ``np.int64(7)`` and ``np.uint8(7)``. Truth
    values and floating-point numbers are refused, whole ones too.
    """
    fault = number_fault(value, key, least, most)
    if fault is not None:
        raise InputError(fault)
    return index(value)


def number_fault(value: Any, key: str, least: int = 0, most: int | None = None) -> Fault | None:
    """What :func:`whole_number` refuses ``value`` for, None where it is accepted."""
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is not None and number >= least and (most is None or number <= most):
        return None
    rule = f"must be an integer of at least {least}"
    if most is not None:
        bits = most.bit_length()
        last = f"2**{bits} - 1" if most == 2**bits - 1 and bits > 30 else f"{most:,}"
        rule = f"must be an integer from {least} to {last}"
    return Fault(rule, key=key, value=show_value(value))
