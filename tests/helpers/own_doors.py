"""Policies and measures of a user's own, as tests hand them over."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import rumorsim
from rumorsim.events.stream import Batch, Facts
from rumorsim.measures import Meaning, Measure
from rumorsim.platform.desk import Desk

HOURS = 2.0


def authors_of(desk: Desk) -> list[int]:
    return list(desk.authors())


def close_authors(desk: Desk, hours: float = HOURS) -> Generator[Any, Any, None]:
    """Close whoever has posted by an hour."""
    yield desk.env.timeout(hours)
    for account in authors_of(desk):
        desk.close(account, reason="by hand")


def close_some(desk: Desk, delay: float, coverage: float) -> Generator[Any, Any, None]:
    """A policy whose delay and coverage can be varied."""
    yield desk.env.timeout(delay)
    found = authors_of(desk)
    for account in found[: round(coverage * len(found))]:
        desk.close(account)


def at_once(desk: Desk) -> None:
    """A policy that acts at hour 0 and needs no clock."""
    desk.close(3)


def yielding(desk: Desk) -> Generator[Any, Any, None]:
    yield desk.env.timeout(3)
    yield 5


def yielding_below(desk: Desk) -> Generator[Any, Any, None]:
    yield desk.env.timeout(3)
    yield from (each for each in ["2 h"])  # no event either


def failing(desk: Desk) -> Generator[Any, Any, None]:
    yield desk.env.timeout(3)
    raise ValueError("nothing to close")


def closure(hours: float) -> Callable[[Desk], Generator[Any, Any, None]]:
    """A policy that no other process can import."""

    def policy(desk: Desk) -> Generator[Any, Any, None]:
        yield desk.env.timeout(hours)
        for account in authors_of(desk):
            desk.close(account)

    return policy


class ByHand:
    """A policy that is an object."""

    def __init__(self, hours: float) -> None:
        self.hours = hours

    def __call__(self, desk: Desk) -> Generator[Any, Any, None]:
        return close_authors(desk, self.hours)


class EarlyShares(Measure[dict[str, int]]):
    """Shares within the first hours."""

    name = "early-shares"
    needs = frozenset({rumorsim.Kind.SHARE})
    meanings = {"shares": Meaning("shares", "shares within the first hours")}

    def __init__(self, hours: float = 12.0) -> None:
        self.hours = hours

    def start(self, facts: Facts) -> dict[str, int]:
        return {"shares": 0}

    def observe(self, state: dict[str, int], batch: Batch) -> None:
        state["shares"] += int((batch.only(rumorsim.Kind.SHARE).time < self.hours).sum())

    def value(self, state: dict[str, int]) -> dict[str, Any]:
        return dict(state)


class Reads(EarlyShares):
    """All reads, which are logged only where a measure asks."""

    name = "all-reads"
    needs = frozenset({rumorsim.Kind.READ})

    def observe(self, state: dict[str, int], batch: Batch) -> None:
        state["shares"] += len(batch.only(rumorsim.Kind.READ))


class Wrong(EarlyShares):
    """A measure that fails where it is told to."""

    name = "wrong"

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def start(self, facts: Facts) -> dict[str, int]:
        if self.where == "start":
            raise ValueError("in start")
        return super().start(facts)

    def observe(self, state: dict[str, int], batch: Batch) -> None:
        if self.where == "observe":
            raise ValueError("in observe")

    def value(self, state: dict[str, int]) -> Any:
        values = {"nan": {"a": {"b": float("nan")}}, "object": {"a": object()}, "number": 5}
        return values[self.where]
