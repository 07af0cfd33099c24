"""What a policy averted in one world: by which way it would have come, who stood between, whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from rumorsim.studies.explain.observing import Counts, Ints, Watched

#: What stood between: see :func:`averted`.
AUTHOR: Final = "author did not post"
STOPPED: Final = "account acted upon"
DECLINED: Final = "sharer did not share"
REMOVED: Final = "post or author acted upon"
UNSEEN: Final = "not come upon"
#: The way from one account of a person to another.
CROSS_POSTING: Final = "cross-posting"
#: Generations from this one on are counted together.
_LAST_GENERATION: Final = 4


class Flow(NamedTuple):
    """So many accounts that did not hear: the way, the generation, what stood between, whom."""

    mechanism: str
    generation: str
    between: str
    kind: str
    platform: str
    accounts: int


class Between(NamedTuple):
    """An account that stood between so many accounts and the story, which they did not hear."""

    account: int
    acted_upon: bool
    accounts: int


@dataclass(frozen=True)
class Averted:
    """What a policy averted against ``none`` in the coupled world.

    ``none`` and ``policy`` count who shared and heard in each. ``flows`` split those who heard
    under ``none`` and never under the policy. ``later``, ``alike`` and ``earlier`` are those who
    heard in both, by when; ``instead`` are those who heard under the policy alone.
    """

    none: Counts
    policy: Counts
    flows: tuple[Flow, ...]
    between: tuple[Between, ...]
    later: int
    alike: int
    earlier: int
    instead: int
    median_delay: float | None

    @property
    def never(self) -> int:
        """Accounts that heard under ``none`` and never under the policy."""
        return sum(flow.accounts for flow in self.flows)

    def by(self, what: str) -> dict[str, int]:
        """Accounts that did not hear by one column of the flows, the most first."""
        return by_part(self.flows, what)

    def as_dict(self) -> Mapping[str, Any]:
        """As plain JSON values."""
        return {
            "none": self.none._asdict(),
            "policy": self.policy._asdict(),
            "never": self.never,
            "later": self.later,
            "median_delay_hours": self.median_delay,
            "alike": self.alike,
            "earlier": self.earlier,
            "instead": self.instead,
            "flows": [flow._asdict() for flow in self.flows],
            "between": [each._asdict() for each in self.between],
        }


def by_part(flows: Iterable[Flow], what: str) -> dict[str, int]:
    """Accounts by one column of the flows, the most first; generations in order."""
    found: Counter[str] = Counter()
    for flow in flows:
        found[getattr(flow, what)] += flow.accounts
    order = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return dict(sorted(found.items()) if what == "generation" else order)


def averted(none: Watched, policy: Watched, most: int = 20) -> Averted:
    """What ``policy`` averted of what happened under ``none``, in worlds of the same seed.

    The way is that of the first read under ``none``, its generation the number of posts from the
    original on. What stood between is read off that chain of posts. Its first post that was not
    made under the policy, or the read itself, had come from a post that the policy had acted upon,
    or its author, or its original (:data:`REMOVED`). Else that post was an original
    (:data:`AUTHOR`), or one by an account that the policy acted upon (:data:`STOPPED`), or by one
    that just did not share (:data:`DECLINED`), because it heard in another way, or met friction
    or a label. Where every post was made, the reader was acted upon (:data:`STOPPED`), or did not
    come upon it in time (:data:`UNSEEN`). ``most`` accounts that stood between are named.
    """
    before, after = _firsts(none), _firsts(policy)
    accounts = set(before)
    lost = sorted(accounts - set(after))
    reads = np.array([before[each] for each in lost], np.int64)
    missing = _first_missing(none, policy)
    flows: Counter[tuple[str, str, str, str, str]] = Counter()
    between: Counter[int] = Counter()
    generations = _generations(none)
    hit = _acted_upon(none, policy)
    facts = none.facts
    for read in reads.tolist():
        post, reader = int(none.reads.post[read]), int(none.reads.account[read])
        why, who = _why(none, policy, hit, int(missing[post]), post, reader)
        if who >= 0:
            between[who] += 1
        kind = facts.kinds[int(facts.kind[reader])]
        where = facts.platforms[int(facts.platform[reader])]
        step = _generation(int(generations[post]) + 1)
        flows[_mechanism(none, read), step, why, kind, where] += 1
    times = [
        (float(none.reads.time[before[each]]), float(policy.reads.time[after[each]]))
        for each in accounts & set(after)
    ]
    gaps = np.array([then - now for now, then in times])
    later = gaps[gaps > 0]
    return Averted(
        none=none.counts(),
        policy=policy.counts(),
        flows=tuple(Flow(*words, count) for words, count in sorted(flows.items())),
        between=tuple(
            Between(account, bool(policy.acted[account]), count)
            for account, count in sorted(between.items(), key=lambda each: (-each[1], each[0]))
        )[:most],
        later=len(later),
        alike=int((gaps == 0).sum()),
        earlier=int((gaps < 0).sum()),
        instead=len(set(after) - accounts),
        median_delay=float(np.median(later)) if len(later) else None,
    )


def _firsts(run: Watched) -> dict[int, int]:
    """The first read of each account and story that counts."""
    stories = run.read_story
    which = np.flatnonzero((run.reads.first >= 0) & run.stories[stories])
    pairs = run.pair(run.reads.account, stories)[which]
    return dict(zip(pairs.tolist(), which.tolist(), strict=True))


def _first_missing(none: Watched, policy: Watched) -> Ints:
    """For each post of ``none`` the first on its chain not made under ``policy``; -1: all were."""
    made, other = none.posts, policy.posts
    there = set(zip(other.story.tolist(), other.author.tolist(), other.k.tolist(), strict=True))
    found: list[int] = []
    rows = zip(*(each.tolist() for each in made[2:]), strict=True)
    for post, (story, author, k, parent) in enumerate(rows):
        above = found[parent] if parent >= 0 else -1
        found.append(above if above >= 0 or (story, author, k) in there else post)
    return np.array(found, np.int64)


def _generations(run: Watched) -> Ints:
    """How many posts lie between each post and its original, which has 0."""
    found: list[int] = []
    for parent in run.posts.parent.tolist():
        found.append(found[parent] + 1 if parent >= 0 else 0)
    return np.array(found, np.int64)


def _acted_upon(none: Watched, policy: Watched) -> Ints:
    """For each post of ``none`` the account for which nobody saw it any more; -1: there is none.

    Its author, where the post or its author was acted upon, else that of its original.
    """
    other, made = policy.posts, none.posts
    keys = zip(other.story.tolist(), other.author.tolist(), other.k.tolist(), strict=True)
    hit = {key for key, acted in zip(keys, policy.acted_posts.tolist(), strict=True) if acted}
    found: list[int] = []
    roots: list[int] = []
    for post, (story, author, k, parent) in enumerate(
        zip(*(each.tolist() for each in made[2:]), strict=True)
    ):
        root = roots[parent] if parent >= 0 else post
        roots.append(root)
        own = (story, author, k) in hit or bool(policy.acted[author])
        found.append(author if own else found[root] if root != post else -1)
    return np.array(found, np.int64)


def _why(
    none: Watched, policy: Watched, hit: Ints, gone: int, post: int, reader: int
) -> tuple[str, int]:
    """What stood between, and the account that did; -1 for none."""
    above = post if gone < 0 else int(none.posts.parent[gone])
    if above >= 0 and hit[above] >= 0:
        return REMOVED, int(hit[above])
    if gone < 0:
        return (STOPPED, reader) if policy.acted[reader] else (UNSEEN, -1)
    author = int(none.posts.author[gone])
    if above < 0:
        return AUTHOR, author
    return (STOPPED if policy.acted[author] else DECLINED), author


def _mechanism(run: Watched, read: int) -> str:
    facts, surface = run.facts, int(run.reads.first[read])
    author = int(run.posts.author[run.reads.post[read]])
    same = facts.person[author] == facts.person[run.reads.account[read]]
    return CROSS_POSTING if surface == 0 and same else facts.surfaces[surface]


def _generation(step: int) -> str:
    return f"{_LAST_GENERATION} or more" if step >= _LAST_GENERATION else str(step)
