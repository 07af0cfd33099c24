"""Sponsors: who pays for what adversaries do, and what is left to pay with."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Sponsor"]


@dataclass(eq=False)
class Sponsor:
    """One purse, in money, and the accounts that were paid from it."""

    purse: float
    paid: set[int] = field(default_factory=set)

    def pay(self, account: int, price: float) -> bool:
        """Pay an account if the purse allows it; whether it does."""
        if self.purse < price:
            return False
        self.purse -= price
        self.paid.add(account)
        return True

    def take_in(self, money: float) -> None:
        """Put money into the purse."""
        self.purse += money

    def fine(self, money: float) -> float:
        """Take so much from the purse, or all there is; what was taken."""
        taken = min(self.purse, money)
        self.purse -= taken
        return taken
