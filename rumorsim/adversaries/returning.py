"""What those who come back after a closure share: who, after how long, with how many followers."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.base import Adversary, Luck, of_kinds
from rumorsim.common.laws import Law, Lognormal, quantile_table, round24, sample
from rumorsim.common.randomness import uniform
from rumorsim.common.units import Duration, Names, ZeroToOne

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.world.people import People
    from rumorsim.world.world import World

#: Followers come back in steps of this many hours.
STEP = 6.0


class Returning(Adversary):
    """Base of adversaries whose closed accounts are taken up by new ones.

    A new account begins without followers and wins back ``regained`` of those the first
    one had at the start, half of what is missing in each ``half_life``. Whoever was
    arrested does not come back.
    """

    kinds: Names = Field((), description="accounts of these kinds; empty: of any")
    chance: ZeroToOne = Field(1.0, description="P(it comes back | closed) (assumption)")
    delay: Law = Field(
        default_factory=lambda: Lognormal(law="lognormal", median="2 d", sigma=1.0),  # type: ignore[arg-type]
        description="from the closure to the new account (assumption)",
    )
    regained: ZeroToOne = Field(
        0.5, description="share of the followers regained at last (assumption)"
    )
    half_life: Duration = Field(
        "7 d",  # type: ignore[assignment]
        description="time in which half of them are back (assumption); 0: at once",
    )
    times: int = Field(
        1, ge=1, le=100, description="how often an account comes back at most (assumption)"
    )

    @override
    def reserve(self, people: People, graph: FollowGraph) -> tuple[NDArray[np.int64], int]:
        return of_kinds(people, self.kinds), self.times

    @override
    def start(self, scene: Scene, ordinal: int) -> None:
        luck = Luck.of(scene.world, self, ordinal)
        origin = scene.world.reserve.origin
        theirs = frozenset(of_kinds(scene.world.people, self.kinds).tolist())
        often: dict[int, int] = {}
        table = quantile_table(self.delay)

        def closed(account: int) -> None:
            first = int(origin[account])
            number = often.get(first, 0)
            if first not in theirs or number >= self.times or not self.active(scene.env.now):
                return
            often[first] = number + 1
            coin, wait, _, _ = luck.words(first, number)
            if uniform(coin) < self.chance:
                scene.env.process(self._come_back(scene, account, sample(table, wait)))

        scene.when_closed(closed)

    def where(self, scene: Scene) -> int | None:
        """Where the new account is; None: where the old one was."""
        return None

    def _come_back(self, scene: Scene, account: int, wait: float) -> Generator[Any, Any, None]:
        yield scene.env.timeout(wait)
        world = scene.world
        back = not scene.desk.gone("account", account) or world.heir_of(account) >= 0
        heir = scene.fresh_heir(account)
        if back or scene.arrested(account) or heir < 0:
            return
        levers = scene.desk.levers
        factor = levers.put("accounts", "audience", heir, 0.0)
        succeed(scene.world, account, heir, self.where(scene))
        if self.half_life == 0:
            levers.lift(factor)
            levers.put("accounts", "audience", heir, self.regained)
            return
        kept = float(round24(2.0 ** (-STEP / self.half_life)))
        missing = self.regained
        while missing > 1e-4:
            yield scene.env.timeout(STEP)
            missing *= kept
            levers.lift(factor)
            factor = levers.put("accounts", "audience", heir, self.regained - missing)


def succeed(world: World, account: int, heir: int, platform: int | None = None) -> None:
    """``heir`` (a row of the reserve) takes the place of ``account`` from now on.

    It posts what the other had planned and reads what the other would have read, with the
    trust and the fear its person has by now; on another ``platform`` if one is given.
    ValueError where the heir is not of the same origin or has begun already.
    """
    origin = world.reserve.origin
    profiles = world.profiles
    if heir < world.graph.accounts or origin[heir] != origin[account]:
        raise ValueError(f"account {heir} is not laid out to succeed account {account}")
    if (world.heirs == heir).any() or world.heir_of(account) >= 0:
        raise ValueError(f"account {account} has a successor, or {heir} succeeds another")
    world.memory["touched"] = 1
    for column in ("trust", "chill"):
        profiles[column][heir] = profiles[column][account]
    if platform is not None:
        world.platform[heir] = platform
    world.heirs[account] = heir
