"""Trending-list filtering: a story may spread, but not on the list."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention


class FilterTrending(Intervention):
    """Keep stories off the trending list: at once for who looks, and at every refresh."""

    target: ClassVar = "story"
    verb: ClassVar = "delist"
    for_readers: ClassVar = True
    summary: ClassVar = "keep stories off the trending list"
    needs: ClassVar = frozenset({"trending"})

    kind: Literal["filter-trending"] = Field(
        "filter-trending", description="trending-list filtering"
    )
