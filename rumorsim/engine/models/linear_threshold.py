"""Linear threshold: an account shares once enough of its followees have shared."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.common.laws import Fixed, Law
from rumorsim.engine.models.base import ContactModel, Terms

__all__ = ["LinearThreshold"]

#: The rounds of Kempe et al.
A_ROUND = Fixed.model_validate({"law": "fixed", "time": "1 h"})


class LinearThreshold(ContactModel):
    """The weights of the followees that told an account add up; at its threshold it shares.

    Granovetter, American Journal of Sociology 83 (1978); Kempe, Kleinberg and Tardos,
    KDD 2003, whose thresholds are uniform. A followee counts once a story, with the follow's
    weight times the story's ``appeal`` (1 in the papers); what it told is not taken back.
    """

    summary: ClassVar = "an account shares once enough of its followees have shared"

    kind: Literal["linear-threshold"] = Field(
        "linear-threshold", description="Granovetter 1978; Kempe, Kleinberg and Tardos 2003"
    )
    threshold: Annotated[float, Field(gt=0, le=1)] | Literal["uniform"] = Field(
        "uniform",
        description="sum of weights that persuades: the same for all, or uniform on (0, 1) for"
        " each account and story",
    )
    weights: Literal["one-over-followees", "graph"] = Field(
        "one-over-followees",
        description="weight of a follow: one over the follower's followees, or the graph's own",
    )
    delay: Law = Field(
        A_ROUND,
        validate_default=False,
        description="from a share to its reading by a follower (default: rounds of 1 h)",
    )

    @override
    def terms(self) -> Terms:
        return Terms(
            by_threshold=True,
            threshold=None if self.threshold == "uniform" else self.threshold,
            delay=self.delay,
            follow_weight=self.weights,
            daily_curve=self.daily_curve,
        )
