"""Trending-list filtering: a story may spread, but not on the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk


class FilterTrending(Intervention):
    """Keep stories off the trending list: at once for who looks, and at every refresh."""

    target: ClassVar = "story"
    verb: ClassVar = "delist"
    summary: ClassVar = "keep stories off the trending list"
    needs: ClassVar = frozenset({"trending"})

    kind: Literal["filter-trending"] = Field(
        "filter-trending", description="trending-list filtering"
    )

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        case.done.append(desk.delist(target, case=case))
