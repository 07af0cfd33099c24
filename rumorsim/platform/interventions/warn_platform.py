"""A summons: the regulator warns a platform, which over-enforces for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.common.units import PositiveDuration
from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk


class WarnPlatform(Intervention):
    """Summon a platform: for ``duration`` its desk is ``strictness`` times as strict.

    Thresholds of all other interventions are divided by it and false positives multiplied:
    who fears a penalty for what it leaves up takes down too much. WeChat and Weibo were
    summoned in the campaign of autumn 2018 (statement of the Cyberspace Administration of
    China, 12 November 2018). How much stricter they became was not published.
    """

    target: ClassVar = "platform"
    summary: ClassVar = "summon a platform: its desk over-enforces for a while"

    kind: Literal["warn-platform"] = Field("warn-platform", description="summons")
    strictness: float = Field(
        2.0,
        gt=1,
        le=1000,
        description="thresholds are divided by it, false positives multiplied (assumption)",
    )
    duration: PositiveDuration = Field(
        "30 d",  # type: ignore[assignment]
        description="how long the effect lasts (assumption)",
    )

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        case.done.append(desk.warn_platform(target, strictness=self.strictness, case=case))
