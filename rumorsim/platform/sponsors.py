"""Sponsors: who pays for what adversaries do, and what is left to pay with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

#: Hears of (story, account, money); story -1 for a fine.
Teller = Callable[[int, int, float], None]


@dataclass(eq=False)
class Sponsor:
    """One purse, in money, and the accounts that were paid from it.

    ``record_payment`` hears of all that goes out of it, or into it (negative).
    """

    purse: float
    record_payment: Teller = lambda story, account, money: None
    paid: set[int] = field(default_factory=set)

    def pay(self, account: int, price: float, story: int) -> bool:
        """Pay an account (-1: nobody known) for a story if the purse allows; whether it does."""
        if self.purse < price:
            return False
        self.purse -= price
        self.paid.add(account)
        self.record_payment(story, account, price)
        return True

    def take_in(self, account: int, money: float, story: int) -> None:
        """Put the ransom that an account asked, for silence about a story, into the purse."""
        self.purse += money
        self.record_payment(story, account, -money)

    def fine(self, account: int, money: float) -> float:
        """Take so much from the purse, or all there is: what ``account`` led to."""
        taken = min(self.purse, money)
        self.purse -= taken
        self.record_payment(-1, account, taken)
        return taken
