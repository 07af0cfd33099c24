"""Reading: what an account sees when it opens the app, and what it does about it.

The order of factors in :func:`share_probability` and of draws is part of the model: the
reference engine follows the same order, so that both agree to the bit.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.arms import (
    believable,
    flow,
    friction_for,
    is_treated,
    report_chance,
)
from rumorsim.engine.kernels.compiling import inlined, inner
from rumorsim.engine.kernels.delivering import deliver
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.exposure_table import exposure, has_read
from rumorsim.engine.kernels.fetching import NUMBER, fetch_share
from rumorsim.engine.kernels.identity import heir_of, platform_of, row_of, same_person
from rumorsim.engine.kernels.memory import (
    accounts,
    corrections,
    crosspost,
    curve,
    exposures,
    followers,
    observed_reads,
    offsets,
    pool,
    posts,
    profiles,
    receptivity,
    reinforcement,
    shares,
    stories,
    tables,
    taken,
    templates,
    tops,
    weights,
)
from rumorsim.engine.kernels.observed import (
    conditioned,
    delivery_of,
    note,
    observed_read,
    place_of,
)
from rumorsim.engine.kernels.opinions import convince, corrected_share, persuade
from rumorsim.engine.kernels.posting import (
    kept,
    most_chance,
    new_post,
    watch,
    willing,
    write,
)
from rumorsim.engine.kernels.records import INLINE, MOST_SHARES, REPEAT, SPILL
from rumorsim.engine.kernels.redrawing import coin_word
from rumorsim.engine.kernels.tables import sample, warp
from rumorsim.engine.kernels.unread import release

# Kept equal to randomness.Purpose and events.Kind by a test; plain numbers compile best.
READ = 2
SHARE, EXPOSE, READ_EVENT, REPORT = 1, 2, 3, 4
OF_ACCOUNT, OF_POST, OF_STORY = 0, 3, 6
REPORTS, SHARES, REACH = 0, 1, 2
#: What ``shared`` says of who shared a story in a replay without its being observed.
FREELY = 2


@inner
def is_up(w, post):
    """Whether it, its original and its story exist, and both authors are visible."""
    p = posts(w)[post]
    if p.alive == 0 or accounts(w)[p.author].visible == 0 or stories(w)[p.story].alive == 0:
        return False
    root = posts(w)[p.root]
    return root.alive != 0 and accounts(w)[root.author].visible != 0


@inner
def shown(w, post, reader):
    """Whether the post is visible to this reader: it exists and is not hidden."""
    if w.touched == 0:
        return True
    return is_up(w, post) and unhidden(w, post, reader)


@inner
def seen(w, post, reader):
    """Whether a delivered post is still to be seen in the reader's feed."""
    return shown(w, post, reader) and kept(w, np.int64(posts(w)[post].author), reader)


@inner
def unhidden(w, post, reader):
    """Whether an existing post is not hidden from this reader."""
    p = posts(w)[post]
    if p.visibility >= 1.0:
        return True
    return uniform(philox(w.seed, (READ << 24) | p.k, p.story, p.author, reader)[0]) < p.visibility


@inner
def follow_weight(w, followee, follower):
    """The weight of one follow, found in the followee's sorted row; 1 where there is none."""
    row = row_of(w, followee)
    low, high = offsets(w)[row], offsets(w)[row + 1]
    while low < high:
        middle = (low + high) >> 1
        if followers(w)[middle] < follower:
            low = middle + 1
        else:
            high = middle
    if low < offsets(w)[row + 1] and followers(w)[low] == follower:
        return weights(w)[low]
    return 1.0


@inner
def fading(w, row, unit, age):
    """The factor of a novelty table at ``age`` hours, ``unit`` hours a word."""
    return sample(tables(w), row, np.int64(min(age / unit, 2147483647.0)))


@inner
def share_probability(w, known, post, reader, time, by_follow):
    """P(share | read), not yet cut at 1. The order of the factors is the model's."""
    reads = known.reads
    p = posts(w)[post]
    story = stories(w)[p.story]
    author = accounts(w)[p.author]
    chance = story.appeal * p.vigour
    if w.receptivity_rows > 0:
        chance *= receptivity(w)[story.category, reader]
    if by_follow and w.weights_rows > 0:
        chance *= follow_weight(w, np.int64(p.author), reader)
    chance *= author.credence
    chance *= story.credence
    treated = is_treated(w, reader, time)
    chance *= believable(w, post, treated)
    if author.official != 0:
        chance *= profiles(w)[reader].trust
    template = templates(w)[story.template]
    if template.novelty >= 0:
        chance *= fading(w, template.novelty, template.novelty_unit, time - story.born)
    if template.post_novelty >= 0:
        chance *= fading(w, template.post_novelty, template.post_novelty_unit, time - p.time)
    chance *= reinforcement(w)[story.template, min(reads, w.reinforcement_columns) - 1]
    for i in range(story.correctors, story.correctors + story.corrected):
        if has_read(w, reader, corrections(w)[i].story):
            chance *= corrected_share(w, i, reader)
    chance *= flow(w, np.int64(p.story), treated)
    if known.believed == 0:
        chance *= story.if_doubted
    platform = platform_of(w, reader)
    chance *= friction_for(w, platform, treated)
    if platform_of(w, p.author) != platform and same_person(w, p.author, reader):
        chance *= crosspost(w)[platform]
    return chance * willing(w, reader)


@inlined
def flags(w, story, reader, time, word):
    """Whether the word of a read lets its reader report the post."""
    return uniform(word) < report_chance(w, story, reader, time)


@inlined
def skim(w, post, reader):
    """Take in a post whose draws lead to nothing, where all of it is one more read.

    False, and nothing is done, where more may come of it: see :func:`read`.
    """
    story = stories(w)[posts(w)[post].story]
    place = exposure(w, reader, np.int64(posts(w)[post].story))
    first = exposures(w)[place].reads == 0
    if first or w.log_reads or w.arm_begins_rows > 0:
        return False
    if story.report > story.base_report or story.belief > 0.0:
        return False
    exposures(w)[place].reads += 1
    return True


@inner
def notice(w, known, post, reader, time, surface, reports):
    """One account takes in one visible post: read, exposure, report, belief, in this order.

    ``reports``: it flags the post if it has not flagged the story yet.
    """
    p = posts(w)[post]
    story = np.int64(p.story)
    author = np.int64(p.author)
    known.reads += 1
    if w.log_reads:
        write(w, time, READ_EVENT, story, post, reader, author, np.float64(known.reads))
    if known.reads == 1 and w.late == 0:
        write(w, time, EXPOSE, story, post, reader, author, np.float64(surface))
        p.reach += 1
        stories(w)[story].reach += 1
        profiles(w)[author].reach += 1
        watch(w, OF_POST + REACH, post, p.reach)
        watch(w, OF_STORY + REACH, story, stories(w)[story].reach)
        watch(w, OF_ACCOUNT + REACH, author, profiles(w)[author].reach)
    if reports and known.reported == 0:
        report(w, known, post, reader, time)
    if stories(w)[story].belief > 0.0:
        persuade(w, known, post, reader, time)
    if stories(w)[story].answers >= 0 and known.reads == 1:
        convince(w, post, reader, time)


@inner
def report(w, known, post, reader, time):
    """An account flags a post; once for each story."""
    known.reported = 1
    p = posts(w)[post]
    story, author = np.int64(p.story), np.int64(p.author)
    write(w, time, REPORT, story, post, reader, author, 0.0)
    p.reports += 1
    stories(w)[story].reports += 1
    profiles(w)[author].reports += 1
    watch(w, OF_POST + REPORTS, post, p.reports)
    watch(w, OF_STORY + REPORTS, story, stories(w)[story].reports)
    watch(w, OF_ACCOUNT + REPORTS, author, profiles(w)[author].reports)


@inner
def read(w, post, reader, time, surface, dull):
    """One account reads one visible post: it takes it in, and may share it.

    ``dull``: its draws are known to lead to no share and, at the rate of reports with no lever
    moved, to no report.
    """
    p = posts(w)[post]
    story = np.int64(p.story)
    known = exposures(w)[exposure(w, reader, story)]
    if dull and report_chance(w, story, reader, time) <= stories(w)[story].base_report:
        notice(w, known, post, reader, time, surface, False)
        return
    head, author = (READ << 24) | p.k, np.int64(p.author)
    words = philox(w.seed, head, story, author, reader)
    notice(w, known, post, reader, time, surface, flags(w, story, reader, time, words[2]))
    if w.observed_rows > 0:
        share_as_observed(w, known, post, reader, time, surface, words[1])
        return
    if accounts(w)[reader].can_post == 0:
        return
    again = 1.0
    if known.shared != 0:
        again = sharing_again(w, known, story)
        if again == 0.0:
            return
    coin = uniform(coin_word(w, head, story, author, reader, words[1]))
    # Most coins lose against the most P(share) can be: then nothing more need be looked up.
    most = most_chance(w, post, reader)
    if coin >= most:
        return
    if w.late == 0:
        fetch_share(w, p.author, reader)
    chance = share_probability(w, known, post, reader, time, surface == 0) * again
    if chance > most:
        w.excess = max(w.excess, chance)
    if coin < chance:
        k = np.int64(0)
        if known.shared != 0:
            if author == reader or has_shared(w, post, reader):
                return
            k = np.int64(REPEAT + known.shared)
        known.shared += 1
        deliver(w, share(w, post, reader, time, k), time)


@inner
def sharing_again(w, known, story):
    """The factor on P(share) of who has shared the story already; 0: it does not once more."""
    factor = templates(w)[stories(w)[story].template].again
    if known.shared == MOST_SHARES:
        return 0.0
    chance = 1.0
    for _ in range(known.shared):
        chance *= factor
    return chance


@inner
def has_shared(w, post, account):
    """Whether this account has shared this very post, of a story that may be shared again."""
    other = np.int64(shares(w)[post].newest)
    while other > 0:
        if posts(w)[other].author == account:
            return True
        other = np.int64(shares(w)[other].earlier)
    return False


@inner
def share_as_observed(w, known, post, reader, time, surface, word):
    """Whether a read leads to a share in a replay; see ``rumorsim.world.evidence``."""
    place = place_of(w, post)
    seen = observed_read(w, place, post, reader, time)
    k = np.int64(0)
    if seen >= 0:
        taken(w)[seen] = 1
        k = np.int64(observed_reads(w)[seen].k)
    # An address has one post: what was shared freely is not shared again as observed.
    barred = known.shared == FREELY if seen >= 0 and k == 0 else known.shared != 0 and seen < 0
    if barred or accounts(w)[reader].can_post == 0:
        return
    delivery = np.int64(-1) if seen >= 0 else delivery_of(w, place, post, reader)
    chance = min(share_probability(w, known, post, reader, time, surface == 0), 1.0)
    if w.conditioning:
        note(w, seen, delivery, chance)
        shares = seen >= 0
    else:
        shares = conditioned(w, seen, delivery, post, reader, uniform(word)) < chance
    if shares:
        if known.shared == 0:
            known.shared = 1 if seen >= 0 else FREELY
        deliver(w, share(w, post, reader, time, k), time)


@inner
def share(w, parent, account, time, k):
    """A share: a new post at this moment, counted for the one that was shared. Its number."""
    p = posts(w)[parent]
    story = np.int64(p.story)
    author = np.int64(p.author)
    number = new_post(w, time, story, account, k, parent)
    if w.shares_rows > 0:
        shares(w)[number].earlier = shares(w)[parent].newest
        shares(w)[parent].newest = number
    write(w, time, SHARE, story, number, account, author, np.float64(parent))
    p.shares += 1
    stories(w)[story].shares += 1
    profiles(w)[author].shares += 1
    platform = platform_of(w, author)
    top = tops(w)[platform, story]
    if top >= 0 and top != parent:
        leader = posts(w)[top]
        if p.shares > leader.shares or (p.shares == leader.shares and parent < top):
            tops(w)[platform, story] = parent
    watch(w, OF_POST + SHARES, parent, p.shares)
    watch(w, OF_STORY + SHARES, story, stories(w)[story].shares)
    watch(w, OF_ACCOUNT + SHARES, author, profiles(w)[author].shares)
    return number


@inner
def present_account(w, account):
    """The account that reads in its place: itself, or who succeeds it; -1 where nobody may."""
    while accounts(w)[account].can_read == 0:
        account = heir_of(w, account)
        if account < 0:
            break
    return account


@inlined
def check_in(w, reader, time, word):
    """An account opens the app: it reads the newest visible posts, the rest is missed.

    ``word``: its :func:`check_ins.background_word`; any where nobody's feed has a background.
    """
    w.checked_in += 1
    account = accounts(w)[reader]
    left = np.int64(account.unread)
    spill = np.int64(account.spill)
    account.unread = 0
    account.spill = -1
    who = present_account(w, reader)
    reading = who >= 0
    limited = w.attention > 0
    crowded = w.crowd >= 0 and account.background > 0.0
    now = warp(curve(w), time) if crowded and reading else 0.0
    taken = 0
    plain = w.touched == 0
    newest = left - INLINE
    while left > 0 and reading:
        left -= 1
        if left >= newest:
            unread = np.int64(account.inline[left % INLINE])
        else:
            unread = np.int64(pool(w)[spill].posts[left % SPILL])
            if left % SPILL == 0:
                spill = release(w, spill)
        post = unread & NUMBER
        if not plain and not seen(w, post, reader):
            continue
        if crowded:
            age = now - warp(curve(w), posts(w)[post].time)
            places = w.attention - taken
            if account.background * age >= sample(tables(w), w.crowd + places - 1, word):
                reading = False
                continue
        taken += 1
        if limited and taken == w.attention:
            reading = False
        # Whoever reads in its place has draws of its own.
        dull = unread != post and who == reader
        if not (dull and skim(w, post, who)):
            read(w, post, who, time, np.int64(0), dull)
    while spill >= 0:
        spill = release(w, spill)


@inner
def read_delayed(w, reader, post, time):
    """Delay reading: one delivery is read, if it is still to be seen."""
    who = present_account(w, reader)
    if who < 0:
        return
    if seen(w, post, reader):
        read(w, post, who, time, np.int64(0), False)


@inner
def read_on_visit(w, visitor, post, time):
    """An account that came upon an original outside its feed reads it, if it is to be seen."""
    reader = present_account(w, visitor)
    if reader >= 0 and shown(w, post, reader):
        read(w, post, reader, time, w.visited, False)
