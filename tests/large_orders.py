"""A job whose runs take no time, with orders and results larger than any pipe holds."""

from __future__ import annotations

from dataclasses import dataclass

from rumorsim.studies.making import Made
from rumorsim.studies.orders import Order

__all__ = ["LARGE", "LargeJob", "large_order"]

LARGE = 2_000_000


def large_order(number: int) -> Order:
    return Order(f"order-{number}", "x" * LARGE, "none", number)


class LargeMaker:
    def make(self, order: Order) -> Made:
        return Made(order, record=bytes(LARGE))

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class LargeJob:
    def maker(self) -> LargeMaker:
        return LargeMaker()
