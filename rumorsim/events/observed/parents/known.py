"""The law of parents from cascades whose parents are known, to be used where they are not."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.special import ndtri

from rumorsim.common.errors import InputError
from rumorsim.events.observed.parents.law import Chooser, ParentLaw
from rumorsim.events.observed.parents.shares import BINS, EDGES, NONE, Floats, Ints, Shares

#: Shares from which delays are fitted, evenly out of all: more change the third digit only.
_MOST_SHARES: Final = 40_000
_STEPS: Final = 100
#: Knots of the log odds of the root: every second octave of its age.
_KNOTS: Final = 15
#: How stiff these are: weight of squared second differences (assumption).
_STIFF: Final = 0.1


class _Rows(NamedTuple):
    """Shares that had a choice: cascade, bin of the root's age, log S, and whether of the root."""

    cascade: Ints
    root: Ints
    logs: Floats
    by_root: Floats


def known_parents(shares: Shares, place: Ints, parent: ArrayLike) -> Ints:
    """Places of the parents in the sorted table, -1 for roots; InputError where that cannot be."""
    given = np.asarray(parent)
    if given.shape != place.shape or given.dtype.kind not in "iu":
        rule = (
            f"must be whole numbers of shape {place.shape}: the row of each parent, -1 for a root"
        )
        raise InputError(rule, key="parent", value=f"{given.dtype} of shape {given.shape}")
    found = np.full(len(place), -1, np.int64)
    has = (given >= 0) & (given < len(place))
    found[place[has]] = place[given[has]]
    cascade = shares.cascade
    roots = np.zeros(len(place), np.bool_)
    roots[shares.begin[:-1]] = True
    wrong = ~roots & ((found < 0) | (cascade[found] != cascade) | (found >= np.arange(len(place))))
    wrong |= roots & (found >= 0)
    if wrong.any():
        row = int(shares.order[np.argmax(wrong)])
        rule = "must be an earlier row of the same cascade, -1 for its earliest row alone"
        advice = "drop what was stamped before its parent"
        raise InputError(rule, key=f"parent[{row}]", value=str(given[row]), advice=advice)
    return found


def fit_known(shares: Shares, parent: Ints) -> ParentLaw:
    """Fit a law by maximum likelihood. ``parent`` int64 [posts], places in the sorted table."""
    outside = _outside(shares, parent)
    power = 0.0
    if shares.log_followers is not None:
        fits = minimize_scalar(
            lambda power: -_delays(shares, parent, power)[1],
            bounds=(-0.5, 2.0),
            method="bounded",
            options={"xatol": 0.01},
        )
        power = float(fits.x)
    delay, _ = _delays(shares, parent, power)
    draft = ParentLaw(tuple(delay), (0.0,) * BINS, power, 1.0, outside)
    rows = _rows(shares, parent, draft)
    root, crowding = _odds(rows)
    law = ParentLaw(tuple(delay), tuple(root), power, crowding, outside)
    return ParentLaw(law.delay, law.root, power, crowding, outside, _alike(rows, law))


def _outside(shares: Shares, parent: Ints) -> float:
    if shares.follows is None:
        return 0.0
    outside = free = 0
    for block in shares.blocks():
        assert block.followed is not None
        number = np.arange(len(block.root))
        candidates = 1 + (block.bins != NONE).sum(1)
        followed = block.followed.sum(1)
        open_ = (followed > 0) & (followed < candidates)
        taken = block.followed[number, parent[block.rows] - block.first]
        free += int(open_.sum())
        outside += int((open_ & ~taken).sum())
    return outside / max(1, free)


def _delays(shares: Shares, parent: Ints, power: float) -> tuple[Floats, float]:
    """Weights of shares by age, and the mean log likelihood, among shares of shares."""
    apart = parent - shares.begin[shares.cascade]
    chosen = np.flatnonzero(apart > 0)
    if not len(chosen):
        return 1 / (1 + EDGES[1:] / 3600.0), 0.0
    taken = np.zeros(len(parent), np.bool_)
    taken[chosen[:: 1 + len(chosen) // _MOST_SHARES]] = True
    attraction = np.ones(len(parent))
    if shares.log_followers is not None:
        attraction = np.exp(power * shares.log_followers)
    table, hits, own = [], [], []
    for block in shares.blocks():
        rows = np.flatnonzero(taken[block.rows])
        if not len(rows):
            continue
        bins = block.bins[rows]
        weight = attraction[block.first : block.first + bins.shape[1]]
        if block.followed is not None:
            follows = block.followed[rows]
            side = follows[np.arange(len(rows)), parent[block.rows][rows] - block.first]
            bins = np.where(follows == side[:, None], bins, NONE)
        flat = bins + (BINS + 1) * np.arange(len(rows))[:, None]
        spread = np.broadcast_to(weight, bins.shape).ravel()
        counts = np.bincount(flat.ravel(), spread, (BINS + 1) * len(rows))
        table.append(counts.reshape(-1, BINS + 1)[:, :NONE])
        at = parent[block.rows][rows] - block.first
        hits.append(bins[np.arange(len(rows)), at])
        own.append(weight[at])
    counts, hit = np.vstack(table), np.concatenate(hits)
    picked = np.bincount(hit, minlength=BINS) + 0.5
    delay = np.ones(BINS)
    for _ in range(_STEPS):
        delay = picked / (counts.T @ (1 / (counts @ delay)) + 0.5 / delay)
        delay /= delay.max()
    chances = delay[hit] * np.concatenate(own) / (counts @ delay)
    return np.maximum(delay, 1e-12), float(np.log(chances).mean())


def _rows(shares: Shares, parent: Ints, law: ParentLaw) -> _Rows:
    """The shares that had a choice between the root and others."""
    chooser = Chooser(law, shares)
    cascade, root, logs, by_root = [], [], [], []
    for block in shares.blocks():
        weights = chooser.weights(block)
        has = np.ones(len(block.root), np.bool_)
        if block.followed is not None:
            weights = np.where(block.followed == block.followed[:, :1], weights, 0.0)
            at = parent[block.rows] - block.first
            number = np.arange(len(has))
            has = block.followed[number, at] == block.followed[:, 0]
        total = weights.sum(1)
        has &= total > 0
        cascade.append(np.full(int(has.sum()), block.cascade))
        root.append(block.root[has])
        offset = chooser.offset(block.cascade)
        logs.append(np.log(total[has]) - offset)
        by_root.append((parent[block.rows][has] == block.first).astype(np.float64))
    parts = [np.concatenate(each) for each in (cascade, root, logs, by_root)]
    return _Rows(*parts)


def _basis() -> Floats:
    """Straight lines between knots, [BINS, knots]."""
    at = np.arange(BINS)[:, None] / 8.0
    lines: Floats = np.maximum(0.0, 1 - np.abs(at - np.arange(_KNOTS)))
    return lines


def _odds(rows: _Rows) -> tuple[Floats, float]:
    """Log odds of the root by its age, and the crowding, kept in [0, 1]."""
    root, crowding = _regression(rows, None)
    if not 0 <= crowding <= 1:
        root, crowding = _regression(rows, float(np.clip(crowding, 0, 1)))
    return root, crowding


def _regression(rows: _Rows, crowding: float | None) -> tuple[Floats, float]:
    """Logistic regression by Newton's steps, with the crowding free or fixed."""
    basis = _basis()
    terms, fixed = basis[rows.root], np.zeros(len(rows.root))
    if crowding is None:
        terms = np.column_stack([terms, -rows.logs])
    else:
        fixed = -crowding * rows.logs
    width = terms.shape[1]
    bends = np.diff(np.eye(_KNOTS), 2, axis=0)
    stiff = 1e-6 * np.eye(width)
    stiff[:_KNOTS, :_KNOTS] += _STIFF * bends.T @ bends
    found = np.zeros(width)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-fixed - terms @ found))
        slope = terms.T @ (rows.by_root - chance) - stiff @ found
        curve = (terms * (chance * (1 - chance))[:, None]).T @ terms + stiff
        step = np.linalg.solve(curve, slope)
        found += np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-8:
            break
    free = float(found[-1]) if crowding is None else crowding
    return basis @ found[:_KNOTS], free


def _alike(rows: _Rows, law: ParentLaw) -> float:
    """How much luck with the root is shared within cascades.

    Products of residuals over pairs of one cascade have the mean density(x) * density(y) *
    (r + x * y * r**2 / 2) for normal scores x, y with the correlation r (Pearson's tetrachoric
    series, two terms); each cascade counts once.
    """
    logs = np.asarray(law.root)[rows.root] - law.crowding * rows.logs
    chance = np.clip(1 / (1 + np.exp(-logs)), 1e-9, 1 - 1e-9)
    score = ndtri(chance)
    density = np.exp(-(score**2) / 2) / np.sqrt(2 * np.pi)
    size = np.bincount(rows.cascade).astype(np.float64)
    pairs = np.maximum(size * (size - 1), 1.0)

    def over_pairs(values: Floats) -> float:
        total = np.bincount(rows.cascade, values)
        return float(((total**2 - np.bincount(rows.cascade, values**2)) / pairs).sum())

    first, second = over_pairs(density), over_pairs(score * density) / 2
    found = over_pairs(rows.by_root - chance)
    lowest, highest = 0.0, 1.0
    for _ in range(50):
        middle = (lowest + highest) / 2
        if first * middle + second * middle**2 < found:
            lowest = middle
        else:
            highest = middle
    return lowest
