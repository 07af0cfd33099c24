"""The one sentence of a comparison, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.reports.tables import spread
from rumorsim.reports.wording import both_of, quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import FALSE, TRUE, and_, clearly, did, not_excluded
from rumorsim.studies.intervals import LEVEL, shared_level
from rumorsim.studies.stated import paired_difference

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved


_WORDS = {FALSE: "the reach of false stories", TRUE: "the reach of true stories"}


def level_of(saved: Saved) -> str:
    """The level of intervals in words, such as "95 %"."""
    return f"{100 * float(saved.facts.get('level', LEVEL)):g}\u00a0%"


def main_of(saved: Saved) -> str:
    """The number policies are ranked by: reach of false stories, of true ones if all are."""
    return FALSE if both_of(saved)[0] else TRUE


def ordered(saved: Saved) -> list[str]:
    """The policies but ``none``, best mean first: least false reach, or most true reach."""
    key = main_of(saved)
    sign = 1.0 if key == FALSE else -1.0

    def rank(policy: str) -> tuple[float, int]:
        change = saved.change(policy, key)
        return (
            sign * change.mean.estimate if change else float("inf"),
            saved.policies.index(policy),
        )

    return sorted((policy for policy in saved.policies if policy != NONE), key=rank)


def not_clearly_behind(saved: Saved, leader: str) -> list[str]:
    """Policies whose worlds do not tell them from ``leader``, with intervals for all pairs."""
    key = main_of(saved)
    others = [policy for policy in ordered(saved) if policy != leader]
    count = len(saved.policies)
    level = shared_level(count * (count - 1) // 2)
    lead = saved.scalars[leader][key]
    found = []
    for other in others:
        pairs = [
            (a, b)
            for a, b in zip(saved.scalars[other][key], lead, strict=True)
            if a is not None and b is not None
        ]
        gap = paired_difference([a for a, _ in pairs], [b for _, b in pairs], level)
        if not gap.clear:
            found.append(other)
    return found


def answer_of(saved: Saved) -> str:
    """What the policies did, in one sentence that its intervals bear out."""
    policies = ordered(saved)
    if not policies or NONE not in saved.policies:
        return _alone(saved)
    if len(saved.seeds) == 1:
        return _one_world(saved, policies)
    few = saved.facts.get("few_worlds")
    told = _of_worlds(saved, policies)
    return f"{few} {told}" if few else told


def _of_worlds(saved: Saved, policies: list[str]) -> str:
    key, level = main_of(saved), level_of(saved)
    better = -1 if key == FALSE else 1
    clear = [policy for policy in policies if clearly(saved.change(policy, key)) == better]
    if len(policies) == 1:
        return f"{_told(saved, policies[0])}."
    if not clear:
        return _nothing_clear(saved, policies)
    leader = clear[0]
    rivals = not_clearly_behind(saved, leader)
    change = saved.change(leader, key)
    assert change is not None
    head = f"{quoted(leader)} {did(change, _WORDS[key], level)}"
    if rivals:
        names = and_([quoted(each) for each in rivals])
        return f"{head}, but not clearly more than {names}{_other(saved, leader)}."
    return f"{head}, clearly more than any other policy compared{_other(saved, leader)}."


def _told(saved: Saved, policy: str) -> str:
    """ "“close accounts” cut ... and did not clearly change ..." """
    level = level_of(saved)
    parts = [
        did(change, words, level)
        for key, words in _WORDS.items()
        if both_of(saved)[key == TRUE] and (change := saved.change(policy, key)) is not None
    ]
    return f"{quoted(policy)} {and_(parts)}"


def _other(saved: Saved, policy: str) -> str:
    """What the policy did to true stories, where there are both kinds."""
    change = saved.change(policy, TRUE)
    if both_of(saved) != (True, True) or change is None:
        return ""
    return f"; it {did(change, _WORDS[TRUE], level_of(saved))}"


def _nothing_clear(saved: Saved, policies: list[str]) -> str:
    key, level = main_of(saved), level_of(saved)
    worse = [policy for policy in policies if clearly(saved.change(policy, key))]
    if worse:
        return f"{_told(saved, worse[0])}; no policy clearly changed {_WORDS[key]} for the better."
    change = saved.change(policies[0], key)
    assert change is not None
    if change.identical:
        bound = not_excluded(change)
        return f"No policy changed {_WORDS[key]} in any of {change.worlds} worlds ({bound})."
    return (
        f"No policy clearly changed {_WORDS[key]}: the one with the best mean,"
        f" {quoted(policies[0])}, {did(change, 'it', level)}."
    )


def _one_world(saved: Saved, policies: list[str]) -> str:
    parts = []
    for key, words in _WORDS.items():
        change, base = saved.change(policies[0], key), saved.change(NONE, key)
        if change and base and both_of(saved)[key == TRUE]:
            stories = words.removeprefix("the reach of ")
            ends = f"{change.mean.estimate:,.0f} accounts instead of {base.mean.estimate:,.0f}"
            if change.identical:
                ends = f"{base.mean.estimate:,.0f} accounts, as without it"
            parts.append(f"{stories} reached {ends}")
    return (
        f"In this one world, under {quoted(policies[0])}, {and_(parts)}: an example, not an"
        " estimate."
    )


def _alone(saved: Saved) -> str:
    policy = saved.policies[0]
    parts = []
    for key, words in _WORDS.items():
        change = saved.change(policy, key)
        if change and both_of(saved)[key == TRUE]:
            parts.append(
                f"{words.removeprefix('the reach of ')} reached {spread(*change.mean)} accounts"
            )
    under = "" if policy == NONE else f"under {quoted(policy)}, "
    if len(saved.seeds) == 1:
        return f"In this one world, {under}{and_(parts)}: an example, not an estimate."
    return f"On average over the worlds, {under}{and_(parts)}."


def terms_of(saved: Saved) -> str:
    """What the sentence rests on: worlds, seeds, kind of interval, and what that leaves out."""
    count, seeds = len(saved.seeds), saved.seeds
    if count == 1:
        return (
            f"One world (seed {seeds[0]}). What happened in it may be chance: compare policies over"
            " many worlds before you conclude anything."
        )
    kind = "bootstrap" if saved.facts.get("intervals") == "bootstrap" else "t"
    others = len(saved.policies) - 1
    together = (
        f", which hold for {'both' if others == 2 else f'all {others}'} policies at once"
        if others > 1 and saved.facts.get("level_of_each_policy", LEVEL) != LEVEL
        else ""
    )
    return (
        f"From {count} coupled worlds (seeds {seeds[0]} to {seeds[-1]}), with {level_of(saved)}"
        f" {kind} intervals{together}. An interval says how far chance could move the mean over"
        " worlds of this scenario. It does not say whether the scenario is right."
    )
