"""Removal of followers: the account stays and speaks to nobody."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.units import ZeroToOne
from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk


class RemoveFollowers(Intervention):
    """Remove followers (all unless ``keep``); they may come back at ``regrowth`` a day.

    "Emptying the followers" of an account is among the 930,000 lesser penalties counted in
    the spring 2023 campaign. Regrowth has no published rate: an assumption to sweep.
    """

    target: ClassVar = "account"
    verb: ClassVar = "remove-followers"
    verb_fields: ClassVar = ("keep",)
    summary: ClassVar = "cut the follows of an account's followers"

    kind: Literal["remove-followers"] = Field(
        "remove-followers", description="removal of followers"
    )
    keep: float = Field(0.0, ge=0, lt=1, description="share of followers that stays")
    regrowth: ZeroToOne = Field(
        0.0, description="share of the lost followers that is back after each day"
    )

    @model_validator(mode="after")
    def _regrowth_or_duration(self) -> RemoveFollowers:
        if self.regrowth and self.duration is not None:
            raise ValueError("regrowth and duration are two ways to end it: choose one")
        return self

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        super().act(desk, target, case)
        if self.regrowth and not case.done[-1].moot:
            desk.env.process(self._regrow(desk, target, case))

    def _regrow(self, desk: Desk, target: int, case: Case) -> Generator[Any, Any, None]:
        """Each day the missing share shrinks by ``regrowth``, until all are back."""
        missing = 1.0 - self.keep
        while True:
            yield desk.env.timeout(24.0)
            if not case.done or case.done[-1].undone:
                return
            missing *= 1.0 - self.regrowth
            if missing <= 1e-6:
                desk.undo(case.done.pop(), reason="followers regained")
                return
            desk.undo(case.done.pop(), quietly=True)
            case.done.append(
                desk.remove_followers(target, keep=1.0 - missing, case=case, quietly=True)
            )
