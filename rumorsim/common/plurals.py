"""Numbers with what they count: "1 account", "1,200 accounts"."""

from __future__ import annotations


def counted(number: float, one: str, more: str = "", *, spec: str = ",") -> str:
    """``number`` in the format ``spec`` with the noun ``one``, or with its plural unless it is 1.

    The plural ``more`` is the singular with an "s" if it is not given.
    """
    return f"{number:{spec}} {one if number == 1 else more or one + 's'}"
