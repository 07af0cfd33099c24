"""What is known of the models in closed form: numbers to expect before anything is run.

Nothing here looks at a world or at an engine; tests hold simulations against it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

if TYPE_CHECKING:
    from rumorsim.engine.models.base import Terms

__all__ = ["fraction_ever_spreading", "passed", "persuasions"]

Array = NDArray[np.float64]

#: Points at which a law is averaged over.
_GRID: Final = 20_000
#: Part of the spreaders that may be left out of :func:`persuasions`.
_LEFT: Final = 1e-12


def passed(rate: float, law: Any) -> float:
    """P(a contact comes before the teller stops): 1 - E[exp(-rate * time)], rate per hour.

    The transmissibility of Newman, Physical Review E 66 (2002); rate / (rate + recovery)
    where the time is exponential.
    """
    if law is None:
        return 1.0 if rate > 0 else 0.0
    lower = (np.arange(_GRID) + 0.5) / _GRID
    return float(1.0 - np.exp(-rate * law.quantile(lower, 1.0 - lower)).mean())


def fraction_ever_spreading(terms: Terms, appeal: float) -> float | None:
    """Share of many accounts that ever tell a rumor where everybody meets everybody.

    The largest R in [0, 1] with R = 1 - exp(-e R). Without forgetting e = 1 + after *
    appeal / stifling, from Maki and Thompson (1973) and its k-fold form; with it, e =
    (appeal + stifling) / (stifling + forgetting / contacts) (Nekovee et al., Physica A 374,
    2007), known for ``after = 1``. None where it is not known.
    """
    if appeal <= 0 or terms.contacts <= 0:
        return 0.0
    forgetting = 0.0 if terms.stop is None else 1.0 / (terms.stop.mean() * terms.contacts)
    if forgetting > 0 and terms.after > 1 and terms.stifling > 0:
        return None
    if forgetting > 0:
        spread = (appeal + terms.stifling) / (terms.stifling + forgetting)
    elif terms.stifling > 0:
        spread = 1.0 + terms.after * appeal / terms.stifling
    else:
        return 1.0
    return _largest_root(spread)


def _largest_root(spread: float) -> float:
    """The largest R in [0, 1] with R = 1 - exp(-spread R)."""
    if spread <= 1.0:
        return 0.0
    # The right side is above R up to the root and below it from there.
    low = min(1.0 - 1.0 / spread, 0.5) if spread > 1.01 else spread - 1.0
    return float(brentq(lambda part: 1.0 - math.exp(-spread * part) - part, low, 1.0))


def persuasions(
    followers: Array, knowing: Array, terms: Terms, rates: Array, appeal: float
) -> Array:
    """Expected accounts that a spreader persuades while nobody else tells its followers.

    Arrays of one length: its followers, how many of them know already (1 where it was told
    by a follower of its own), its contacts per hour. Maki-Thompson: each contact is with one
    of the followers at random, and stifles if that one knows. Exact, by the chain of how
    many know and how many contacts have stifled.
    """
    told = np.zeros(len(followers))
    able = (followers > knowing) & (rates > 0)
    if appeal <= 0 or not able.any():
        return told
    some, known, rate = followers[able], knowing[able], rates[able]
    forgetting = np.zeros(len(some)) if terms.stop is None else 1.0 / (terms.stop.mean() * rate)
    if terms.stifling == 0:
        told[able] = (some - known) * appeal / (appeal + forgetting * some)
    else:
        told[able] = _chain(some, known, terms, forgetting, min(appeal, 1.0))
    return told


def _chain(
    followers: Array, knowing: Array, terms: Terms, forgetting: Array, appeal: float
) -> Array:
    """Sum over the persuaded of how likely a spreader gets as far: mass[d] had d doubts."""
    told = np.zeros(len(followers))
    mass = np.zeros((terms.after, len(followers)))
    mass[0] = 1.0
    known = knowing.astype(np.float64)
    while mass.sum(axis=0).max() > _LEFT:
        tells = appeal * np.maximum(followers - known, 0.0) / followers
        doubts = terms.stifling * known / followers
        every = tells + doubts + forgetting
        for d in range(1, terms.after):
            mass[d] += mass[d - 1] * doubts / every
        mass *= tells / every
        told += mass.sum(axis=0)
        known += 1.0
    return told
