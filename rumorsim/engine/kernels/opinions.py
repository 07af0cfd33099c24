"""What reading does to minds: belief, correction, trust in official sources."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.arms import believable, is_treated
from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.exposure_table import exposure
from rumorsim.engine.kernels.memory import (
    accounts,
    corrections,
    exposures,
    posts,
    profiles,
    stories,
    trust_began,
)
from rumorsim.engine.kernels.posting import write

# Kept equal to randomness.Purpose and events.Kind by a test; plain numbers compile best.
BELIEVE, CONVINCE, BACKFIRE = 27, 28, 29
BELIEVE_EVENT, TRUST_EVENT = 9, 10


@inner
def corrected_share(w, row, reader):
    """The factor on P(share) for who has read a correction (row of ``corrections``)."""
    correction = corrections(w)[row]
    if correction.backfire > 0.0:
        word = philox(w.seed, BACKFIRE << 24, correction.story, reader, 0)[0]
        if uniform(word) < correction.backfire:
            return correction.backfire_factor
    return correction.factor


@inner
def persuade(w, known, post, reader, time):
    """One read of a story may make the reader believe it, unless it was corrected before."""
    if known.believed != 0 or known.corrected != 0:
        return
    p = posts(w)[post]
    story = stories(w)[p.story]
    author = accounts(w)[p.author]
    chance = story.belief * author.credence * story.credence
    chance *= believable(w, post, is_treated(w, reader, time))
    if author.official != 0:
        chance *= profiles(w)[reader].trust
    word = philox(w.seed, (BELIEVE << 24) | p.k, p.story, p.author, reader)[0]
    if uniform(word) >= chance:
        return
    known.believed = 1
    about, source = np.int64(p.story), np.int64(p.author)
    write(w, time, BELIEVE_EVENT, about, post, reader, source, 1.0)
    move_trust(w, about, post, reader, source, story.trust_believed, time)


@inner
def convince(w, post, reader, time):
    """The first read of a correction: the reader may take back what it believed, for good."""
    p = posts(w)[post]
    answered = np.int64(stories(w)[p.story].answers)
    known = exposures(w)[exposure(w, reader, answered)]
    word = philox(w.seed, CONVINCE << 24, p.story, reader, 0)[0]
    if known.corrected != 0 or uniform(word) >= stories(w)[p.story].convinces:
        return
    known.corrected = 1
    if known.believed == 0:
        return
    known.believed = 0
    source = np.int64(p.author)
    write(w, time, BELIEVE_EVENT, answered, post, reader, source, 0.0)
    move_trust(w, answered, post, reader, source, stories(w)[answered].trust_refuted, time)


@inner
def move_trust(w, story, post, account, source, change, time):
    """Change an account's trust in official sources by a share of it."""
    if change == 0.0:
        return
    profile, most = profiles(w)[account], w.most_trust
    if w.trust_began_rows > 0:
        most = max(most, np.float64(trust_began(w)[account]))
    profile.trust = min(max(profile.trust * (1.0 + change), 0.0), most)
    write(w, time, TRUST_EVENT, story, post, account, source, np.float64(profile.trust))
