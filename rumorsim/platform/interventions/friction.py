"""Friction: a whole platform makes sharing harder, by a prompt or a limit on forwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.units import Count, ZeroToOne
from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk


class Friction(Intervention):
    """Slow sharing on whole platforms: a prompt before each share, a limit on its receivers.

    The default is the effect of an accuracy prompt on the sharing of misinformation: -4.9%
    (Offer-Westort et al. 2024); Bak-Coleman et al. (2022) studied prompts of 5 to 40%.
    Messaging apps limit forwards to a few chats: WhatsApp reported 70% fewer highly
    forwarded messages after a limit of one.
    """

    target: ClassVar = "platform"
    for_readers: ClassVar = True
    summary: ClassVar = "prompts before sharing and limits on forwards, on whole platforms"

    kind: Literal["friction"] = Field("friction", description="share friction")
    friction: ZeroToOne = Field(
        0.951, description="factor on P(share) (accuracy prompt: -4.9%, Offer-Westort et al. 2024)"
    )
    forward_limit: Count | None = Field(
        None, description="a share goes to at most this many followers, drawn from all of them"
    )

    @model_validator(mode="after")
    def _does_something(self) -> Friction:
        if self.friction == 1 and self.forward_limit is None:
            raise ValueError("friction = 1 without forward_limit does nothing")
        return self

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        case.done.append(
            desk.add_friction(
                target, friction=self.friction, forward_limit=self.forward_limit, case=case
            )
        )
