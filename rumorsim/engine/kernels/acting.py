"""What the platform or an adversary does among the public: one entry, five acts.

SimPy processes call these between gaps. Each act goes through a list of accounts and stops,
like ``advance``, where there is no room for the next one or where a watched count was hit.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import Any, Final

import numpy as np
from numba import typeof, types

from rumorsim.engine.kernels import advance_model
from rumorsim.engine.kernels.advance import REACHED, WATCHED, advance, room
from rumorsim.engine.kernels.compiling import cache_folder, inner, kernel
from rumorsim.engine.kernels.delivering import spread
from rumorsim.engine.kernels.exposure_table import exposure
from rumorsim.engine.kernels.feed import present_account, read, report, share, shown
from rumorsim.engine.kernels.looks import arm
from rumorsim.engine.kernels.memory import accounts, exposures, posts, profiles
from rumorsim.engine.kernels.opinions import move_trust
from rumorsim.engine.kernels.posting import appear, kept
from rumorsim.engine.kernels.records import PUBLICATION


class Act(IntEnum):
    """What happens to each account of the list."""

    NOTIFY = 0  #: it reads the post now, at a surface
    RESHARE = 1  #: it shares the post now, whatever it thinks of it
    REPORT = 2  #: it reports the post now
    WITNESS = 3  #: it sees that an account it follows was closed


NOTIFY, RESHARE, REPORTING = int(Act.NOTIFY), int(Act.RESHARE), int(Act.REPORT)
NONE: Final = np.int64(-1)


@kernel
def act(memory, what, time, number, surface, who, begin):
    """Act on accounts ``who[begin:]`` (int32). Returns (reason, how many are done).

    ``number`` is the post, for a witness the account that was closed.
    """
    w = memory[0]
    for i in range(begin, who.size):
        account = np.int64(who[i])
        lacking = _room(w, account, 1)
        if lacking != REACHED:
            return lacking, i
        if what == NOTIFY:
            _notify(w, number, account, time, surface)
        elif what == RESHARE:
            _reshare(w, number, account, time)
        elif what == REPORTING:
            _report(w, number, account, time)
        else:
            _witness(w, number, account, time)
        if w.hits_made > 0:
            return WATCHED, i + 1
    return REACHED, who.size


@kernel
def publish_now(memory, planned):
    """One publication (an array of one PUBLICATION) outside the plan; the reason, or REACHED."""
    w = memory[0]
    lacking = _room(w, np.int64(planned[0].author), 0)
    if lacking == REACHED:
        number = appear(w, planned[0])
        if number >= 0:
            _spread(w, number, planned[0].time)
    return lacking


def compile_rest(memory: Any) -> None:
    """Compile these now, where ``advance`` was not found in the cache: they share its parts.

    Else a later run that is the first to push a post, say, would stop to compile for as long
    as the very first one.
    """
    if cache_folder is not None and sum(advance.stats.cache_misses.values()) > 0:
        _compile_for(memory.dtype)


@cache
def _compile_for(record: np.dtype[np.void]) -> None:
    """Once for a process: already to name the types takes as long as a small run."""
    memory, planned = (typeof(np.zeros(1, each)) for each in (record, PUBLICATION))
    whole, accounts = types.int64, types.int32[::1]
    act.compile((memory, whole, types.float64, whole, whole, accounts, whole))
    publish_now.compile((memory, planned))
    arm.compile((memory, whole, types.float64))


@inner
def _room(w, account, reads):
    if w.terms_rows > 0:
        return advance_model.room(w, account)
    return room(w, account, reads, 1)


@inner
def _spread(w, post, time):
    """A new post goes to its readers, or its author begins to tell it: as the model says."""
    if w.terms_rows > 0:
        advance_model.start(w, post, time)
    else:
        spread(w, post, time)


@inner
def _notify(w, post, account, time, surface):
    reader = present_account(w, account)
    if reader >= 0 and shown(w, post, reader):
        read(w, post, reader, time, surface, False)


@inner
def _reshare(w, post, account, time):
    known = exposures(w)[exposure(w, account, np.int64(posts(w)[post].story))]
    if known.shared != 0 or accounts(w)[account].can_post == 0 or not shown(w, post, account):
        return
    known.shared = 1
    _spread(w, share(w, post, account, time, np.int64(0)), time)


@inner
def _report(w, post, account, time):
    known = exposures(w)[exposure(w, account, np.int64(posts(w)[post].story))]
    if known.reported == 0 and accounts(w)[account].can_read != 0 and shown(w, post, account):
        report(w, known, post, account, time)


@inner
def _witness(w, closed, account, time):
    if accounts(w)[account].can_read == 0 or not kept(w, closed, account):
        return
    profile = profiles(w)[account]
    profile.chill = max(profile.chill * (1.0 - w.chilling), min(profile.chill, w.chilling_floor))
    move_trust(w, NONE, NONE, account, closed, w.trust_closure, time)
