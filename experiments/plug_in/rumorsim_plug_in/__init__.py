"""An intervention, a measure and a follow graph that rumorsim finds by their entry points."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.graphs import FollowGraph
from rumorsim.graphs.made import GraphModel
from rumorsim.measures import Meaning, Measure
from rumorsim.platform.interventions import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk

__all__ = ["Loudest", "Ring", "ShadowBan"]


class ShadowBan(Intervention):
    """Show posts to a part of their readers only, without telling anybody."""

    target: ClassVar = "post"
    verb: ClassVar = "hide"
    summary: ClassVar = "show posts to a part of their readers only"

    kind: Literal["shadow-ban"] = Field("shadow-ban", description="shadow ban")
    visibility: float = Field(
        0.1, ge=0, le=1, description="share of readers who still see the post (assumption)"
    )

    def force(self) -> dict[str, float]:
        return {"visibility": self.visibility}

    def act(self, desk: Desk, target: int, case: Case) -> None:
        case.done.append(desk.hide(target, visibility=self.visibility, case=case))


class Loudest(Measure[Counter[int]]):
    """How many posts the account with most of them made."""

    name: ClassVar = "loudest"
    summary: ClassVar = "posts by the account that posts most"
    needs: ClassVar = frozenset({Kind.PUBLISH, Kind.SHARE})
    meanings: ClassVar = {"posts": Meaning("posts", "publications and shares by that account")}

    def start(self, facts: Facts) -> Counter[int]:
        return Counter()

    def observe(self, state: Counter[int], batch: Batch) -> None:
        state.update(batch.only(Kind.PUBLISH, Kind.SHARE).account.tolist())

    def value(self, state: Counter[int]) -> dict[str, Any]:
        return {"posts": max(state.values(), default=0)}


class Ring(GraphModel):
    """Accounts in a ring, each followed by those that come next."""

    kind: Literal["ring"]
    accounts: int = Field(ge=2, le=100_000_000, description="How many accounts there are.")
    neighbours: int = Field(2, ge=1, description="How many of the next ones follow each.")

    def follows_expected(self) -> float:
        return float(self.accounts) * self.neighbours

    def build(self, base_dir: Path) -> FollowGraph:
        count = min(self.neighbours, self.accounts - 1)
        steps = np.arange(1, count + 1)
        next_ones = (np.arange(self.accounts)[:, None] + steps) % self.accounts
        followers = np.sort(next_ones, axis=1).astype(np.int32).ravel()
        return FollowGraph(np.arange(self.accounts + 1, dtype=np.int64) * count, followers)
