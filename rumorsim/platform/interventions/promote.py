"""Promotion: sanctioned stories hold the pinned slot of the trending list."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention


class Promote(Intervention):
    """Pin stories above the trending list, from the next refresh on.

    Where more are promoted than there are pinned slots, the first in the scenario are shown.
    Weibo's list has one pinned slot; "government-sanctioned stories" are to be promoted
    under the rules of February 2021.
    """

    target: ClassVar = "story"
    verb: ClassVar = "promote"
    summary: ClassVar = "pin sanctioned stories above the trending list"
    needs: ClassVar = frozenset({"pinned slot"})

    kind: Literal["promote"] = Field("promote", description="promotion into the pinned slot")
