"""What people write under [observation]: which cascades a data set would hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from rumorsim.common.settings import Model
from rumorsim.common.units import Names, PositiveDuration
from rumorsim.events.stream import ObservationFacts

_Shares = Annotated[int, Field(ge=0, le=2**31 - 2)]


class Observation(Model):
    """Which cascades a data set of this world would hold: for the measure ``spread``.

    A data set of real cascades rarely holds all there were, whole. What is simulated can be
    held against it only if the same is left out. First the shares that come too late are left
    out; what is left has to be of the right size.

    Example::

        Observation(sizes=[100, 999], age="30 d")
    """

    sizes: tuple[_Shares, ...] | None = Field(
        None,
        strict=False,
        min_length=1,
        max_length=2,
        description="least and largest number of shares of a cascade, both included; one number"
        " alone is the least, and [0, 999] is at most 999; absent: any size",
    )
    age: PositiveDuration | None = Field(
        None,
        description="shares made later than this after the original are left out; absent: none is",
    )
    statistics: Names = Field(
        (),
        description="statistics of spread of other packages, by name, to be taken beside those of"
        " rumorsim",
    )

    @field_validator("sizes")
    @classmethod
    def _in_order(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if value is not None and value[0] > value[-1]:
            raise ValueError("the least size must not be above the largest")
        return value

    def facts(self) -> ObservationFacts:
        """The same for measures."""
        sizes = self.sizes or (0,)
        most = sizes[1] if len(sizes) == 2 else None
        return ObservationFacts(sizes[0], most, self.age, self.statistics)
