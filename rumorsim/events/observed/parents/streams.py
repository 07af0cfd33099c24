"""Streams of cascades whose parents are inferred: each forest a stream like any other."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value, whole_number
from rumorsim.common.plurals import counted
from rumorsim.events.cascades import Posts, cascade_arrays
from rumorsim.events.observed.building import Built
from rumorsim.events.observed.cascades import Cascades
from rumorsim.events.observed.mending import Trees
from rumorsim.events.observed.parents.checks import NAIVE, naive_parents
from rumorsim.events.observed.parents.law import ParentLaw
from rumorsim.events.observed.parents.model import ParentModel, fit_parent_law, infer_parents
from rumorsim.events.observed.records import ROOT, UNKNOWN, Ints, Records
from rumorsim.events.observed.rules import Rules

#: What ``parents`` of ``read_cascades`` may be: those of the data, drawn ones, or a naive rule's.
GIVEN: Final = "given"
INFER: Final = "infer"
PARENTS: Final = (GIVEN, INFER, *NAIVE)


class Forests:
    """Cascades as streams of events whose parents are inferred (see ``infer_forests``)."""

    def __init__(self, cascades: Cascades, posts: Posts, model: ParentModel) -> None:
        self._cascades = cascades
        self._posts = posts
        self.model = model

    def forest(self, k: int) -> Cascades:
        """The k-th forest as a stream of events.

        Parameters
        ----------
        k : int
            From 0; the same number gives the same forest.

        Returns
        -------
        Cascades
            The same posts with other parents. A share at the time of its parent is moved to the
            next time that a float can hold.
        """
        fitted = self.model.fitted
        law = "a given law" if fitted.origin == "given" else "a law fitted to the same cascades"
        said = f"parents are inferred with {law}: forest {k} of seed {self.model.seed}"
        return _with_parents(self._cascades, self._posts, self.model.forest(k), said)

    def forests(self, count: int) -> Iterator[Cascades]:
        """The first forests, one after another.

        Parameters
        ----------
        count : int
            How many.

        Yields
        ------
        Cascades
            The stream of each.
        """
        for k in range(whole_number(count, "forests", 1, 2**32 - 1)):
            yield self.forest(k)


def infer_forests(
    cascades: Cascades,
    *,
    law: ParentLaw | str | PathLike[str] | None = None,
    follows: Any = None,
    seed: int = 0,
) -> Forests:
    """Infer the parents of shares in cascades that were read; those of the data are not used.

    Parameters
    ----------
    cascades : Cascades
        What ``read_cascades`` gave.
    law : ParentLaw or path, optional
        As for :func:`infer_parents`.
    follows : FollowGraph or array_like of shape [follows, 2], optional
        The follow graph by original ids: a follower and the account that it follows in each row.
        Accounts that are not in the cascades are left out.
    seed : int
        Seed of the forests.

    Returns
    -------
    Forests
        Streams of events, one a forest, and the model with the chances.

    Raises
    ------
    InputError
        If the law or the follow graph cannot be used.

    Notes
    -----
    Followers are used where those of all accounts are known.
    """
    posts = _posts(cascades)
    pairs = None if follows is None else _by_index(follows, cascades.facts.account_ids)
    columns = _columns(cascades, posts)
    return Forests(cascades, posts, infer_parents(*columns, pairs, law=law, seed=seed))


def fit_cascades_law(cascades: Cascades, *, follows: Any = None) -> ParentLaw:
    """Fit the law of parents to cascades that were read with the parents of the data.

    Parameters
    ----------
    cascades : Cascades
        What ``read_cascades`` gave.
    follows : FollowGraph or array_like of shape [follows, 2], optional
        As for :func:`infer_forests`.

    Returns
    -------
    ParentLaw
        To be given to :func:`infer_forests` or ``read_cascades``.

    Raises
    ------
    InputError
        If no share had a choice, or the follow graph cannot be used.
    """
    posts = _posts(cascades)
    pairs = None if follows is None else _by_index(follows, cascades.facts.account_ids)
    cascade, account, time, followers = _columns(cascades, posts)
    return fit_parent_law(cascade, account, time, posts.parent, followers, pairs)


def reparented(
    cascades: Cascades,
    parents: str,
    *,
    forest: int = 0,
    law: ParentLaw | str | PathLike[str] | None = None,
    follows: Any = None,
    seed: int = 0,
) -> Cascades:
    """The cascades with the parents of the data, of a forest, or of a naive rule."""
    if parents not in PARENTS:
        rule = f"must be one of {', '.join(PARENTS)}"
        raise InputError(rule, key="parents", value=show_value(parents))
    if parents != INFER:
        for name, value in {"law": law, "follows": follows}.items():
            if value is not None:
                rule = f"has no effect with parents = {show_value(parents)}"
                raise InputError(rule, key=name, advice="choose parents = infer or leave it out")
    if parents == INFER:
        return infer_forests(cascades, law=law, follows=follows, seed=seed).forest(forest)
    if parents == GIVEN:
        return cascades
    posts = _posts(cascades)
    named = naive_parents(*_columns(cascades, posts), rule=parents)
    return _with_parents(cascades, posts, named, f"parents are named by a rule: {parents}")


def _posts(cascades: Cascades) -> Posts:
    return cascade_arrays([cascades.batch])


def _columns(cascades: Cascades, posts: Posts) -> tuple[Any, Any, Any, Any]:
    followers = None
    if cascades.followers_known[posts.author].all():
        followers = cascades.facts.followers[posts.author]
    return posts.story, posts.author, posts.time, followers


def _by_index(follows: Any, ids: NDArray[Any]) -> Ints:
    """Follows by original ids as follows by index, without those of accounts that are not there."""
    if hasattr(follows, "offsets"):
        followee = np.repeat(np.arange(follows.accounts), np.diff(follows.offsets))
        pairs = np.column_stack([follows.followers, followee])
        pairs = pairs if follows.ids is None else np.asarray(follows.ids)[pairs]
    else:
        pairs = np.asarray(follows)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        rule = "must have two columns: a follower and whom it follows in each row"
        raise InputError(rule, key="follows", value=f"shape {pairs.shape}")
    if (pairs.dtype.kind in "iu") != (ids.dtype.kind in "iu"):
        pairs, ids = pairs.astype(str), ids.astype(str)
    order = np.argsort(ids, kind="stable")
    at = np.minimum(np.searchsorted(ids, pairs.ravel(), sorter=order), len(ids) - 1)
    found = order[at].reshape(pairs.shape)
    known = (ids[found] == pairs).all(1)
    if not known.any():
        rule = "has no follow between accounts of the cascades"
        advice = "ids must be those of the cascades"
        raise InputError(rule, key="follows", value=counted(len(pairs), "follow"), advice=advice)
    within: Ints = found[known]
    return within


def _with_parents(cascades: Cascades, posts: Posts, parent: Ints, said: str) -> Cascades:
    facts = cascades.facts
    known = cascades.followers_known
    stories = facts.stories
    records = Records(
        names=[each.name for each in stories],
        ids=facts.account_ids,
        cascade=posts.story,
        account=posts.author,
        time=posts.time,
        parent=np.where(parent < 0, ROOT, parent.astype(np.int64)),
        where=lambda row: f"{cascades.source}, post {row}",
        truth=np.array([each.truth for each in stories], np.int8),
        categories=[each.category for each in stories],
        followers=np.where(known, facts.followers, UNKNOWN).astype(np.int32),
        hour=1.0,
        from_zero=True,
        platform=facts.platform,
        platforms=facts.platforms,
        facts=facts,
    )
    built = Built(Trees(records, Rules({})))
    return Cascades(
        built.facts,
        built.batch,
        built.known,
        cascades.faults,
        [*cascades.notes, said],
        cascades.source,
        cascades.format,
        cascades.zone,
    )
