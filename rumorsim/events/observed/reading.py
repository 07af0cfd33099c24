"""``read_cascades``: from what people have to :class:`~rumorsim.events.observed.Cascades`."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from rumorsim.events.observed.building import Built
from rumorsim.events.observed.cascades import Cascades
from rumorsim.events.observed.dialects import dialect_of, read_records
from rumorsim.events.observed.mending import Trees
from rumorsim.events.observed.moments import check_unit, zone_of
from rumorsim.events.observed.parents.law import ParentLaw
from rumorsim.events.observed.parents.streams import GIVEN, reparented
from rumorsim.events.observed.remembering import PROVENANCE
from rumorsim.events.observed.request import Request, Truths
from rumorsim.events.observed.rules import Rules


def read_cascades(
    source: Any,
    format: str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    originals: Any = None,
    unit: str | None = None,
    zone: str | None = None,
    truth: bool | Mapping[Any, bool | None] | None = None,
    rules: Mapping[str, str] | None = None,
    parents: str = GIVEN,
    forest: int = 0,
    law: ParentLaw | str | PathLike[str] | None = None,
    follows: Any = None,
    seed: int = 0,
) -> Cascades:
    """Read cascades that were observed as a stream of events, like that of a run.

    Each cascade is a story, called after it. What is wrong with the data is counted in the
    ``faults`` of the result with the rule that was applied; what was assumed stands in its
    ``notes``. Hour 0 is the earliest original.

    Parameters
    ----------
    source : str, path or object
        A file or a folder; or a data frame, a table of Arrow, a mapping of arrays, or trees of
        networkx as ``cascade_trees`` gives them.
    format : str, optional
        The format of the source, such as "table" or "pnnl"; ``rumorsim cascades formats`` lists
        them. By default it is recognised.
    columns : mapping, optional
        Which column of a table has which role, where it is not called after it, as in
        ``{"account": "user", "time": "t"}``.
    originals : path or object, optional
        A second table with one row a cascade: its author, truth, when it was posted and so on.
    unit : str, optional
        Unit of times that are numbers: "seconds" (the default, but for trees of Twitter and of
        networkx), "minutes", "hours" or "milliseconds"; "unix" and "unix-milliseconds" count from
        1970, so that the start is known.
    zone : str, optional
        Time zone of dates that say none, such as "Asia/Shanghai".
    truth : bool or mapping, optional
        What the words for truth in the data mean, as in ``{"debunked": False}``; or whether
        all stories are true of which nothing is known.
    rules : mapping, optional
        The rule for kinds of faults, as in ``{"before-parent": "drop"}``.
    parents : {"given", "infer", "root", "latest", "most-followed"}
        Those of the source, those of a forest that is drawn (see :func:`infer_forests`), or those
        that a naive rule names (see :func:`naive_parents`).
    forest : int
        Number of the forest.
    law : ParentLaw or path, optional
        The law of inferred parents; by default it is fitted to the cascades.
    follows : FollowGraph or array_like of shape [follows, 2], optional
        The follow graph by original ids, for inferred parents.
    seed : int
        Seed of the forests.

    Returns
    -------
    Cascades

    Raises
    ------
    InputError
        If something cannot be read or is refused: with the place, the value, the rule and a
        remedy.

    Examples
    --------
    >>> shares = {
    ...     "cascade": ["x", "x", "x"],
    ...     "account": ["ann", "ben", "cem"],
    ...     "time": [0, 60, 90],
    ...     "parent_account": [None, "ann", "ben"],
    ... }
    >>> cascades = rumorsim.read_cascades(shares, unit="minutes", truth=False)
    >>> cascades.batch.only(rumorsim.Kind.SHARE).time.tolist()
    [1.0, 1.5]
    >>> cascades.shares, cascades.faults
    (2, {})
    """
    chosen = Rules(rules or {})
    request = Request(
        source=source,
        columns=dict(columns or {}),
        unit=check_unit(unit),
        zone=zone_of(zone),
        truths=Truths(truth),
        rules=chosen,
        originals=originals,
    )
    name, dialect = dialect_of(request, format)
    records = read_records(name, dialect, request)
    trees = Trees(records, chosen)
    built = Built(trees)
    faults = {**chosen.found, **{each.kind: each for each in records.earlier}}
    made_in = str(records.zone or "UTC") if built.facts.start else None
    if records.facts is not None:
        made_in = records.facts.provenance.get(PROVENANCE, {}).get("zone", zone)
    found = Cascades(
        built.facts, built.batch, built.known, faults, records.notes, request.name, name, made_in
    )
    return reparented(found, parents, forest=forest, law=law, follows=follows, seed=seed)
