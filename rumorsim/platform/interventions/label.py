"""Label: a warning on a post, which fewer readers then share."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.common.units import ZeroToOne
from rumorsim.platform.interventions.base import Intervention

#: Reposts fell by 46% once a community note was attached (Slaughter et al., PNAS 2025).
AFTER_A_NOTE = 0.54


class Label(Intervention):
    """Put a warning on posts.

    P(share) of a labelled post, and of every share of a labelled original, keeps ``credence``.

    The default is what a community note did to reposts on X: -46% (Slaughter et al., PNAS
    2025); Chuai et al. (2024) found -62%. Labels by platforms may do less: sweep it.
    """

    target: ClassVar = "post"
    verb: ClassVar = "label"
    verb_fields: ClassVar = ("credence",)
    for_readers: ClassVar = True
    summary: ClassVar = "put a warning on posts"

    kind: Literal["label"] = Field("label", description="warning label")
    credence: ZeroToOne = Field(
        AFTER_A_NOTE,
        description="factor on P(share) of a labelled post (reposts after a community note:"
        " -46%, Slaughter et al. 2025)",
    )
