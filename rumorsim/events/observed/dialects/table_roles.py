"""What a column of a table can be, and the tables of a request with their columns found."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.events.observed.records import UNKNOWN, Ints, Labels
from rumorsim.events.observed.request import Request
from rumorsim.events.observed.tables import Columns

#: What a column can be of a post, and what it says.
POST_ROLES: Final = {
    "cascade": "the cascade that the post belongs to",
    "account": "who posted it",
    "time": "when: a number, or a date in ISO 8601",
    "row": "its number within the cascade, from 1; 0 is the original",
    "post": "its id",
    "parent": "the row or post that it shares; empty for an original",
    "parent_account": "the account whose post it shares, instead of parent",
    "followers": "the followers of the account",
}
#: What a column can be of a cascade, in the same table or in that of originals.
ORIGINAL_ROLES: Final = {
    "author": "who posted the original, where that is not a row of its own",
    "author_followers": "the followers of the author",
    "original": "the id of the original post",
    "posted": "when the original was posted; at 0 where it is not there",
    "truth": "whether the story is true",
    "rumor": "whether it is a rumor, the opposite of truth",
    "category": "what the platform sees of the story",
}
ROLES: Final = {**POST_ROLES, **ORIGINAL_ROLES}


class Said:
    """What is said of cascades: a column, and the row of each cascade in it (-1: none)."""

    def __init__(self, table: Columns, column: Any, row: Ints, key: str) -> None:
        self.table, self.column, self.row, self.key = table, column, row, key

    def values(self) -> list[Any]:
        """The value of each cascade, None where none is said."""
        found = self.column.to_pylist()
        return [found[row] if row >= 0 else None for row in self.row.tolist()]

    def forget(self) -> None:
        """Let go of the column: places are known without it."""
        self.column = None

    def where(self, cascade: int) -> str:
        """The place of what is said of a cascade, for messages."""
        return self.table.where(int(self.row[cascade]))


class Tables:
    """The table of posts, that of originals where there is one, and what cascades there are.

    ``names`` are the cascades in order, ``cascade`` (int32 [rows]) is that of each row of the
    posts.
    """

    def __init__(self, request: Request) -> None:
        _check_roles(request)
        self._asked = request.columns
        self.column_of = {role: request.columns.get(role, role) for role in ROLES}
        wanted = list(self.column_of.values())
        self.posts = Columns(request.source, wanted)
        self.heads = None if request.originals is None else Columns(request.originals, wanted)
        self._check_columns()
        name = self.column_of["cascade"]
        columns = [each.full("cascade", name, last=True) for each in self._both()]
        ids, labels = self.posts.joint(columns)
        del columns
        self.names: list[Any] = ids.tolist()
        self.cascade = labels[0]
        self._first = _first_rows(labels[0], len(ids))
        self._head = self._first if self.heads is None else self._head_rows(labels[1])

    def _both(self) -> list[Columns]:
        return [self.posts] if self.heads is None else [self.posts, self.heads]

    def has(self, role: str) -> bool:
        """Whether posts have a column of this role."""
        return self.column_of[role] in self.posts.names

    def key(self, role: str) -> str:
        """What messages call a column."""
        return f"{role} ({self.column_of[role]})"

    def post_column(self, role: str, *, last: bool = False) -> Any:
        """A column of posts, without missing values; ``last``: it is let go of."""
        return self.posts.full(role, self.column_of[role], last=last)

    def said(self, role: str) -> Said | None:
        """What is said of cascades under a role: in the table of originals, else in that of posts.

        InputError where it differs within a cascade.
        """
        name = self.column_of[role]
        if self.heads is not None and name in self.heads.names:
            return Said(self.heads, self.heads.column(name), self._head, self.key(role))
        if name not in self.posts.names:
            return None
        column = self.posts.column(name)
        _, (labels,) = self.posts.joint([column])
        differs = labels != labels[self._first[self.cascade]]
        if differs.any():
            row = int(np.argmax(differs))
            first = int(self._first[self.cascade[row]])
            other, value = show_value(column[first].as_py()), show_value(column[row].as_py())
            rule, advice = "differs within a cascade", f"it is {other} in {self.posts.where(first)}"
            raise InputError(rule, self.posts.where(row), self.key(role), value, advice)
        return Said(self.posts, column, self._first, self.key(role))

    def forget(self) -> None:
        """Let go of all columns."""
        self.posts.forget()
        if self.heads is not None:
            self.heads.forget()

    def _check_columns(self) -> None:
        for role in ("cascade", "account", "time"):
            self.posts.require(role, self.column_of[role])
        both = self.posts.names + ([] if self.heads is None else self.heads.names)
        for role, name in self._asked.items():
            if name not in both:
                self.posts.require(role, name)
        if self.heads is not None:
            self.heads.require("cascade", self.column_of["cascade"])
        if self.has("row") and self.has("post") and not {"row", "post"} <= set(self._asked):
            return
        if self.has("parent") and not (self.has("row") or self.has("post")):
            rule = "says of which post, and no column says which post a row is"
            advice = 'name that column as row or post; accounts are "parent_account"'
            raise InputError(rule, self.posts.name, self.key("parent"), advice=advice)

    def _head_rows(self, labels: Labels) -> Ints:
        """The row of each cascade in the table of originals; InputError where it has two."""
        assert self.heads is not None
        rows = _first_rows(labels, len(self.names))
        again = np.flatnonzero(rows[labels] != np.arange(len(labels)))
        if again.size:
            row = int(again[0])
            value, place = show_value(self.names[labels[row]]), self.heads.where(row)
            rule, advice = "has a second row among the originals", "leave one of them"
            raise InputError(rule, place, self.key("cascade"), value, advice)
        return rows


def _first_rows(labels: Labels, size: int) -> Ints:
    """The first row of each label in [0, size), -1 where there is none."""
    rows = np.full(size, UNKNOWN, np.int64)
    rows[labels[::-1]] = np.arange(len(labels))[::-1]
    return rows


def _check_roles(request: Request) -> None:
    rule = "is nothing that a column can be"
    unknown = [
        Fault(rule, key="columns", value=show_value(role), advice=nearest(str(role), list(ROLES)))
        for role in request.columns
        if role not in ROLES
    ]
    if unknown:
        raise InputError(unknown)
