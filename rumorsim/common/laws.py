"""Laws of chance as configuration, and as tables the loop can read.

A law is a frozen model whose ``quantile`` gives hours for probabilities. What needs exp,
log or pow happens here, once, when a world is built: :func:`quantile_table` turns a law
into a table indexed by a 32-bit word, refined by halving towards both tails (64 bins an
octave down to 2**-26, each of the last 64 words by itself), entries rounded to 24
significant bits. Between entries the loop interpolates linearly: + - x / only.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, model_validator
from typing_extensions import override

from rumorsim.common.settings import Model
from rumorsim.common.units import Duration, PositiveDuration

Array = NDArray[np.float64]

_BINS: Final = 64
_OCTAVES: Final = 25
#: Entries of one tail: words 0..63, then 64 bins for each octave, then the far edge.
TAIL_SIZE: Final = (_OCTAVES + 1) * _BINS + 1
#: Entries of a whole table: the lower tail, then the upper.
TABLE_SIZE: Final = 2 * TAIL_SIZE
#: Bits of a float64 below the six that number the bin, and what its bits above them are at word 32.
_OFFSET_BITS: Final = 46
_FIRST_CELL: Final = (1023 + 5) * _BINS


class _Law(Model):
    """What every law has."""

    def quantile(self, lower: Array, upper: Array) -> Array:
        """Hours at probability ``lower``; ``upper`` is 1 - lower, exact in the far tail."""
        raise NotImplementedError

    def mean(self) -> float:
        """Expected time in hours."""
        raise NotImplementedError


class Fixed(_Law):
    """Always the same time."""

    law: Literal["fixed"] = Field("fixed", description="always the same time")
    time: Duration = Field(description="the time")

    @override
    def quantile(self, lower: Array, upper: Array) -> Array:
        return np.full(lower.shape, self.time)

    @override
    def mean(self) -> float:
        return self.time


class Exponential(_Law):
    """Memoryless: a constant hazard."""

    law: Literal["exponential"] = Field("exponential", description="memoryless waiting time")
    mean_time: PositiveDuration = Field(alias="mean", description="mean time")

    model_config = ConfigDict(populate_by_name=True)

    @override
    def quantile(self, lower: Array, upper: Array) -> Array:
        """Hours at probability ``lower``, as for :meth:`Fixed.quantile`."""
        return -self.mean_time * _log_upper(lower, upper)

    @override
    def mean(self) -> float:
        """Expected time in hours."""
        return self.mean_time


class Lognormal(_Law):
    """The logarithm of the time is normal."""

    law: Literal["lognormal"] = Field("lognormal", description="normal on the logarithmic scale")
    median: PositiveDuration = Field(description="median time")
    sigma: float = Field(ge=0, le=20, description="standard deviation of the natural logarithm")

    @override
    def quantile(self, lower: Array, upper: Array) -> Array:
        """Hours at probability ``lower``, as for :meth:`Fixed.quantile`."""
        # Slow to import, and only needed once there is a world to build.
        from scipy import special

        normal = np.where(lower < 0.5, special.ndtri(lower), -special.ndtri(upper))
        times: Array = self.median * np.exp(self.sigma * normal)
        return times

    @override
    def mean(self) -> float:
        """Expected time in hours."""
        return self.median * math.exp(self.sigma**2 / 2)


class Lomax(_Law):
    """Pareto from zero: waits of people whose rates are gamma distributed."""

    law: Literal["lomax"] = Field("lomax", description="Pareto law that starts at zero")
    shape: float = Field(gt=0, le=100, description="tail exponent of P(time > t)")
    scale: PositiveDuration = Field(description="time scale")

    @override
    def quantile(self, lower: Array, upper: Array) -> Array:
        """Hours at probability ``lower``, as for :meth:`Fixed.quantile`."""
        return self.scale * np.expm1(-_log_upper(lower, upper) / self.shape)

    @override
    def mean(self) -> float:
        """Expected time in hours, infinite where the tail is too heavy."""
        return self.scale / (self.shape - 1) if self.shape > 1 else math.inf


class Weibull(_Law):
    """Stretched or compressed exponential."""

    law: Literal["weibull"] = Field("weibull", description="stretched exponential")
    shape: float = Field(gt=0.05, le=100, description="exponent; below 1 is heavy-tailed")
    scale: PositiveDuration = Field(description="time scale")

    @override
    def quantile(self, lower: Array, upper: Array) -> Array:
        """Hours at probability ``lower``, as for :meth:`Fixed.quantile`."""
        return self.scale * (-_log_upper(lower, upper)) ** (1 / self.shape)

    @override
    def mean(self) -> float:
        """Expected time in hours."""
        return self.scale * math.gamma(1 + 1 / self.shape)


class PowerLaw(_Law):
    """Constant density up to ``flat_until``, then density falling as a power of time.

    The memory kernel of SEISMIC (Zhao et al., KDD 2015), normalised to one.
    """

    law: Literal["power-law"] = Field("power-law", description="flat top, then a power law")
    flat_until: PositiveDuration = Field(description="the density is constant up to here")
    exponent: float = Field(gt=1, le=100, description="exponent of the density beyond")

    @override
    def quantile(self, lower: Array, upper: Array) -> Array:
        """Hours at probability ``lower``, as for :meth:`Fixed.quantile`."""
        theta = self.exponent - 1
        # density c on [0, s), c (t/s)^-(1+theta) beyond: mass c s and c s / theta.
        tail_mass = 1 / (1 + theta)
        flat = self.flat_until * lower / (1 - tail_mass)
        with np.errstate(over="ignore"):
            tail = self.flat_until * (upper / tail_mass) ** (-1 / theta)
        return np.where(upper > tail_mass, flat, tail)

    @override
    def mean(self) -> float:
        """Expected time in hours, infinite where the tail is too heavy."""
        theta, s = self.exponent - 1, self.flat_until
        if theta <= 1:
            return math.inf
        density = theta / (s * (1 + theta))
        return density * s * s / 2 + density * s * s / (theta - 1)


class Quantiles(_Law):
    """A measured law: times at given probabilities, joined on logarithmic scales.

    Log time is linear in the logit of the probability between neighbours, and goes on in
    the same way below the first and above the last pair, so both tails exist.
    """

    law: Literal["quantiles"] = Field("quantiles", description="measured quantiles")
    probabilities: tuple[float, ...] = Field(
        strict=False,
        min_length=2,
        max_length=10_000,
        fail_fast=True,
        description="ascending, inside (0, 1)",
    )
    times: tuple[PositiveDuration, ...] = Field(
        strict=False,
        min_length=2,
        max_length=10_000,
        fail_fast=True,
        description="the time at each probability",
    )

    @model_validator(mode="after")
    def _ascending(self) -> Quantiles:
        p, t = self.probabilities, self.times
        if len(p) != len(t):
            raise ValueError("probabilities and times must have the same length")
        if not all(0 < x < 1 for x in p) or any(b <= a for a, b in pairwise(p)):
            raise ValueError("probabilities must ascend inside (0, 1)")
        if any(b < a for a, b in pairwise(t)):
            raise ValueError("times must not fall")
        return self

    @override
    def quantile(self, lower: Array, upper: Array) -> Array:
        """Hours at probability ``lower``, as for :meth:`Fixed.quantile`."""
        logs, _ = self._log_times(np.log(lower) - np.log(upper))
        return np.exp(np.minimum(logs, 700.0))

    def _log_times(self, logits: Array) -> tuple[Array, float]:
        """Log time at these logits, and its slope above the last pair."""
        p = np.array(self.probabilities)
        x, y = np.log(p / (1 - p)), np.log(np.array(self.times))
        left = np.clip(np.searchsorted(x, logits) - 1, 0, len(x) - 2)
        slope = np.diff(y) / np.diff(x)
        return y[left] + slope[left] * (logits - x[left]), float(slope[-1])

    @override
    def mean(self) -> float:
        """Expected time in hours, infinite where the tail is too heavy."""
        logits = np.linspace(-50.0, 50.0, 200_001)
        logs, slope = self._log_times(logits)
        if slope >= 1:
            return math.inf
        densities = np.exp(logs - np.logaddexp(0, logits) - np.logaddexp(0, -logits))
        # Above 50 the upper probability is exp(-logit), and the rest a closed integral.
        rest = math.exp(min(float(logs[-1]) - 50.0, 700.0)) / (1 - slope)
        return float(densities.sum() * (logits[1] - logits[0])) + rest


Law = Annotated[
    Fixed | Exponential | Lognormal | Lomax | Weibull | PowerLaw | Quantiles,
    Field(discriminator="law"),
]


def _log_upper(lower: Array, upper: Array) -> Array:
    """log(1 - lower), exact in both tails."""
    result: Array = np.where(lower < 0.5, np.log1p(-lower), np.log(upper))
    return result


_LARGEST: Final = float(np.finfo(np.float32).max)


def round24(values: Any) -> Array:
    """Round to 24 significant bits, so that libraries that differ in the last place agree."""
    with np.errstate(over="ignore"):
        result = np.asarray(values, dtype=np.float32).astype(np.float64)
    return np.minimum(result, _LARGEST)


def _edges() -> Array:
    """The words (as distances from the nearer end) at which a tail has its entries."""
    direct = np.arange(_BINS, dtype=np.float64)
    octaves = [2.0**k + np.arange(_BINS) * (2.0**k / _BINS) for k in range(31 - _OCTAVES, 31)]
    return np.concatenate([direct, *octaves, [2.0**31]])


def table_of(quantile: Any) -> Array:
    """The table of any function ``quantile(lower, upper)``; float64 [TABLE_SIZE]."""
    near = (_edges() + 0.5) * 2.0**-32
    far = 1 - near
    with np.errstate(over="ignore"):
        values = np.concatenate([quantile(near, far), quantile(far, near)])
    if np.isnan(values).any():
        raise ValueError("the law has no value somewhere in (0, 1)")
    table = round24(values)
    table.setflags(write=False)  # tables are kept and shared between worlds
    return table


def tail_table(function: Any) -> Array:
    """``function`` of a word at the entries of one tail; float64 [TAIL_SIZE]."""
    return round24(function(_edges()))


@lru_cache(maxsize=256)
def quantile_table(law: Any) -> Array:
    """The table of a law, in hours; float64 [TABLE_SIZE]."""
    return table_of(law.quantile)


@lru_cache(maxsize=256)
def gamma_table(shape: float) -> Array:
    """The table of the gamma law with mean 1 and this shape; float64 [TABLE_SIZE]."""
    from scipy import special

    def quantile(lower: Array, upper: Array) -> Array:
        low = special.gammaincinv(shape, lower)
        high = special.gammainccinv(shape, upper)
        result: Array = np.where(lower < 0.5, low, high) / shape
        return result

    return table_of(quantile)


@lru_cache(maxsize=1)
def normal_table() -> Array:
    """The table of the standard normal law; float64 [TABLE_SIZE]."""
    from scipy import special

    def quantile(lower: Array, upper: Array) -> Array:
        result: Array = np.where(lower < 0.5, special.ndtri(lower), -special.ndtri(upper))
        return result

    return table_of(quantile)


def least(law: Any) -> float:
    """The shortest time that is ever drawn from a law, in hours: its table's first entry."""
    near = np.array([0.5 * 2.0**-32])
    return float(round24(law.quantile(near, 1 - near))[0])


def sample(table: Any, word: int) -> float:
    """The value a table has at a 32-bit word: the plain form of ``kernels.tables.sample``."""
    base = 0
    if word >= 2**31:
        word = 2**32 - 1 - word
        base = TAIL_SIZE
    if word < _BINS:
        return float(table[base + word])
    octave = word.bit_length() - 1
    width: float = 2.0 ** (octave - 6)
    offset: float = (word - 2**octave) / width
    column = int(offset)
    left = base + (octave - 5) * _BINS + column
    low = float(table[left])
    return low + (float(table[left + 1]) - low) * (offset - column)


def sample_array(table: Array, words: NDArray[np.uint64]) -> Array:
    """:func:`sample` for an array of words; float64 of the same shape."""
    upper = words >> np.uint64(31)
    near = np.minimum(words, np.uint64(2**32 - 1) - words)
    # In a float64 the octave stands before the column, and that before the offset within it.
    bits = near.astype(np.float64).view(np.int64)
    left = (bits >> _OFFSET_BITS) - _FIRST_CELL
    offset = (bits & (2**_OFFSET_BITS - 1)) * 2.0**-_OFFSET_BITS
    direct = near < _BINS
    if direct.any():
        left, offset = np.where(direct, near.astype(np.int64), left), np.where(direct, 0.0, offset)
    left += upper.astype(np.int64) * TAIL_SIZE
    low = table[left]
    result: Array = low + (table[left + 1] - low) * offset
    return result
