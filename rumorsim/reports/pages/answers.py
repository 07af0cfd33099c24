"""The one sentence of a comparison, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rumorsim.reports.figures.tables import spread
from rumorsim.reports.pages.prevented import prevented_answer
from rumorsim.reports.pages.wording import (
    kinds_of,
    less_is_better,
    level_of,
    main_of,
    ordered,
    quoted,
    together,
)
from rumorsim.studies.compare.effects import (
    and_,
    clearly,
    did,
    is_estimable,
    not_excluded,
    number_name,
)
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import LEVEL, shared_level
from rumorsim.studies.statistics.stated import paired_difference

if TYPE_CHECKING:
    from rumorsim.reports.pages.saved import Saved
    from rumorsim.studies.statistics.change import Paired

#: Of how many policies a sentence tells what the worlds show, where these are too few for means.
_FEW: Final = 4


def answer_of(saved: Saved) -> str:
    """What the policies did, in one sentence that its intervals bear out."""
    policies = ordered(saved)
    if not policies or NONE not in saved.policies:
        return _without_base(saved)
    if saved.facts.get("prevented"):
        return prevented_answer(saved)
    if len(saved.seeds) == 1:
        return _one_world(saved, policies[0])
    few = saved.facts.get("few_worlds")
    told = _many_worlds(saved, policies)
    return f"{few} {told}" if few else told


def _many_worlds(saved: Saved, policies: list[str]) -> str:
    key = main_of(saved)
    better = -1 if less_is_better(key) else 1
    clear = [policy for policy in policies if clearly(saved.change(policy, key)) == better]
    if len(policies) == 1:
        return f"{_effects(saved, policies[0])}."
    if not clear:
        return _nothing_clear(saved, policies)
    leader = clear[0]
    rivals = not_clearly_behind(saved, leader)
    told = f"{quoted(leader)} {_did(saved, leader, key)}"
    if rivals:
        told += f", but not clearly more than {and_([quoted(each) for each in rivals])}"
    else:
        told += ", clearly more than any other policy compared"
    # What it did to true stories, where there are both kinds.
    other = kinds_of(saved)[-1][0]
    if other != key and saved.change(leader, other) is not None:
        told += f"; it {_did(saved, leader, other)}"
    return f"{told}."


def not_clearly_behind(saved: Saved, leader: str) -> list[str]:
    """Policies whose worlds do not tell them from ``leader``, with intervals for all pairs."""
    key, count = main_of(saved), len(saved.policies)
    level = shared_level(count * (count - 1) // 2)
    found = []
    for other in ordered(saved):
        pairs = zip(saved.scalars[other][key], saved.scalars[leader][key], strict=True)
        known = [(a, b) for a, b in pairs if a is not None and b is not None]
        gap = paired_difference([a for a, _ in known], [b for _, b in known], level, key=key)
        if other != leader and not gap.clear:
            found.append(other)
    return found


def _change(saved: Saved, policy: str, key: str) -> Paired:
    change = saved.change(policy, key)
    assert change is not None
    return change


def _did(saved: Saved, policy: str, key: str, what: str = "") -> str:
    return did(_change(saved, policy, key), what or f"the {number_name(key)}", level_of(saved))


def _effects(saved: Saved, policy: str) -> str:
    """Sentence such as "“close accounts” cut ... and did not clearly change ..."."""
    keys = [key for key, _ in kinds_of(saved) if saved.change(policy, key) is not None]
    return f"{quoted(policy)} {and_([_did(saved, policy, key) for key in keys])}"


def _nothing_clear(saved: Saved, policies: list[str]) -> str:
    key = main_of(saved)
    worse = [policy for policy in policies if clearly(saved.change(policy, key))]
    if worse:
        told = _effects(saved, worse[0])
        return f"{told}; no policy clearly changed the {number_name(key)} for the better."
    change = _change(saved, policies[0], key)
    if change.identical:
        bound = not_excluded(change)
        where = f"in any of {change.worlds} worlds ({bound})"
        return f"No policy changed the {number_name(key)} {where}."
    if any(not is_estimable(_change(saved, policy, key)) for policy in policies):
        # What the worlds show of each, and no order of means.
        shown = [f"{quoted(policy)} {_did(saved, policy, key)}" for policy in policies[:_FEW]]
        return f"{and_(shown)}."
    return (
        f"No policy clearly changed the {number_name(key)}: the one with the best mean,"
        f" {quoted(policies[0])}, {_did(saved, policies[0], key, 'it')}."
    )


def _one_world(saved: Saved, policy: str) -> str:
    parts = []
    for key, word in kinds_of(saved):
        change, base = saved.change(policy, key), saved.change(NONE, key)
        if change and base:
            ends = f"{change.mean.estimate:,.0f} accounts instead of {base.mean.estimate:,.0f}"
            if change.identical:
                ends = f"{base.mean.estimate:,.0f} accounts, as without it"
            parts.append(f"{word} stories reached {ends}")
    return f"In this one world, under {quoted(policy)}, {and_(parts)}: an example, not an estimate."


def _without_base(saved: Saved) -> str:
    policy = saved.policies[0]
    parts = [
        f"{word} stories reached {spread(*change.mean)} accounts"
        for key, word in kinds_of(saved)
        if (change := saved.change(policy, key))
    ]
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
    shared = saved.facts.get("level_of_each_policy", LEVEL) != LEVEL
    return (
        f"From {count} coupled worlds (seeds {seeds[0]} to {seeds[-1]}), with {level_of(saved)}"
        f" {kind} intervals{together(saved, ', which') if shared else ''}. An interval says how far"
        " chance could move the mean over worlds of this scenario. It does not say whether the"
        " scenario is right."
    )
