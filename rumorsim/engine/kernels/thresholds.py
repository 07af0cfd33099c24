"""Thresholds: an account shares once enough of its followees have shared."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.delivering import deliver
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.exposure_table import exposure
from rumorsim.engine.kernels.feed import flags, notice, share, share_probability
from rumorsim.engine.kernels.memory import exposures, posts, spreaders, terms
from rumorsim.engine.kernels.redrawing import key_of
from rumorsim.engine.kernels.spreaders import reaches, spreader

# Kept equal to randomness.Purpose by a test.
READ, THRESHOLD = 2, 24
#: Weights are added in floating point: a sum this little short of a threshold has reached it.
ROUNDING = 1.0 + 1e-9


@inner
def deliver_share(w, post, time):
    """A new post is delivered to every follower, unless its author told the story before."""
    p = posts(w)[post]
    telling = spreaders(w)[spreader(w, np.int64(p.author), np.int64(p.story))]
    if telling.telling == 0:
        telling.telling = 1
        telling.post = post
        deliver(w, post, time)


@inner
def threshold(w, account, story):
    """How much influence persuades this account of this story."""
    if terms(w)[0].threshold >= 0.0:
        return terms(w)[0].threshold
    key = key_of(w, account, story)
    return uniform(philox(key, THRESHOLD << 24, account, story, 0)[0])


@inner
def read_delivery(w, reader, post, time):
    """One delivery is read: the follow's weight adds up, and may reach the threshold."""
    p = posts(w)[post]
    author, story = np.int64(p.author), np.int64(p.story)
    if not reaches(w, post, author, reader):
        return
    known = exposures(w)[exposure(w, reader, story)]
    if known.shared != 0:
        return
    word = philox(w.seed, (READ << 24) | p.k, story, author, reader)[2]
    notice(w, known, post, reader, time, np.int64(0), flags(w, story, reader, time, word))
    telling = spreaders(w)[spreader(w, reader, story)]
    telling.gathered += share_probability(w, known, post, reader, time, True)
    if telling.gathered * ROUNDING >= threshold(w, reader, story):
        known.shared = 1
        deliver_share(w, share(w, post, reader, time, np.int64(0)), time)
