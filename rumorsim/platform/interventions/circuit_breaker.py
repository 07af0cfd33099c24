"""Circuit breaker: whatever spreads fastest is slowed, whatever it says."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.units import Count, ZeroToOne
from rumorsim.platform.interventions.base import Intervention


class CircuitBreaker(Intervention):
    """Slow stories that spread fast.

    P(share) keeps ``flow``; unless ``amplified``, the story is also kept off the trending list,
    recommendations and push.

    The default is the breaker of Bak-Coleman et al. (2022), which takes 10% of virality.
    Give ``when`` a window, and an off-threshold to release what has calmed down.
    """

    target: ClassVar = "story"
    verb: ClassVar = "slow"
    verb_fields: ClassVar = ("flow", "amplified")
    for_readers: ClassVar = True
    summary: ClassVar = "slow the stories that spread fastest, whatever their content"

    kind: Literal["circuit-breaker"] = Field("circuit-breaker", description="circuit breaker")
    flow: ZeroToOne = Field(
        0.9, description="factor on P(share) of a slowed story (-10%, Bak-Coleman et al. 2022)"
    )
    amplified: bool = Field(
        True, description="surfaces and push go on showing it; false: while slowed, none does"
    )
    fastest: Count | None = Field(
        None, description="with a window in when: only this many of the fastest at the threshold"
    )

    @model_validator(mode="after")
    def _fastest_within_windows(self) -> CircuitBreaker:
        if self.fastest is not None and self.when.window is None:
            raise ValueError("fastest goes with a window in when")
        return self

    @override
    def pick(self, targets: list[int], counts: Any) -> list[int]:
        ranked = sorted(targets, key=lambda target: (-int(counts[target]), target))
        return ranked[: self.fastest]
