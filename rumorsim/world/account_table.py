"""Whom the numbers of accounts stand for: a table to join results to the data they came from."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.csv_text import CsvRows, read_csv
from rumorsim.common.errors import InputError, show_value
from rumorsim.common.frames import Table, Tabular, of_one_type

if TYPE_CHECKING:
    import pandas

    from rumorsim.events.stream import Facts
    from rumorsim.graphs.follows import FollowGraph

#: What the table is called beside saved results.
ACCOUNTS_FILE: Final = "accounts.csv"
#: Rows that are written at a time.
_ROWS: Final = 1 << 16
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")


@dataclass(frozen=True, eq=False)
class AccountTable(Tabular):
    """What is known of each account by its number; every array has the shape [accounts].

    ``id`` is the id that the account has in the graph it came from (whole numbers, or objects
    that are text or whole numbers), ``followers`` how many it has at the start. ``kind`` and
    ``platform`` are names, None where no one world is meant: they may be drawn for each.
    ``successor_of`` is the account whose place one may take that was laid out for people who
    come back, -1 for all others.
    """

    id: NDArray[Any]
    followers: NDArray[np.int32]
    kind: NDArray[Any] | None = None
    platform: NDArray[Any] | None = None
    successor_of: NDArray[np.int32] | None = None

    @classmethod
    def of_graph(cls, graph: FollowGraph) -> AccountTable:
        """What all worlds on a graph have in common."""
        ids = np.arange(graph.accounts) if graph.plain_ids is None else graph.plain_ids
        return cls(ids, graph.follower_counts().astype(np.int32))

    @classmethod
    def of_facts(cls, facts: Facts) -> AccountTable:
        """The accounts of a world whose facts are at hand, such as those of a saved stream."""
        own = facts.origin == np.arange(facts.accounts)
        return cls(
            facts.account_ids,
            facts.followers,
            _named(facts.kinds, facts.kind),
            _named(facts.platforms, facts.platform),
            np.where(own, np.int32(-1), facts.origin),
        )

    def __len__(self) -> int:
        return len(self.id)

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns by name, in the order of the file."""
        found: dict[str, NDArray[Any] | None] = {
            "account": np.arange(len(self)),
            "id": self.id,
            "kind": self.kind,
            "platform": self.platform,
            "followers": self.followers,
            "successor_of": self.successor_of,
        }
        return {name: values for name, values in found.items() if values is not None}

    def frame(self) -> pandas.DataFrame:
        """The table as a pandas frame, one row per account.

        InputError where pandas, of the extra ``[data]``, is not installed.
        """
        return self.table().pandas()

    def table(self) -> Table:
        """All columns; ids that are partly text and partly numbers are text."""
        return Table({**self.columns(), "id": of_one_type(self.id)})

    def write(self, file: TextIO) -> None:
        """Write the table as CSV; text that a spreadsheet would run stands behind an apostrophe.

        An account that succeeds nobody has an empty cell there.
        """
        columns = self.columns()
        rows = CsvRows(file, columns)
        for start in range(0, len(self), _ROWS):
            part = {
                name: values[start : start + _ROWS].tolist() for name, values in columns.items()
            }
            if "successor_of" in part:
                part["successor_of"] = [None if each < 0 else each for each in part["successor_of"]]
            rows.add(zip(*part.values(), strict=True))

    def save(self, place: Path) -> None:
        """Write the table as a file of CSV in UTF-8."""
        with place.open("w", encoding="utf-8", newline="") as file:
            self.write(file)

    @classmethod
    def read(cls, place: Path) -> AccountTable:
        """The table from a file that :meth:`save` wrote; InputError where it is none.

        Ids are whole numbers if all of them look like such, else text.
        """
        try:
            rows = list(read_csv(place))
            columns = {name: [row[name] for row in rows] for name in (rows or [{}])[0]}
            later = [int(each) if each else -1 for each in columns.get("successor_of", ())]
            return cls(
                _ids(columns["id"]),
                np.array([int(each) for each in columns["followers"]], np.int32),
                _words(columns.get("kind")),
                _words(columns.get("platform")),
                np.array(later, np.int32) if "successor_of" in columns else None,
            )
        except (OSError, csv.Error, KeyError, TypeError, ValueError) as error:
            rule = f"is not a table of accounts as rumorsim writes it ({show_value(str(error))})"
            raise InputError(rule, file=str(place)) from error


@dataclass(frozen=True, eq=False)
class AccountsOfWorld:
    """What an :class:`AccountTable` of one world is made from, once somebody asks for it.

    Three bytes per account beside the graph, so that a thousand results can be kept.
    ``successors`` are the accounts whose places those may take that come after the graph's.
    """

    graph: FollowGraph
    kinds: tuple[str, ...]
    kind: NDArray[np.int16]
    platforms: tuple[str, ...]
    platform: NDArray[np.uint8]
    successors: NDArray[np.int32]

    @classmethod
    def of(cls, graph: FollowGraph, facts: Facts) -> AccountsOfWorld:
        """From the world on ``graph`` that ``facts`` are of."""
        later = facts.origin[graph.accounts :].copy()
        return cls(graph, facts.kinds, facts.kind, facts.platforms, facts.platform, later)

    def table(self) -> AccountTable:
        """The accounts of this world."""
        own = AccountTable.of_graph(self.graph)
        return AccountTable(
            np.concatenate([own.id, own.id[self.successors]]),
            # Those who may come back have no followers yet.
            np.concatenate([own.followers, np.zeros(len(self.successors), np.int32)]),
            _named(self.kinds, self.kind),
            _named(self.platforms, self.platform),
            np.concatenate([np.full(len(own), -1, np.int32), self.successors]),
        )


def _named(names: tuple[str, ...], codes: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = np.array(names, object)[codes]
    return found


def _ids(words: list[str]) -> NDArray[Any]:
    if all(map(_WHOLE.fullmatch, words)):
        return np.array([int(word) for word in words], np.int64)
    ids = np.empty(len(words), object)
    ids[:] = words
    return ids


def _words(words: list[str] | None) -> NDArray[Any] | None:
    return None if words is None else np.array([word or None for word in words], object)
