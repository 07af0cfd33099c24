"""Tables: one row a post, columns by name; where there is one, a second table of originals."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.errors import InputError
from rumorsim.common.plurals import counted
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.dialects.table_roles import Said, Tables
from rumorsim.events.observed.moments import UNITS
from rumorsim.events.observed.records import DELETED, ROOT, UNKNOWN, Ints, Labels, Records
from rumorsim.events.observed.request import Request
from rumorsim.events.observed.resolving import by_account, by_post
from rumorsim.events.observed.tables import ENDINGS

_NOTHING: Final = np.empty(0, np.int32)
_NO_TIME: Final = np.empty(0)


class Table(CascadeDialect):
    """One row a post, or one a share and another table with one row an original."""

    summary: ClassVar = "tables of posts with columns by name, and data frames"
    endings: ClassVar = ENDINGS

    @override
    def recognises(self, request: Request) -> bool:
        """Whether a source is surely of this dialect."""
        path = request.path
        return path is None or (path.name.lower().endswith(ENDINGS) and not path.is_dir())

    @override
    def read(self, request: Request) -> Records:
        """The posts of a source; InputError with the place of what cannot be read."""
        return _Reading(request).records()


class _Reading:
    """Tables on their way to records.

    Rows are first the originals that are no rows of the table of posts (``heads``, the numbers
    of their cascades), then the posts.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._tables = Tables(request)
        self._author = self._tables.said("author")
        self._notes: list[str] = []

    def records(self) -> Records:
        """All that the tables hold."""
        tables, request = self._tables, self._request
        self._find_originals()
        heads = len(self._heads)
        self._cascade = np.concatenate([self._heads.astype(np.int32), tables.cascade])
        ids, account, whom = self._accounts()
        time, absolute, hour = self._times()
        self._time = time
        parent, repeated = self._parents(account, whom, len(ids))

        def where(row: int) -> str:
            if row >= heads:
                return tables.posts.where(row - heads)
            assert self._author is not None
            return self._author.where(int(self._heads[row]))

        truth, categories = self._truth(), self._categories()
        followers = self._followers(account, len(ids))
        tables.forget()
        if self._author is not None:
            self._author.forget()
        cascade, self._cascade, self._time = self._cascade, _NOTHING, _NO_TIME
        tables.cascade = _NOTHING
        return Records(
            names=tables.names,
            ids=ids,
            cascade=cascade,
            account=account,
            time=time,
            parent=parent,
            where=where,
            truth=truth,
            followers=followers,
            categories=categories,
            hour=hour,
            absolute=absolute,
            zone=request.zone,
            repeated=repeated,
            notes=self._notes,
        )

    # -- originals and accounts ----------------------------------------------------------------

    def _find_originals(self) -> None:
        """The cascades whose original is no row, and which rows are originals for sure."""
        tables = self._tables
        size, rows = len(tables.names), tables.posts.rows
        self._is_original = np.zeros(rows, np.bool_)
        if tables.has("post"):
            named = self._original_ids()
            post = tables.post_column("post")
            _, (own, original) = tables.posts.joint([post, named])
            self._is_original = own == original[tables.cascade]
        elif tables.has("row"):
            self._number = tables.posts.whole_numbers("row", tables.column_of["row"])
            self._is_original = self._number == 0
        there = np.zeros(size, np.bool_)
        there[tables.cascade[self._is_original]] = True
        if self._author is None:
            self._heads: Ints = np.empty(0, np.int64)
            return
        self._heads = np.flatnonzero((self._author.row >= 0) & ~there)

    def _original_ids(self) -> Any:
        """The id of the original post of each cascade: as is said, else the cascade's own."""
        said = self._tables.said("original")
        names = self._tables.posts.array(self._tables.names)
        if said is None:
            return names
        values = said.values()
        if all(each is None for each in values):
            return names
        return self._tables.posts.array(values)

    def _accounts(self) -> tuple[NDArray[Any], Labels, Labels]:
        """Ids, the account of each row, and that whose post it shares (-1: none is named)."""
        tables = self._tables
        columns = [tables.post_column("account", last=True)]
        by_account = tables.has("parent_account")
        if by_account:
            column = tables.column_of["parent_account"]
            columns.append(tables.posts.column(column, last=True))
        if self._author is not None and len(self._heads):
            rows = self._author.row[self._heads]
            author = self._author.column.take(tables.posts.array(rows))
            missing = tables.posts.empty(author)
            if missing.any():
                place = self._author.where(int(self._heads[int(np.argmax(missing))]))
                advice = "give a value or remove the cascade"
                raise InputError("is empty", place, self._author.key, advice=advice)
            columns.append(author)
        ids, labels = tables.posts.joint(columns)
        del columns
        whom = labels[1] if by_account else np.empty(0, np.int32)
        if not len(self._heads):
            return ids, labels[0], whom
        none = np.full(len(self._heads), UNKNOWN, np.int32)
        account = np.concatenate([labels[-1], labels[0]])
        return ids, account, np.concatenate([none, whom]) if by_account else whom

    # -- times ---------------------------------------------------------------------------------

    def _times(self) -> tuple[NDArray[np.float64], bool, float]:
        """The time of each row, whether it counts from 1970, and how many units are an hour."""
        tables, request = self._tables, self._request
        found, dates = tables.posts.times("time", tables.column_of["time"], request.zone)
        unit = request.unit
        if unit is None and not dates:
            self._notes.append("times are taken as seconds")
        hour = 3600.0 if dates else UNITS[unit or "seconds"]
        if not len(self._heads):
            return found, dates or (unit or "").startswith("unix"), hour
        posted = tables.said("posted")
        if posted is None:
            if dates or (unit or "").startswith("unix"):
                rule = "times are dates, and nothing says when the originals were posted"
                raise InputError(
                    rule, tables.posts.name, tables.key("posted"), advice="name that column"
                )
            return np.concatenate([np.zeros(len(self._heads)), found]), False, hour
        begun, also = posted.table.times("posted", tables.column_of["posted"], request.zone)
        if also != dates:
            rule, advice = "must be dates where times are, and numbers where they are", ""
            raise InputError(rule, posted.table.name, posted.key, advice=advice)
        begin = begun[posted.row[self._heads]]
        absolute = dates or (unit or "").startswith("unix")
        return np.concatenate([begin, found]), absolute, hour

    # -- parents ---------------------------------------------------------------------------------

    def _parents(
        self, account: Labels, whom: Labels, accounts: int
    ) -> tuple[Ints, NDArray[np.bool_] | None]:
        """The row that each row shares, and which rows repeat a post (None: unknown)."""
        tables = self._tables
        own = np.arange(len(self._cascade))
        first = len(self._heads)
        repeated = None
        if tables.has("parent"):
            column = tables.posts.column(tables.column_of["parent"])
            missing = tables.posts.empty(column)
            parent, repeated = self._by_post(column, missing)
        elif len(whom):
            missing = whom[first:] < 0
            rules = self._request.rules
            parent = by_account(self._cascade, account, self._time, whom, accounts, rules)
        else:
            return self._all_of_originals(), None
        headed = np.zeros(len(tables.names), np.bool_)
        headed[self._heads] = True
        headed = headed[tables.cascade]
        shares = parent[first:]
        shares[missing] = np.where(headed[missing], DELETED, ROOT)
        shares[(shares == own[first:]) & ~headed] = ROOT
        shares[self._is_original & ~headed] = ROOT
        parent[:first] = ROOT
        return parent, repeated

    def _by_post(self, column: Any, missing: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.bool_]]:
        tables = self._tables
        if tables.has("post"):
            post = tables.post_column("post")
            _, (number, parent, named) = tables.posts.joint([post, column, self._original_ids()])
            heads = named[self._heads]
            size = max(int(each.max(initial=0)) for each in (number, parent, named)) + 1
        else:
            number, self._number = self._number, _NOTHING
            parent = tables.posts.whole_numbers("parent", tables.column_of["parent"])
            heads = np.zeros(len(self._heads), np.int32)
            size = int(max(number.max(), parent.max())) + 1
        none = np.full(len(self._heads), -1, np.int32)
        return by_post(
            self._cascade,
            np.concatenate([heads, number]),
            np.concatenate([none, parent]),
            size,
        )

    def _all_of_originals(self) -> Ints:
        """Where no parents are known: all share the original, else the earliest post."""
        cascade, time = self._cascade, self._time
        root = np.full(len(self._tables.names), -1, np.int64)
        order = np.argsort(time, kind="stable")[::-1]
        root[cascade[order]] = order
        known = np.flatnonzero(self._is_original) + len(self._heads)
        root[cascade[known[::-1]]] = known[::-1]
        root[self._heads] = np.arange(len(self._heads))
        taken = len(np.unique(cascade)) - len(self._heads) - len(np.unique(cascade[known]))
        if taken:
            self._notes.append(
                f"no column says which posts are originals: in {counted(taken, 'cascade')}"
                " it is the earliest"
            )
        self._notes.append(
            "no column says what is shared: every share counts as one of the original"
        )
        parent: Ints = root[cascade]
        parent[parent == np.arange(len(cascade))] = ROOT
        return parent

    # -- what is said of cascades and accounts -----------------------------------------------------

    def _truth(self) -> NDArray[np.int8]:
        truths = self._request.truths
        truth = np.full(len(self._tables.names), truths.default, np.int8)
        for role in ("truth", "rumor"):
            said = self._tables.said(role)
            for cascade, value in enumerate([] if said is None else said.values()):
                assert isinstance(said, Said)
                if value is not None:
                    place = said.where(cascade)
                    found = truths.of(value, place, said.key, rumor=role == "rumor")
                    truth[cascade] = truth[cascade] if found == UNKNOWN else found
        return truth

    def _categories(self) -> list[str]:
        said = self._tables.said("category")
        return [] if said is None else [str(each or "unknown") for each in said.values()]

    def _followers(self, account: Labels, accounts: int) -> Labels:
        """The followers of each account at its earliest post that says them, -1: unknown."""
        tables, heads = self._tables, len(self._heads)
        count = np.full(len(account), np.nan)
        if tables.has("followers"):
            count[heads:] = tables.posts.numbers("followers", tables.column_of["followers"])
        said = tables.said("author_followers")
        if said is not None:
            values = said.table.numbers("author_followers", tables.column_of["author_followers"])
            rows = said.row[self._cascade]
            of_author = np.zeros(len(account), np.bool_)
            of_author[:heads] = True
            of_author[heads:] = self._is_original
            of_author &= rows >= 0
            count[of_author] = values[rows[of_author]]
        known = np.flatnonzero(count >= 0)
        known = known[np.argsort(self._time[known], kind="stable")][::-1]
        found = np.full(accounts, UNKNOWN, np.int32)
        found[account[known]] = np.minimum(count[known], 2**31 - 1)
        return found
