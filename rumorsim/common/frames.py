"""Tables for pandas, polars and Arrow. Both libraries are of the extra ``[data]``.

A :class:`Table` is made once and leaves as a pandas frame, or through Arrow's own interface
(``__arrow_c_stream__``), which polars, pyarrow, DuckDB and others read.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError

if TYPE_CHECKING:
    import pandas
    import pyarrow


def of_data(module: str) -> Any:
    """A module of the extra ``[data]``; InputError saying how to install it where it is absent."""
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        advice = 'pip install "rumorsim[data]"; saved tables need nothing'
        raise InputError(f"this table needs {name}", advice=advice) from None


def of_one_type(values: NDArray[Any]) -> NDArray[Any]:
    """A column as Arrow can hold it: where text and other things are mixed, all become text."""
    kinds = {type(each) for each in values.tolist() if each is not None}
    if values.dtype != object or kinds in ({int}, {str}):
        return values
    made = np.empty(len(values), object)
    made[:] = [None if each is None else str(each) for each in values.tolist()]
    return made


class Table(NamedTuple):
    """Columns of equal length by name; those in ``words`` hold places in a list of words."""

    columns: Mapping[str, Any]
    words: Mapping[str, Sequence[str]] = {}

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: Sequence[Sequence[Any]], *words: str) -> Table:
        """From rows; columns named in ``words`` hold text of few different values."""
        columns: dict[str, Any] = {name: [row[i] for row in rows] for i, name in enumerate(names)}
        lists = {name: list(dict.fromkeys(columns[name])) for name in words}
        for name, known in lists.items():
            places = {word: place for place, word in enumerate(known)}
            columns[name] = np.array([places[word] for word in columns[name]], np.int32)
        return cls(columns, lists)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row as plain Python values by column."""
        columns = {
            name: [self.words[name][place] for place in column]
            if name in self.words
            else list(column.tolist() if isinstance(column, np.ndarray) else column)
            for name, column in self.columns.items()
        }
        for row in zip(*columns.values(), strict=True):
            yield dict(zip(columns, row, strict=True))

    def pandas(self) -> pandas.DataFrame:
        """As a pandas frame, words as categories."""
        pandas = of_data("pandas")
        made = {
            name: pandas.Categorical.from_codes(column, categories=list(self.words[name]))
            if name in self.words
            else column
            for name, column in self.columns.items()
        }
        return pandas.DataFrame(made)

    def arrow(self) -> pyarrow.Table:
        """As an Arrow table, words as dictionaries."""
        pyarrow = of_data("pyarrow")
        made = {name: pyarrow.array(column) for name, column in self.columns.items()}
        for name, known in self.words.items():
            places = np.asarray(self.columns[name], np.int32)
            words = pyarrow.array(list(known), pyarrow.string())
            made[name] = pyarrow.DictionaryArray.from_arrays(places, words)
        return pyarrow.table(made)


class Tabular:
    """What is a table: polars, pyarrow and DuckDB take it as it is (``polars.DataFrame(it)``).

    Iteration gives its rows, so that ``pandas.DataFrame(it)`` takes it too, more slowly than
    ``frame()`` and with text instead of categories.
    """

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        """The rows, each a dictionary by column."""
        return self.table().rows()

    @abstractmethod
    def table(self) -> Table:
        """The table it is."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table().arrow().__arrow_c_stream__(requested_schema)
