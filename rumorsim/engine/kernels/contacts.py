"""Contacts: whoever tells a story meets followers at its own times, and what comes of it.

Contacts are a Poisson process per account and story at the account's rate; the partner and
the luck of a contact are drawn at its address. Nothing is remembered of earlier contacts
but how many of them stifled.

Contacts that can change nothing need not be made, however many they are: who has met nobody to
tell for as many contacts as it has followers looks through all of them, and sleeps where none is
left. It wakes when a lever is moved, or when a follower stops who may be told again. As contacts
are drawn at addresses, what happens is the same to the bit.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.advance import agenda_fits
from rumorsim.engine.kernels.agenda import schedule
from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.exposure_table import exposure, exposure_if_any
from rumorsim.engine.kernels.feed import flags, notice, share, share_probability
from rumorsim.engine.kernels.memory import (
    accounts,
    curve,
    exposures,
    followee_offsets,
    followees,
    followers,
    posts,
    spreaders,
    tellings,
    terms,
    told,
)
from rumorsim.engine.kernels.records import REPEAT
from rumorsim.engine.kernels.redrawing import key_of
from rumorsim.engine.kernels.spreaders import reaches, spreader, spreader_at, stop, stop_time
from rumorsim.engine.kernels.tables import CELLS, next_point

# Kept equal to randomness.Purpose and events.STOPS by a test.
CONTACT, CONTACT_MARK = 21, 22
STIFLED, BY_ANOTHER = 2, 3


@inner
def begin(w, post, time):
    """The author of a new post begins to tell it; who tells the story already goes on with it."""
    account, story = np.int64(posts(w)[post].author), np.int64(posts(w)[post].story)
    _start_spreading(w, spreader(w, account, story), account, story, post, time)


@inner
def _start_spreading(w, row, account, story, post, time):
    telling = spreaders(w)[row]
    telling.post = post
    tellings(w)[post] = row
    if telling.telling != 0:
        # Another post of it may reach whom the last one did not.
        wake(w, telling, time)
        return
    telling.telling = 1
    telling.doubts = 0
    telling.gathered = 0.0
    telling.stop = stop_time(w, post, time)
    plan(w, telling, account, story, time)


@inner
def plan(w, telling, account, story, time):
    """Put the next contact, or the stop if that is first, on the agenda."""
    rate = accounts(w)[account].rate
    telling.due = telling.stop
    if rate > 0.0 and telling.followers > 0 and telling.asleep == 0:
        key = key_of(w, account, story)
        due, cell, j = next_point(key, CONTACT, account, story, rate, time, w.horizon, curve(w))
        telling.cell = cell
        telling.j = j
        telling.due = min(due, telling.stop)
    if telling.due < w.horizon:
        schedule(w, telling.due, account, np.int64(telling.post))


@inner
def take_turn(w, account, post, time):
    """What was on the agenda of who tells a story: it stops, or meets somebody."""
    telling = spreaders(w)[tellings(w)[post]]
    if telling.telling == 0 or telling.due != time:
        return
    if time >= telling.stop:
        stop(w, telling, account, time, np.int64(-1), terms(w)[0].stop_reason)
        _wake_followees(w, account, np.int64(posts(w)[post].story), time)
        return
    story = np.int64(posts(w)[post].story)
    if meet(w, telling, account, story, time):
        telling.gathered = 0.0
    else:
        telling.gathered += 1.0
        if telling.gathered >= telling.followers:
            telling.gathered = 0.0
            if _contact_is_futile(w, telling, account, story):
                telling.asleep = 1
                w.asleep += 1
    if telling.telling != 0:
        plan(w, telling, account, story, time)


@inner
def _contact_is_futile(w, telling, account, story):
    """Whether a contact changes nothing, whichever follower is met and whatever is drawn."""
    if terms(w)[0].again != 0 and w.followees_rows == 0:
        return False
    post = np.int64(telling.post)
    for e in range(telling.begin, telling.begin + telling.followers):
        partner = np.int64(followers(w)[e])
        if not reaches(w, post, account, partner):
            continue
        place = exposure_if_any(w, partner, story)
        if place < 0 or exposures(w)[place].shared == 0 or terms(w)[0].stifling > 0.0:
            return False
    return True


@inner
def wake(w, telling, time):
    """Who slept meets its followers again, from now on. There must be room for an entry."""
    if telling.asleep == 0:
        return
    telling.asleep = 0
    w.asleep -= 1
    p = posts(w)[telling.post]
    plan(w, telling, np.int64(p.author), np.int64(p.story), time)


@inner
def _wake_followees(w, account, story, time):
    """Those that this account follows may tell it the story again."""
    if w.asleep == 0 or terms(w)[0].again == 0:
        return
    for e in range(followee_offsets(w)[account], followee_offsets(w)[account + 1]):
        place = exposure_if_any(w, np.int64(followees(w)[e]), story)
        if place >= 0 and told(w)[place] > 0:
            wake(w, spreaders(w)[told(w)[place]], time)


@kernel
def wake_all(memory, begin, time):
    """All who sleep from row ``begin`` of the spreaders on wake up: a lever was moved.

    Returns the row to go on with, which is beyond the last one where all are awake.
    """
    w = memory[0]
    for row in range(begin, w.spreading):
        if spreaders(w)[row].asleep != 0:
            if not agenda_fits(w, 1):
                w.need = 1
                return row
            wake(w, spreaders(w)[row], time)
    return w.spreading


@inner
def marks(w, telling, account, story):
    """The draws of the next contact: who is met, and the luck of it."""
    key = key_of(w, account, story)
    return philox(key, (CONTACT_MARK << 24) | telling.j, telling.cell & CELLS, account, story)


@inner
def partner_at(telling, word):
    """Where in the graph the follower stands who is met."""
    place = np.int64((np.uint64(word) * np.uint64(telling.followers)) >> np.uint64(32))
    return telling.begin + place


@inner
def meet(w, telling, account, story, time):
    """Make one contact and return whether it could change anything.

    The follower hears the story, or has shared it already and stifles.
    """
    words = marks(w, telling, account, story)
    partner = np.int64(followers(w)[partner_at(telling, words[0])])
    post = np.int64(telling.post)
    if not reaches(w, post, account, partner):
        return False
    place = exposure(w, partner, story)
    known = exposures(w)[place]
    if known.shared != 0:
        if terms(w)[0].stifling == 0.0:
            return False
        stifle(w, telling, account, partner, story, time, words)
        return True
    notice(w, known, post, partner, time, np.int64(0), flags(w, story, partner, time, words[2]))
    if uniform(words[1]) < share_probability(w, known, post, partner, time, True):
        known.shared = 1
        row = spreader_at(w, place, partner)
        convinced = spreaders(w)[row]
        k = np.int64(0) if convinced.shares == 0 else np.int64(REPEAT + convinced.shares)
        convinced.shares += 1
        _start_spreading(w, row, partner, story, share(w, post, partner, time, k), time)
    return True


@inner
def stifle(w, telling, account, partner, story, time, words):
    """Who tells meets who knows. Two spreaders each meet the other, so each counts half."""
    if terms(w)[0].mutual != 0:
        other = spreaders(w)[spreader(w, partner, story)]
        if other.telling != 0:
            if uniform(words[1]) >= 0.5:
                return
            if uniform(words[2]) < terms(w)[0].stifling:
                doubt(w, other, partner, time, account, BY_ANOTHER)
    if uniform(words[3]) < terms(w)[0].stifling:
        doubt(w, telling, account, time, partner, STIFLED)


@inner
def doubt(w, telling, account, time, source, reason):
    """One stifling contact more; after so many an account stops."""
    telling.doubts += 1
    if telling.doubts >= terms(w)[0].after:
        stop(w, telling, account, time, source, reason)
