"""Section: what the desk did, how well it aimed, and whom it hit by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rumorsim.measures import describe
from rumorsim.reports.answers import ordered
from rumorsim.reports.parts import Column, Section, Table, Text
from rumorsim.reports.wording import in_worlds, over, quoted
from rumorsim.studies.effects import and_, cell

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved
    from rumorsim.studies.change import Paired
    from rumorsim.studies.intervals import Interval


#: Numbers shown wherever any policy has them, with the words for them.
_ENFORCEMENT: Final = (
    ("enforcement.flags", "cases opened"),
    ("enforcement.dismissals", "reviewed and dismissed"),
    ("enforcement.moot", "moot: the target was gone, or under as much already"),
    ("enforcement.actions", "actions"),
    ("enforcement.undone", "undone later"),
    ("enforcement.precision.by_truth.value", "precision: part of the actions that hit the guilty"),
    ("enforcement.recall.by_truth.value", "recall: part of the guilty that were hit"),
    (
        "enforcement.latency.from_first_guilty_post.median",
        "median hours from the first guilty post to the action",
    ),
    ("enforcement.queue.max_waiting", "most cases waiting at once"),
    ("enforcement.queue.open_at_end", "cases still open at the end"),
)
_COLLATERAL: Final = (
    ("collateral.accounts.guilty", "guilty accounts hit"),
    ("collateral.accounts.innocent", "innocent accounts hit"),
    ("collateral.accounts.innocent_persons", "persons behind them"),
    ("collateral.posts.deleted.true", "posts of true stories deleted"),
    ("collateral.posts.hidden.true", "posts of true stories hidden"),
    ("collateral.posts.of_closed_accounts.true", "posts of true stories gone with an account"),
    ("collateral.stories.delisted.true", "true stories kept off the trending list"),
)
_INNOCENT: Final = "collateral.accounts.innocent"
_GUILT: Final = (
    "An account is guilty once it has posted a false story, whether it knew or not, and innocent"
    " if it had posted none when it was hit. A true story taken down because of its subject counts"
    " as collateral."
)


def desk_section(saved: Saved) -> Section | None:
    """Enforcement and collateral side by side for all policies."""
    policies = [policy for policy in ordered(saved) if saved.change(policy, "enforcement.actions")]
    if not policies:
        return None
    tables = [
        table
        for name, title, keys in (
            ("enforcement", f"Moderation{over(saved)}", _ENFORCEMENT),
            ("collateral", f"Accounts, posts and stories hit{over(saved)}", _COLLATERAL),
        )
        if (table := _table(saved, policies, name, title, keys)) is not None
    ]
    return Section(
        "enforcement", "Enforcement and collateral", [Text(_wrongly(saved, policies)), *tables,
        Text(_GUILT, "note")],
    )  # fmt: skip


def _wrongly(saved: Saved, policies: list[str]) -> str:
    hit = [policy for policy in policies if any(saved.scalars[policy].get(_INNOCENT, ()))]
    if not hit:
        return "In none of these worlds did any policy hit an innocent account."
    parts = []
    for policy in hit:
        change = saved.change(policy, _INNOCENT)
        assert change is not None
        parts.append(f"{quoted(policy)} {cell(change.mean)}")
    a_world = "" if len(saved.seeds) == 1 else " per world"
    return (
        f"Innocent accounts hit{a_world}: {and_(parts)}; every other policy none."
        if len(hit) < len(policies)
        else f"Innocent accounts hit{a_world}: {and_(parts)}."
    )


def _shown(key: str, mean: Interval) -> str:
    meaning = describe(key)
    if meaning is not None and meaning.unit == "part":
        return cell(mean.in_percent, unit="%")
    return cell(mean)


def _in(saved: Saved, key: str, change: Paired | None) -> str:
    return "\u2013" if change is None else in_worlds(_shown(key, change.mean), change, saved)


def _table(
    saved: Saved, policies: list[str], name: str, title: str, keys: tuple[tuple[str, str], ...]
) -> Table | None:
    columns = [Column("", numeric=False), *(Column(policy) for policy in policies)]
    rows, raw = [], []
    for key, words in keys:
        if not any(saved.scalars[policy].get(key) and saved.ever(key) for policy in policies):
            continue
        changes = [saved.change(policy, key) for policy in policies]
        rows.append([words, *(_in(saved, key, change) for change in changes)])
        for policy, change in zip(policies, changes, strict=True):
            if change:
                raw.append([key, words, policy, change.worlds, *change.mean])
    head = ["measure", "meaning", "policy", "worlds", "mean", "low", "high"]
    return Table(name, title, columns, rows, (head, raw)) if rows else None
