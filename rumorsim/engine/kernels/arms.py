"""Arms of an experiment: who is treated, and what only treated readers see.

Where there are no arms nothing is looked up. A lever for treated readers is a factor on that of
all readers, so that treating everybody is the same as moving the lever of all.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inlined, inner
from rumorsim.engine.kernels.identity import platform_of
from rumorsim.engine.kernels.memory import (
    arm_begins,
    arm_windows,
    forward,
    friction,
    posts,
    stories,
    treated_forward,
    treated_friction,
    treated_posts,
    treated_stories,
)


@inlined
def is_treated(w, account, time):
    """Whether the account is treated at ``time``."""
    if w.arm_begins_rows == 0 or time < arm_begins(w)[account]:
        return False
    if w.arm_windows_rows == 0:
        return True
    period = min(np.int64(time / w.arm_period), w.arm_windows_rows - 1)
    return arm_windows(w)[period] != 0


@inner
def believable(w, post, treated):
    """The credence of a post; of a share, its original's as well: a label shows on both."""
    p = posts(w)[post]
    own = p.credence
    if treated:
        own *= treated_posts(w)[post].credence
    if p.root == post:
        return own
    root = posts(w)[p.root].credence
    if treated:
        root *= treated_posts(w)[p.root].credence
    return own * root


@inner
def flow(w, story, treated):
    """The factor on P(share) of a story that is slowed."""
    factor = stories(w)[story].flow
    if treated:
        factor *= treated_stories(w)[story].flow
    return factor


@inner
def friction_for(w, platform, treated):
    """The factor on P(share) of who shares on a platform."""
    factor = friction(w)[platform]
    if treated:
        factor *= treated_friction(w)[platform]
    return factor


@inlined
def report_chance(w, story, reader, time):
    """P(report | read)."""
    chance = stories(w)[story].report
    if is_treated(w, reader, time):
        chance = min(chance * treated_stories(w)[story].report, 1.0)
    return chance


@inner
def forward_limit(w, account, time):
    """The most followers that a share by this account goes to."""
    platform = platform_of(w, account)
    limit = forward(w)[platform]
    if is_treated(w, account, time):
        limit = min(limit, treated_forward(w)[platform])
    return limit
