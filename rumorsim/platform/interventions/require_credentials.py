"""Required credentials: who gives advice shows a qualification, or is silent."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.laws import Law, Lognormal, quantile_table, sample
from rumorsim.common.units import Names, ZeroToOne
from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk


def _a_few_days() -> Lognormal:
    return Lognormal(law="lognormal", median="3 d", sigma=1.0)  # type: ignore[arg-type]


class RequireCredentials(Intervention):
    """Ask accounts for credentials: until certified they are silent, or believed less.

    Whoever is not of the ``unqualified`` kinds is certified after ``certification``; the
    others never. So the rule hits the qualified too, for a time: count it as collateral.

    430,000 accounts that gave advice without qualification were dealt with in the spring 2023
    campaign of the Cyberspace Administration of China.
    """

    target: ClassVar = "account"
    verb: ClassVar = "require-credentials"
    verb_fields: ClassVar = ("credence", "silence")
    summary: ClassVar = "silence accounts until they show credentials"
    fields_of_kinds: ClassVar = ("guilty_kinds", "unqualified")

    kind: Literal["require-credentials"] = Field(
        "require-credentials", description="required credentials"
    )
    unqualified: Names = Field(
        (), description="accounts of these kinds have no credentials to show; others are certified"
    )
    certification: Law = Field(
        default_factory=_a_few_days,
        description="time until a qualified account is certified (assumption)",
    )
    silence: bool = Field(True, description="until certified it cannot post; false: it can")
    credence: ZeroToOne = Field(
        1.0, description="factor on P(share) of its posts until certified (assumption)"
    )

    @model_validator(mode="after")
    def _does_something(self) -> RequireCredentials:
        if not self.silence and self.credence == 1:
            raise ValueError("without silence, and with credence = 1, it does nothing")
        return self

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        super().act(desk, target, case)
        if not case.done[-1].moot and desk.kind_of(target) not in self.unqualified:
            desk.env.process(self._certify(desk, case))

    def _certify(self, desk: Desk, case: Case) -> Generator[Any, Any, None]:
        yield desk.env.timeout(sample(quantile_table(self.certification), case.words[3]))
        if case.done:
            desk.undo(case.done.pop(), reason="certified")
