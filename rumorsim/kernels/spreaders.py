"""Who tells which story in a model of contacts: an open-addressing table of spreaders."""

from __future__ import annotations

import numpy as np

from rumorsim.kernels.compiling import inner
from rumorsim.kernels.draws import philox
from rumorsim.kernels.feed import unhidden
from rumorsim.kernels.knowing import exposure, home
from rumorsim.kernels.memory import accounts, exposures, posts, spreaders, tables, terms
from rumorsim.kernels.posting import kept, write
from rumorsim.kernels.tables import sample

# Kept equal to randomness.Purpose and events.Kind by a test; plain numbers compile best.
STOP = 23
STOP_EVENT = 7


@inner
def spreader(w, account, story):
    """Place of (account, story) in the table of spreaders, made on first use."""
    key = account * w.stories_rows + story
    place = home(key, w.spreaders_rows)
    while spreaders(w)[place].key != key:
        if spreaders(w)[place].key < 0:
            spreaders(w)[place].key = key
            w.spreading += 1
            break
        place = (place + 1) & (w.spreaders_rows - 1)
    return place


@inner
def reaches(w, post, teller, hearer):
    """Can this post be told now: both take part, the follow is kept, the post is there?

    Word of mouth: what became of the original changes nothing.
    """
    if w.touched == 0:
        return True
    a, b = accounts(w)[teller], accounts(w)[hearer]
    if a.can_post == 0 or a.can_read == 0 or b.can_post == 0 or b.can_read == 0:
        return False
    if a.visible == 0 or posts(w)[post].alive == 0:
        return False
    return unhidden(w, post, hearer) and kept(w, teller, hearer)


@inner
def stop_time(w, post, time):
    """When who begins to tell ``post`` at ``time`` stops by itself; inf = never."""
    if terms(w)[0].stop < 0:
        return np.inf
    p = posts(w)[post]
    word = philox(w.seed, (STOP << 24) | p.k, p.story, p.author, 0)[0]
    return time + sample(tables(w), terms(w)[0].stop, word)


@inner
def stop(w, telling, account, time, source, reason):
    """An account tells its story no more; where the model says so it may be persuaded again."""
    telling.telling = 0
    telling.due = np.inf
    story = np.int64(posts(w)[telling.post].story)
    post = np.int64(telling.post)
    write(w, time, STOP_EVENT, story, post, account, source, np.float64(reason))
    if terms(w)[0].again != 0:
        exposures(w)[exposure(w, account, story)].shared = 0
