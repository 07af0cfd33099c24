"""Daley-Kendall: two spreaders that meet both stop spreading."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.engine.models.base import Rumor, Terms

__all__ = ["DaleyKendall"]


class DaleyKendall(Rumor):
    """Meetings of pairs: when two spreaders meet, each may be stifled.

    Daley and Kendall, IMA Journal of Applied Mathematics 1 (1965). A pair of spreaders
    could meet from either side, so each side's contact counts with probability one half.
    """

    summary: ClassVar = "two spreaders that meet both stop spreading"

    kind: Literal["daley-kendall"] = Field("daley-kendall", description="Daley and Kendall 1965")

    @override
    def terms(self) -> Terms:
        return Terms(
            contacts=self.contacts,
            stifling=self.stifling,
            after=self.after,
            mutual=True,
            stop=self.forgets(),
            daily_curve=self.daily_curve,
        )
