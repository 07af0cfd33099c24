"""Priors: what is believed of a parameter before the data, each a map of a standard normal.

All inference works on standard normal numbers; a prior says which value a number stands for, by
its own quantiles. So every prior looks alike to the method, proposals never leave its support,
and how far a posterior shrank means the same for each.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.settings import Model
from rumorsim.studies.sweep.parameters import Value

Array = NDArray[np.float64]


class PriorModel(Model):
    """What every prior has."""

    def quantile(self, part: float) -> float:
        """The value below which the prior has ``part`` of its mass, in (0, 1)."""
        raise NotImplementedError

    def value(self, z: float) -> Any:
        """The value that the standard normal number ``z`` stands for."""
        from scipy.special import ndtr

        return self.quantile(float(np.clip(ndtr(z), 1e-15, 1 - 1e-15)))


class _Range(PriorModel):
    low: float = Field(description="from here")
    high: float = Field(description="to here")

    @model_validator(mode="after")
    def _in_order(self) -> _Range:
        if not self.low < self.high:
            raise ValueError("low must be less than high")
        return self


class Uniform(_Range):
    """Every value from low to high alike."""

    prior: Literal["uniform"] = Field("uniform", description="every value alike")

    @override
    def quantile(self, part: float) -> float:
        return self.low + (self.high - self.low) * part


class LogUniform(_Range):
    """Every ratio from low to high alike."""

    prior: Literal["log-uniform"] = Field("log-uniform", description="every ratio alike")

    @model_validator(mode="after")
    def _positive(self) -> LogUniform:
        if self.low <= 0:
            raise ValueError("low must be more than 0")
        return self

    @override
    def quantile(self, part: float) -> float:
        return float(np.exp(np.log(self.low) + np.log(self.high / self.low) * part))


class Normal(PriorModel):
    """A normal law, cut at low and high where these are given."""

    prior: Literal["normal"] = Field("normal", description="a normal law")
    mean: float = Field(description="its mean before it is cut")
    sd: float = Field(gt=0, description="its standard deviation before it is cut")
    low: float | None = Field(None, description="no value below this")
    high: float | None = Field(None, description="no value above this")

    @model_validator(mode="after")
    def _has_values(self) -> Normal:
        low, high = self._parts()
        if not high - low > 1e-9:
            raise ValueError("low and high leave next to nothing of the law")
        return self

    def _parts(self) -> tuple[float, float]:
        from scipy.special import ndtr

        low = 0.0 if self.low is None else float(ndtr((self.low - self.mean) / self.sd))
        high = 1.0 if self.high is None else float(ndtr((self.high - self.mean) / self.sd))
        return low, high

    @override
    def quantile(self, part: float) -> float:
        from scipy.special import ndtri

        low, high = self._parts()
        found = self.mean + self.sd * float(ndtri(low + (high - low) * part))
        found = found if self.low is None else max(found, self.low)
        return found if self.high is None else min(found, self.high)


class Beta(PriorModel):
    """A beta law, stretched from low to high."""

    prior: Literal["beta"] = Field("beta", description="a beta law")
    a: float = Field(gt=0, le=1e6, description="its first shape")
    b: float = Field(gt=0, le=1e6, description="its second shape")
    low: float = Field(0.0, description="where it begins")
    high: float = Field(1.0, description="where it ends")

    @model_validator(mode="after")
    def _in_order(self) -> Beta:
        if not self.low < self.high:
            raise ValueError("low must be less than high")
        return self

    @override
    def quantile(self, part: float) -> float:
        from scipy.special import betaincinv

        return self.low + (self.high - self.low) * float(betaincinv(self.a, self.b, part))


class Choice(PriorModel):
    """One of several values."""

    prior: Literal["choice"] = Field("choice", description="one of several values")
    values: tuple[Value, ...] = Field(
        strict=False, min_length=2, max_length=1000, description="the values, in an order"
    )
    weights: tuple[Annotated[float, Field(gt=0)], ...] | None = Field(
        None, strict=False, description="how much each is believed; absent: all alike"
    )

    @model_validator(mode="after")
    def _fits(self) -> Choice:
        if self.weights is not None and len(self.weights) != len(self.values):
            raise ValueError("weights must be as many as values")
        return self

    @override
    def value(self, z: float) -> Any:
        from scipy.special import ndtr

        weights = np.ones(len(self.values)) if self.weights is None else np.array(self.weights)
        ends = np.cumsum(weights / weights.sum())
        place = int(np.searchsorted(ends, float(ndtr(z)), side="right"))
        return self.values[min(place, len(self.values) - 1)]


AnyPrior = Annotated[Uniform | LogUniform | Normal | Beta | Choice, Field(discriminator="prior")]
#: The names of the priors.
PRIORS: Final = tuple(
    each.model_fields["prior"].default for each in get_args(get_args(AnyPrior)[0])
)
