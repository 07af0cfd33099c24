"""How good inferred parents are, where the true ones are known: calibration, and naive rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from rumorsim.common.errors import InputError, show_value
from rumorsim.events.observed.parents.law import Chooser
from rumorsim.events.observed.parents.shares import Floats, Ints, Shares, sorted_shares

#: Rules that name one parent for each share.
NAIVE: Final = ("root", "latest", "most-followed")


@dataclass(frozen=True)
class Calibration:
    """How far chances of parents are from frequencies, over all shares that had a choice.

    Expected calibration errors are means over shares of |chance - frequency| in 15 bins of equal
    width (Guo et al., "On calibration of modern neural networks", ICML 2017).

    Attributes
    ----------
    shares : int
        Shares with two candidates or more.
    top : float
        Expected calibration error of the chance of the likeliest parent.
    root : float
        The same of the chance that the root is the parent.
    among_shares : float
        The same of the likeliest share, among shares of shares, given that it is not the root.
    hits : float
        How often the likeliest parent is the true one.
    log_score : float
        Mean log chance of the true parent.
    """

    shares: int
    top: float
    root: float
    among_shares: float
    hits: float
    log_score: float


def calibration_error(chances: Floats, hits: ArrayLike, bins: int = 15) -> float:
    """Expected calibration error: mean of |chance - frequency| over bins of equal width."""
    number = np.minimum((chances * bins).astype(np.int64), bins - 1)
    apart = np.bincount(number, chances - np.asarray(hits, np.float64), bins)
    return float(np.abs(apart).sum() / len(chances))


def calibration(shares: Shares, chooser: Chooser, parent: Ints) -> Calibration:
    """Hold chances against known parents, places in the sorted table."""
    columns: list[Floats] = []
    for block in shares.blocks():
        choice = chooser.choose(block)
        number = np.arange(len(block.root))
        at = parent[block.rows] - block.first
        best = choice.share.argmax(1)
        within = choice.share[number, best]
        top = np.maximum(choice.root, within * (1 - choice.root))
        likeliest = np.where(choice.root >= within * (1 - choice.root), 0, best)
        true = np.where(at == 0, choice.root, choice.share[number, at] * (1 - choice.root))
        rows = (choice.root, at == 0, top, likeliest == at, within, best == at, true)
        columns.append(np.array(rows, np.float64)[:, number + block.rows.start > block.first + 1])
    root, by_root, top, hit, within, share_hit, true = np.concatenate(columns, axis=1)
    other = by_root == 0
    return Calibration(
        len(root),
        calibration_error(top, hit),
        calibration_error(root, by_root),
        calibration_error(within[other], share_hit[other]),
        float(hit.mean()),
        float(np.log(np.maximum(true, 1e-300)).mean()),
    )


def naive_parents(
    cascade: ArrayLike,
    account: ArrayLike,
    time: ArrayLike,
    followers: ArrayLike | None = None,
    *,
    rule: str = "root",
) -> Ints:
    """Name one parent for each share by a plain rule, to be compared with inferred parents.

    Parameters
    ----------
    cascade : array_like of int, shape [posts]
        The cascade of each post.
    account : array_like of int, shape [posts]
        Who posted.
    time : array_like of float, shape [posts]
        When, in hours.
    followers : array_like of float, shape [posts], optional
        Followers of the account.
    rule : {"root", "latest", "most-followed"}
        The root; the post just before; the earlier post whose account has most followers, the
        latest among equals.

    Returns
    -------
    int64 [posts]
        The row of each parent, -1 for a root.

    Raises
    ------
    InputError
        If there is no such rule, or it needs followers and there are none.
    """
    if rule not in NAIVE:
        rest = f"must be one of {', '.join(NAIVE)}"
        raise InputError(rest, key="rule", value=show_value(rule))
    shares, _ = sorted_shares(cascade, account, time, followers)
    roots = shares.begin[:-1]
    parent = np.repeat(roots, shares.sizes)
    if rule == "latest":
        parent = np.arange(len(parent)) - 1
    elif rule == "most-followed":
        if shares.log_followers is None:
            raise InputError("is needed by the rule 'most-followed'", key="followers")
        for first, end in zip(roots, shares.begin[1:], strict=True):
            logs = shares.log_followers[first:end]
            best = np.where(logs >= np.maximum.accumulate(logs), np.arange(first, end), first)
            parent[first + 1 : end] = np.maximum.accumulate(best)[:-1]
    found = np.full(len(parent), -1, np.int64)
    found[shares.order] = shares.order[parent]
    found[shares.order[roots]] = -1
    return found
