"""The strike ladder: each further strike brings the next penalty, up to closure."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.common.units import PositiveDuration
from rumorsim.platform.interventions.base import Intervention
from rumorsim.platform.interventions.cases import Caseload
from rumorsim.platform.interventions.penalties import PENALTIES, Penalty, penalise

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk


class StrikeLadder(Intervention):
    """Give accounts strikes: the n-th brings the n-th penalty, the last one stays the last.

    Every case against an account is a strike; a count in ``when`` brings the next strike
    after as many more reports, shares or reach. A step that the account is under already is
    skipped for the next harder one. The statement of the Cyberspace
    Administration of China of 22 May 2023 names removal of followers, suspended or revoked
    earnings, deletion and closure; that they come in this order is an assumption. Three
    strikes and a ban (``steps = ["warn", "warn", "close"]``) is the rule studied by
    Bak-Coleman et al. (Nature Human Behaviour 2022).
    """

    target: ClassVar = "account"
    summary: ClassVar = "a harder penalty with each strike: warn, delete, suspend ... close"

    kind: Literal["strike-ladder"] = Field("strike-ladder", description="strike ladder")
    steps: tuple[Penalty, ...] = Field(
        PENALTIES,
        strict=False,
        min_length=1,
        max_length=100,
        description="the penalty of each strike, the first one first",
    )
    suspension: PositiveDuration = Field(
        "7 d",  # type: ignore[assignment]
        description="how long the step suspend lasts (assumption)",
    )
    lapse: PositiveDuration | None = Field(
        None, description="how long a strike counts; absent: permanently"
    )

    @override
    def applies(self, desk: Desk, target: int) -> bool:
        return bool(desk.world.accounts["visible"][target])

    @override
    def start(self, desk: Desk, place: int, ordinal: int) -> None:
        _Strikes(self, place, ordinal, desk).start()


class _Strikes(Caseload):
    """Cases of a ladder: an account may come up again until it is on the last step."""

    intervention: StrikeLadder
    often = 2**31
    repeats = True

    def __init__(self, ladder: StrikeLadder, place: int, ordinal: int, desk: Desk) -> None:
        super().__init__(ladder, place, ordinal, desk)
        self._given: dict[int, list[float]] = {}

    def _strikes(self, account: int) -> int:
        """Strikes that count now."""
        lapse = self.intervention.lapse
        given = self._given.get(account, [])
        return len(given) if lapse is None else sum(t + lapse > self.desk.now for t in given)

    def _act(self, case: Case) -> None:
        steps = self.intervention.steps
        step = min(self._strikes(case.target), len(steps) - 1)
        self._given.setdefault(case.target, []).append(self.desk.now)
        penalise(self.desk, steps[step], case.target, case, self.intervention.suspension)
