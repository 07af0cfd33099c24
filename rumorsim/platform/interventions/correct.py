"""Correction: official accounts publish the story that answers another."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field
from typing_extensions import override

from rumorsim.common.errors import InputError
from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk
    from rumorsim.world.world import World


class Correct(Intervention):
    """Let official accounts publish a correction: every story that ``answers`` the target.

    A correction that is only published by order has ``schedule = { rate = "0 per day" }``.
    What reading it does is said by the correcting story: its ``correction``, ``convinces``
    and ``backfire``. Readers' own notes, with their delays, are ``crowd-note``.
    """

    target: ClassVar = "story"
    summary: ClassVar = "let official accounts publish a correction"
    for_good: ClassVar = True
    needs: ClassVar = frozenset({"correction"})

    kind: Literal["correct"] = Field("correct", description="official correction")
    authors: int = Field(
        1,
        ge=1,
        le=100_000,
        description="this many of the most followed official accounts publish it (assumption)",
    )

    @override
    def applies(self, desk: Desk, target: int) -> bool:
        return bool(desk.answers_to(target))

    @override
    def fits_world(self, world: World, key: str) -> None:
        if not world.accounts["official"].any():
            raise InputError(
                "no account is official: nobody could publish a correction",
                key=f"{key}.kind",
                value='"correct"',
                advice="give a kind of account official = true",
            )

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        world = desk.world
        may = (world.accounts["official"] != 0) & (world.accounts["can_post"] != 0)
        official = np.flatnonzero(may[: world.graph.accounts])
        case.found_moot = not len(official)
        most = np.argsort(-world.graph.follower_counts()[official], kind="stable")
        for correction in desk.answers_to(target):
            for author in official[most[: self.authors]].tolist():
                desk.correct(target, correction, author, case=case)
