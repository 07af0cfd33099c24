"""Promotion: sanctioned stories hold the pinned slot of the trending list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk


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

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        case.done.append(desk.promote(target, case=case))
