"""Conditions on the numbers a graph is made from."""

from __future__ import annotations

from typing import Any

from rumorsim.errors import InputError, show_value
from rumorsim.randomness import seed_of


def graph_seed(seed: Any) -> int:
    """The seed of a graph as a Python int in [0, 2**63 - 1]; else InputError."""
    return seed_of(seed, most=2**63 - 1)


def require(holds: bool, key: str, value: object, rule: str) -> None:
    """InputError that ``key = value`` breaks ``rule``, unless it ``holds``."""
    if not holds:
        raise InputError(rule, key=key, value=show_value(value))


def require_mean(mean_followers: float, accounts: int) -> None:
    """InputError unless so many accounts can have so many followers on average."""
    rule = f"must be in [0, {accounts - 1}], the other accounts there are"
    require(0.0 <= mean_followers <= accounts - 1, "mean_followers", mean_followers, rule)
