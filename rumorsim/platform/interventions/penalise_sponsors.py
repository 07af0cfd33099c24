"""Penalties for sponsors: who pays for posts is traced and fined."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk
    from rumorsim.platform.sponsors import Sponsor


class PenaliseSponsors(Intervention):
    """Trace who paid an account and fine them, so that less is left to pay with.

    A case starts from an account that was paid (by ``paid-posters``, ``fake-engagement`` or
    ``blackmail``) and ends with a fine for each sponsor with money left; where there is
    none it is dismissed. Whether a trace succeeds is ``sensitivity``, how long it takes
    ``delay``.
    """

    target: ClassVar = "account"
    summary: ClassVar = "trace and fine sponsors of posts"
    for_good: ClassVar = True

    kind: Literal["penalise-sponsors"] = Field(
        "penalise-sponsors", description="fines for sponsors"
    )
    fine: float = Field(
        1e15, gt=0, le=1e15, description="money taken from each sponsor found (assumption)"
    )

    def moot(self, desk: Desk, target: int) -> bool:
        """Who paid an account that is closed can be traced from it."""
        return False

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        for sponsor in self._sponsors(desk, target):
            taken = sponsor.fine(target, self.fine)
            desk.fine(target, reason=f"sponsor fined {taken:g}", case=case)

    @staticmethod
    def _sponsors(desk: Desk, account: int) -> list[Sponsor]:
        return [each for each in desk.sponsors if account in each.paid and each.purse > 0]
