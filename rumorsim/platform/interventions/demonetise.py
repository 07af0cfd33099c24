"""Demonetisation: the account stays and earns nothing; who posts for money posts less."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.platform.interventions.base import Intervention


class Demonetise(Intervention):
    """Suspend what accounts earn for ``duration``, or revoke it for good.

    Posting follows income as far as an account depends on it: ``dependence`` of its kind.
    Suspended and revoked earnings are among the 930,000 lesser penalties counted in the
    spring 2023 campaign of the Cyberspace Administration of China.
    """

    target: ClassVar = "account"
    verb: ClassVar = "demonetise"
    verb_fields: ClassVar = ("keep",)
    summary: ClassVar = "suspend or revoke what accounts earn; posting follows income"

    kind: Literal["demonetise"] = Field("demonetise", description="demonetisation")
    keep: float = Field(
        0.0, ge=0, lt=1, description="share of its earnings that an account keeps (assumption)"
    )

    @property
    @override
    def keeps_earnings(self) -> float:
        return self.keep
