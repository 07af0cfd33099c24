"""Laws of a positive factor with mean 1: how things of one description differ from each other.

Their quantiles are tables, made once and rounded to 24 significant bits as all tables of
``rumorsim.common.laws`` are, so that the same word is the same factor on every machine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rumorsim.common.laws import Array, gamma_table, sample_array, table_of
from rumorsim.common.settings import Model


class GammaFactor(Model):
    """A gamma law with mean 1; its variance is 1 / shape."""

    law: Literal["gamma"] = Field("gamma", description="gamma law with mean 1")
    shape: float = Field(
        ge=0.001,
        le=1e6,
        description="shape; the variance is 1 / shape, below 1 most factors are small",
    )

    def table(self) -> Array:
        """Its quantiles as ``laws.sample_array`` reads them; float64 [TABLE_SIZE]."""
        return gamma_table(self.shape)


class LognormalFactor(Model):
    """A lognormal law with mean 1; its median is exp(-sigma^2 / 2)."""

    law: Literal["lognormal"] = Field("lognormal", description="lognormal law with mean 1")
    sigma: float = Field(
        ge=0, le=10, description="standard deviation of the natural logarithm; 0: every factor is 1"
    )

    def table(self) -> Array:
        """Its quantiles as ``laws.sample_array`` reads them; float64 [TABLE_SIZE]."""
        return _lognormal_table(self.sigma)


FactorLaw = Annotated[GammaFactor | LognormalFactor, Field(discriminator="law")]


def factors_at(law: GammaFactor | LognormalFactor, words: NDArray[np.uint64]) -> Array:
    """The factor at each 32-bit word; float64 of the same shape, mean 1 over all words."""
    return sample_array(law.table(), words)


@lru_cache(maxsize=256)
def _lognormal_table(sigma: float) -> Array:
    from scipy import special

    def quantile(lower: Array, upper: Array) -> Array:
        normal = np.where(lower < 0.5, special.ndtri(lower), -special.ndtri(upper))
        factors: Array = np.exp(sigma * normal - sigma * sigma / 2)
        return factors

    return table_of(quantile)
