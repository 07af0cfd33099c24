"""Under which key an account's choices about a story are drawn: see ``rumorsim.world.redraw``.

Nearly all worlds have one key, their seed. In a branch of a world each account has an epoch,
and each epoch but the first a key of its own for the stories that are redrawn.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox
from rumorsim.engine.kernels.memory import epochs, followers, keys, words
from rumorsim.engine.kernels.records import BLOCK


@inner
def key_of(w, account, story):
    """The key of what an account decides about a story: the seed, unless it is redrawn."""
    if w.epochs_rows == 0:
        return w.seed
    return keys(w)[epochs(w)[account], story]


@inner
def coin_word(w, head, story, author, reader, word):
    """The word that decides whether the reader shares: ``word`` unless it is redrawn.

    ``word`` is the one under the seed at the address (head, story, author, reader).
    """
    if w.epochs_rows == 0 or epochs(w)[reader] == 0:
        return word
    return philox(keys(w)[epochs(w)[reader], story], head, story, author, reader)[1]


@inner
def redraw_block(w, head, story, author, begin, count):
    """Put the coins that are redrawn in their places among the words of ``draw_block``."""
    for j in range(count):
        epoch = epochs(w)[followers(w)[begin + j]]
        if epoch > 0:
            reader = np.int64(followers(w)[begin + j])
            drawn = philox(keys(w)[epoch, story], head, story, author, reader)[1]
            words(w)[BLOCK + j] = np.uint32(drawn)
