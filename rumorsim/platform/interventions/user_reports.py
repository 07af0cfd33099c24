"""User reports: readers are asked to report, and some report out of malice."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.randomness import Purpose, address_word, philox, uniform
from rumorsim.common.units import PositiveDuration
from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk

AN_HOUR: Final[Any] = "1 h"


class UserReports(Intervention):
    """Ask readers to report stories: P(report | read) becomes ``factor`` times as large.

    ``brigade`` accounts report maliciously, each at its own moment within ``pace``: the post
    of the story that is shared most then, whatever it says. Reports do nothing by themselves;
    other interventions of the policy count them.

    Readers were asked to report in the campaign of spring 2023; how many more did is not
    published: all numbers are assumptions to sweep.
    """

    target: ClassVar = "story"
    for_readers: ClassVar = True
    summary: ClassVar = "invite readers to report stories; some reports are malicious"
    raises_reports: ClassVar = True

    kind: Literal["user-reports"] = Field("user-reports", description="user reports")
    factor: float = Field(
        2.0, ge=1, le=1e6, description="factor on P(report | read), cut at 1 (assumption)"
    )
    brigade: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="number of random accounts that report the story unread (assumption)",
    )
    pace: PositiveDuration = Field(
        AN_HOUR,
        description="with brigade: time within which they report, at random moments (assumption)",
    )

    @model_validator(mode="after")
    def _pace_goes_with_brigade(self) -> UserReports:
        if self.pace != 1 and not self.brigade:
            raise ValueError("pace goes with brigade")
        if self.brigade and self.readers != "all":
            raise ValueError("a brigade reports whatever it is shown: remove it, or readers")
        if self.factor == 1 and not self.brigade:
            raise ValueError("factor = 1 without a brigade does nothing")
        return self

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        case.done.append(desk.ask_readers(target, factor=self.factor, case=case))
        if self.brigade:
            desk.env.process(self._report(desk, target, case))

    def _report(self, desk: Desk, story: int, case: Case) -> Generator[Any, Any, None]:
        """Each of the brigade at its moment, in order of time, while the case is in force."""
        accounts = desk.world.graph.accounts
        luck = case.words[2] | (case.words[3] << 32)
        begin = desk.now
        raid = []
        for i in range(self.brigade):
            who, when, _, _ = philox(luck, address_word(Purpose.CASE), i, 0, 0)
            raid.append((begin + self.pace * uniform(when), (who * accounts) >> 32))
        for time, account in sorted(raid):
            yield desk.env.timeout_until(time)
            if not case.done:
                return
            post = desk.world.top_post(None, story)
            if post >= 0:
                desk.engine.report_now(post, account)
