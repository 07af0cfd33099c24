"""Conditions on the numbers a graph is made from."""

from __future__ import annotations

from rumorsim.errors import Fault, InputError, show_value

__all__ = ["require"]


def require(holds: bool, key: str, value: object, rule: str) -> None:
    """InputError that ``key = value`` breaks ``rule``, unless it ``holds``."""
    if not holds:
        raise InputError(Fault(rule, key=key, value=show_value(value)))
