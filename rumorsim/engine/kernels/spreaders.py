"""Who tells which story in a model of contacts.

Spreaders stand in the order in which they began, so that memory is used from the front; the
place of (account, story) in the table of exposures says which row is theirs.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox
from rumorsim.engine.kernels.exposure_table import exposure
from rumorsim.engine.kernels.feed import unhidden
from rumorsim.engine.kernels.identity import row_of
from rumorsim.engine.kernels.memory import (
    accounts,
    exposures,
    offsets,
    posts,
    spreaders,
    stories,
    tables,
    terms,
    told,
)
from rumorsim.engine.kernels.posting import kept, write
from rumorsim.engine.kernels.redrawing import key_of
from rumorsim.engine.kernels.tables import sample

# Kept equal to randomness.Purpose and events.Kind by a test; plain numbers compile best.
STOP = 23
STOP_EVENT = 7


@inner
def spreader(w, account, story):
    """Row of (account, story) in the spreaders, made on first use."""
    return spreader_at(w, exposure(w, account, story), account)


@inner
def spreader_at(w, place, account):
    """The same where the account's place in the table of exposures is known."""
    row = np.int64(told(w)[place])
    if row == 0:
        row = w.spreading
        w.spreading += 1
        told(w)[place] = row
        own = row_of(w, account)
        spreaders(w)[row].begin = offsets(w)[own]
        spreaders(w)[row].followers = offsets(w)[own + 1] - offsets(w)[own]
    return row


@inner
def reaches(w, post, teller, hearer):
    """Whether this post can be passed on: both take part, the follow is kept, it exists.

    Word of mouth: what became of the original changes nothing.
    """
    if w.touched == 0:
        return True
    a, b = accounts(w)[teller], accounts(w)[hearer]
    if a.can_post == 0 or a.can_read == 0 or b.can_post == 0 or b.can_read == 0:
        return False
    p = posts(w)[post]
    if a.visible == 0 or p.alive == 0 or stories(w)[p.story].alive == 0:
        return False
    return unhidden(w, post, hearer) and kept(w, teller, hearer)


@inner
def stop_time(w, post, time):
    """When who begins to tell ``post`` at ``time`` stops by itself; inf = never."""
    if terms(w)[0].stop < 0:
        return np.inf
    p = posts(w)[post]
    word = philox(key_of(w, p.author, p.story), (STOP << 24) | p.k, p.story, p.author, 0)[0]
    return time + sample(tables(w), terms(w)[0].stop, word)


@inner
def stop(w, telling, account, time, source, reason):
    """An account tells its story no more; where the model says so it may be persuaded again."""
    telling.telling = 0
    telling.due = np.inf
    w.asleep -= np.int64(telling.asleep)
    telling.asleep = 0
    story = np.int64(posts(w)[telling.post].story)
    post = np.int64(telling.post)
    write(w, time, STOP_EVENT, story, post, account, source, np.float64(reason))
    if terms(w)[0].again != 0:
        exposures(w)[exposure(w, account, story)].shared = 0
