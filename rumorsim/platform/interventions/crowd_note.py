"""Crowd note: readers write a note beneath a post, as slowly as they do on X."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.laws import Law, Quantiles
from rumorsim.common.randomness import uniform
from rumorsim.common.units import ZeroToOne
from rumorsim.platform.interventions.base import Intervention
from rumorsim.platform.interventions.label import AFTER_A_NOTE

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk

#: Quartiles of the delay from post to note on X (CommunityNotesSim, 2023).
DEPLOYMENT: Final[Any] = ("271 min", "572 min", "1177 min")


def _deployment() -> Quantiles:
    return Quantiles(law="quantiles", probabilities=(0.25, 0.5, 0.75), times=DEPLOYMENT)


class CrowdNote(Intervention):
    """Let readers correct posts by notes: labels that come late.

    A note may also make the author take the post down.

    Delays are those of Community Notes on X: a quarter within 271 minutes, half within 572,
    three quarters within 1,177 (CommunityNotesSim, 2023). A note more than doubles the odds
    that the author deletes the post (+103.4%, Chuai et al. 2024); how often that happens
    without one is not published with it, so ``withdrawal`` is an assumption, 0 by default.
    """

    target: ClassVar = "post"
    verb: ClassVar = "label"
    verb_fields: ClassVar = ("credence",)
    for_readers: ClassVar = True
    summary: ClassVar = "notes by readers beneath posts, with the delays of X"

    kind: Literal["crowd-note"] = Field("crowd-note", description="community note")
    delay: Law = Field(
        default_factory=_deployment,
        description="from the trigger to the note (default: quartiles of X)",
    )
    credence: ZeroToOne = Field(
        AFTER_A_NOTE, description="factor on P(share) of a noted post (-46%, Slaughter et al. 2025)"
    )
    withdrawal: ZeroToOne = Field(
        0.0, description="P(the author then takes the post down) (assumption)"
    )

    @model_validator(mode="after")
    def _withdrawn_for_all(self) -> CrowdNote:
        if self.readers != "all" and self.withdrawal:
            raise ValueError("what its author withdraws is gone for all readers: remove withdrawal")
        return self

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        super().act(desk, target, case)
        if not case.done[-1].moot and uniform(case.words[3]) < self.withdrawal:
            case.done.append(desk.delete(target, reason="withdrawn by its author", case=case))
