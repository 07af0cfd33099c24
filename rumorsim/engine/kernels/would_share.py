"""Reads gone through again after a run: which would have led to a share, had none been made yet."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import kernel
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.exposure_table import exposure
from rumorsim.engine.kernels.feed import READ, share_probability
from rumorsim.engine.kernels.memory import exposures, posts
from rumorsim.engine.kernels.observed import conditioned, delivery_of, place_of
from rumorsim.engine.kernels.redrawing import coin_word


@kernel
def would_share(memory, which, readers, times, counts, followed, found):
    """Put into ``found`` whether each read wins its coin against P(share).

    ``which`` post ``readers`` read (int64 each), at ``times`` (hours), as the how-manieth read of
    the story (``counts``, int64), and whether along a follow (``followed``, uint8). Levers and
    what readers believe are those of now.
    """
    w = memory[0]
    for i in range(which.size):
        post, reader = which[i], readers[i]
        p = posts(w)[post]
        story, author, head = np.int64(p.story), np.int64(p.author), (READ << 24) | p.k
        known = exposures(w)[exposure(w, reader, story)]
        reads = known.reads
        known.reads = np.int32(counts[i])
        chance = share_probability(w, known, post, reader, times[i], followed[i] != 0)
        known.reads = reads
        word = philox(w.seed, head, story, author, reader)[1]
        if w.observed_rows > 0:
            delivery = delivery_of(w, place_of(w, post), post, reader)
            coin = conditioned(w, np.int64(-1), delivery, post, reader, uniform(word))
        else:
            coin = uniform(coin_word(w, head, story, author, reader, word))
        found[i] = coin < chance
