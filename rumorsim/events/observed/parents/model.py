"""From whom shares come, where the data do not say: chances, and forests drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from rumorsim.common.errors import InputError, whole_number
from rumorsim.common.plurals import counted
from rumorsim.common.randomness import Purpose, address_word, philox_array, seed_of, uniform_array
from rumorsim.events.observed.parents.checks import Calibration, calibration
from rumorsim.events.observed.parents.hidden import fit_hidden
from rumorsim.events.observed.parents.known import fit_known, known_parents
from rumorsim.events.observed.parents.law import Chooser, ParentLaw, as_law
from rumorsim.events.observed.parents.shares import Block, Floats, Ints, Shares, sorted_shares

#: The number in an address that says what of a forest is drawn: a share's parent, or the luck
#: that all shares of a cascade have in common.
_SHARE: Final = 0
_CASCADE: Final = 1


@dataclass(frozen=True)
class Fitted:
    """What the law is, and where it comes from.

    Attributes
    ----------
    law : ParentLaw
        The law in force.
    origin : str
        "given", or "hidden" for one fitted to the same cascades by expectation and maximisation.
    exponent : float
        Exponent of the power law nearest to the delays; nan where the law was given.
    scale : float
        Its scale in hours; nan where the law was given.
    history : tuple of float
        Mean log likelihood of a share, step by step; empty where the law was given.
    """

    law: ParentLaw
    origin: str
    exponent: float = float("nan")
    scale: float = float("nan")
    history: tuple[float, ...] = ()


class ParentModel:
    """The chances of each share's parent, and forests drawn from them (see ``infer_parents``)."""

    def __init__(
        self, shares: Shares, place: Ints, fitted: Fitted, extra: Floats | None, seed: int
    ) -> None:
        self._shares = shares
        self._place = place
        self.seed = seed
        self._extra = extra
        self.fitted = fitted

    @cached_property
    def _chooser(self) -> Chooser:
        return Chooser(self.fitted.law, self._shares, self._extra)

    def __len__(self) -> int:
        """How many posts there are, roots included."""
        return len(self._place)

    def probabilities(self, share: int) -> tuple[Ints, Floats]:
        """The candidates for the parent of a share, and the chance of each.

        Parameters
        ----------
        share : int
            A row of what was given.

        Returns
        -------
        tuple of int64 [candidates] and float64 [candidates]
            Rows of all earlier posts of the cascade, the root first, and chances that sum to 1;
            both empty for a root.

        Raises
        ------
        InputError
            If there is no such row.
        """
        at = int(self._place[whole_number(share, "share", 0, len(self) - 1)])
        cascade = int(np.searchsorted(self._shares.begin, at, side="right")) - 1
        first = int(self._shares.begin[cascade])
        if at == first:
            return np.empty(0, np.int64), np.empty(0)
        block = self._shares.block(cascade, first, slice(at, at + 1))
        choice = self._chooser.choose(block)
        chances = choice.share[0] * (1 - choice.root[0])
        chances[0] = choice.root[0]
        return self._shares.order[first:at], chances

    def calibration(self, parent: ArrayLike) -> Calibration:
        """Hold the chances against parents that are known after all.

        Parameters
        ----------
        parent : array_like of int, shape [posts]
            The row of each parent, -1 for a root.

        Returns
        -------
        Calibration
            Expected calibration errors, hits and the log score.

        Raises
        ------
        InputError
            If a parent is no earlier post of the same cascade.
        """
        known = known_parents(self._shares, self._place, parent)
        return calibration(self._shares, self._chooser, known)

    def forest(self, k: int) -> Ints:
        """The k-th forest: a parent for each post.

        Parameters
        ----------
        k : int
            From 0. The same number gives the same forest, on any machine and however many are
            drawn.

        Returns
        -------
        int64 [posts]
            The row of each parent, -1 for a root.
        """
        first = whole_number(k, "k", 0, 2**32 - 1)
        parent: Ints = self.forests(1, first=first)[0].astype(np.int64)
        return parent

    def forests(self, count: int, first: int = 0) -> NDArray[np.int32]:
        """Several forests at once, in less time than one by one.

        Parameters
        ----------
        count : int
            How many.
        first : int
            The number of the first of them.

        Returns
        -------
        int32 [count, posts]
            The row of each parent, -1 for a root.
        """
        whole_number(count, "count", 1, 2**32)
        numbers = np.arange(first, first + count)
        shares = self._shares
        found = np.full((count, len(self)), -1, np.int32)
        luck, cascade = np.zeros(count), -1
        for block in shares.blocks():
            if block.cascade != cascade:
                cascade, luck = block.cascade, self._cascade_luck(block.cascade, numbers)
            picked = self._drawn(block, numbers, luck)
            found[:, shares.order[block.rows]] = shares.order[block.first + picked].T
        return found

    def _draws(self, what: int, cascade: int, share: Ints, k: Ints) -> tuple[Floats, Floats]:
        address = address_word(Purpose.PARENT, what)
        words = philox_array(self.seed, address, cascade, share[:, None], k)
        return uniform_array(words[0]), uniform_array(words[1])

    def _cascade_luck(self, cascade: int, numbers: Ints) -> Floats:
        """Normal scores that the shares of a cascade have in common, [forests]."""
        if not self.fitted.law.alike:
            return np.zeros(len(numbers))
        draws, _ = self._draws(_CASCADE, cascade, np.zeros(1, np.int64), numbers)
        scores: Floats = ndtri(draws[0])
        return scores

    def _drawn(self, block: Block, numbers: Ints, luck: Floats) -> Ints:
        """The candidate that each share gets in each forest, [shares, forests]."""
        choice = self._chooser.choose(block)
        rank = np.arange(block.rows.start, block.rows.stop) - block.first
        coin, pick = self._draws(_SHARE, block.cascade, rank, numbers)
        alike = self.fitted.law.alike
        if alike:
            coin = ndtr(np.sqrt(alike) * luck + np.sqrt(1 - alike) * ndtri(coin))
        bounds = np.cumsum(choice.share, axis=1)
        some = bounds[:, -1] > 0
        bounds[some] /= bounds[some, -1:]
        number = np.arange(len(rank))[:, None]
        bounds += number
        at = np.searchsorted(bounds.ravel(), (pick + number).ravel(), side="right")
        picked = at.reshape(pick.shape) - number * bounds.shape[1]
        by_root = (coin <= choice.root[:, None]) | ~some[:, None]
        found: Ints = np.where(by_root, 0, picked)
        return found


def infer_parents(
    cascade: ArrayLike,
    account: ArrayLike,
    time: ArrayLike,
    followers: ArrayLike | None = None,
    follows: ArrayLike | None = None,
    *,
    law: ParentLaw | str | PathLike[str] | None = None,
    steps: int = 50,
    seed: int = 0,
) -> ParentModel:
    """Find out from whom shares may come, where only who and when is known.

    The earliest post of a cascade is its root. Candidates for the parent of a share are all
    earlier posts of its cascade.

    Parameters
    ----------
    cascade : array_like of int, shape [posts]
        The cascade of each post.
    account : array_like of int, shape [posts]
        Who posted.
    time : array_like of float, shape [posts]
        When, in hours.
    followers : array_like of float, shape [posts], optional
        Followers of the account, where they are known of all.
    follows : array_like of int, shape [follows, 2], optional
        The follow graph: a follower and the account that it follows in each row.
    law : ParentLaw or path, optional
        A law that is given. Without it the law is fitted to these cascades by expectation and
        maximisation, which takes a share for what an earlier post drew: where all of a platform
        gets up in the morning, or the original draws shares by other ways than feeds, that is
        far from the truth; fit a law to cascades with known parents then
        (:func:`fit_parent_law`).
    steps : int
        The most steps of expectation and maximisation.
    seed : int
        Seed of the forests.

    Returns
    -------
    ParentModel
        Chances of parents, and forests.

    Raises
    ------
    InputError
        If a column has another length or holds what it cannot.

    Examples
    --------
    >>> import rumorsim
    >>> law = rumorsim.ParentLaw.power_law(exponent=1.0, scale=0.5, root_weight=10.0)
    >>> model = rumorsim.infer_parents([0, 0, 0], [7, 3, 5], [0.0, 1.0, 1.5], law=law)
    >>> rows, chances = model.probabilities(2)
    >>> rows.tolist(), chances.round(2).tolist()
    ([0, 1], [0.72, 0.28])
    """
    shares, place = sorted_shares(cascade, account, time, followers, follows)
    seed = seed_of(seed)
    if law is not None:
        fitted = Fitted(as_law(Path(law) if isinstance(law, PathLike) else law), "given")
        return ParentModel(shares, place, fitted, None, seed)
    hidden = fit_hidden(shares, whole_number(steps, "steps", 1, 10_000))
    fitted = Fitted(hidden.law, "hidden", hidden.exponent, hidden.scale, hidden.history)
    return ParentModel(shares, place, fitted, hidden.extra, seed)


def fit_parent_law(
    cascade: ArrayLike,
    account: ArrayLike,
    time: ArrayLike,
    parent: ArrayLike,
    followers: ArrayLike | None = None,
    follows: ArrayLike | None = None,
) -> ParentLaw:
    """Fit the law of parents to cascades whose parents are known, by maximum likelihood.

    Parameters
    ----------
    cascade : array_like of int, shape [posts]
        The cascade of each post.
    account : array_like of int, shape [posts]
        Who posted.
    time : array_like of float, shape [posts]
        When, in hours.
    parent : array_like of int, shape [posts]
        The row of each parent, -1 for a root.
    followers : array_like of float, shape [posts], optional
        Followers of the account, where they are known of all.
    follows : array_like of int, shape [follows, 2], optional
        The follow graph, as for :func:`infer_parents`.

    Returns
    -------
    ParentLaw
        To be given to :func:`infer_parents` for cascades whose parents are not known.

    Raises
    ------
    InputError
        If a column has another length or holds what it cannot, a parent is no earlier post of
        the same cascade, or no share had a choice.
    """
    shares, place = sorted_shares(cascade, account, time, followers, follows)
    known = known_parents(shares, place, parent)
    if (shares.sizes < 3).all():
        rule = "must have two shares or more in some cascade: no share had a choice"
        raise InputError(rule, key="cascade", value=counted(len(shares.sizes), "cascade"))
    return fit_known(shares, known)
