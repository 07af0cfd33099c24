"""A sweep as it lies in its directory: rows of parameters and numbers, and their curves."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from rumorsim.common.csv_text import restored
from rumorsim.common.errors import Fault, InputError
from rumorsim.common.frames import of_data
from rumorsim.common.shown import Shown, listed
from rumorsim.measures.base import Curve
from rumorsim.studies.runner.manifest import Manifest
from rumorsim.studies.runner.records import run_id
from rumorsim.studies.runner.run_specs import Setting
from rumorsim.studies.runner.runner import run_of
from rumorsim.studies.runner.store import Store
from rumorsim.studies.sweep.columns import as_cell, columns_of, wanted_columns

if TYPE_CHECKING:
    import pandas

_MISSING: Final = "was not run yet"
#: Column of the draw of its parameters that a world has: its number in ``posterior.csv``.
DRAW: Final = "draw"


@dataclass(frozen=True)
class Row:
    """One point under one policy in one world.

    ``parameters`` by name; ``run`` names the record, which rows with the same resolved
    scenario share; ``digest`` its events. ``scalars`` is every number that was measured,
    ``series`` the curves that the study asks for. ``error``: why there is nothing.
    """

    point: int
    parameters: Mapping[str, Any]
    policy: str
    seed: int
    run: str
    digest: str = ""
    events: int = 0
    scalars: Mapping[str, float | None] = field(default_factory=dict)
    series: Mapping[str, Curve] = field(default_factory=dict)
    error: str | None = None


class Passing:
    """A temporary folder, which goes with the last object that holds this."""

    def __init__(self, folder: Path) -> None:
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def __deepcopy__(self, _: Any) -> Passing:
        return self

    def __reduce_ex__(self, _protocol: Any) -> Any:
        raise TypeError(
            "a sweep in a temporary folder cannot be pickled: its folder goes with this process;"
            " give sweep() a directory, out"
        )


@dataclass(frozen=True, repr=False)
class Sweep(Shown):
    """The sweep in ``directory``, read as it is asked for; ``manifest`` is what was asked.

    A temporary directory is ``passing``: it goes with the last copy of the sweep.
    """

    directory: Path
    manifest: Mapping[str, Any]
    passing: Passing | None = field(default=None, compare=False)

    @classmethod
    def load(cls, directory: str | Path) -> Sweep:
        """The sweep in a directory, finished or not; InputError where there is none."""
        return cls(Path(directory).absolute(), Manifest.load(Path(directory)).values)

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        store = Store(self.directory)
        there = sum(store.place(name).is_file() for name in self.run_ids())
        rows = [
            ("study", self.manifest["name"]),
            ("points", f"{len(self.manifest['points']):,}"),
            *(("parameter", f"{name}: {listed(values)}") for name, values in self._values()),
            ("policies", listed(self.policies)),
            ("worlds", f"{len(self.seeds):,} (seeds from {self.seeds.start})"),
            ("runs", f"{there:,} of {self.manifest['runs']:,} done"),
            ("directory", self.directory),
        ]
        return rows

    def _values(self) -> Iterator[tuple[str, list[Any]]]:
        """The different values of each parameter, in order of appearance."""
        for place, name in enumerate(self.parameters):
            values: list[Any] = []
            for point in self.manifest["points"]:
                if point[place] not in values:
                    values.append(point[place])
            yield name, values

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(self.manifest["parameters"])

    @property
    def points(self) -> list[dict[str, Any]]:
        """The values of the parameters at each point."""
        names = self.parameters
        return [dict(zip(names, each, strict=True)) for each in self.manifest["points"]]

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies every point was run under."""
        return tuple(self.manifest["policies"])

    @property
    def seeds(self) -> range:
        """The seeds of the worlds."""
        first = self.manifest["first_seed"]
        return range(first, first + self.manifest["replicates"])

    def run_ids(self) -> dict[str, None]:
        """The name of every different run, in the order of the rows."""
        return dict.fromkeys(row.run for row in self.places())

    def places(self) -> Iterator[Row]:
        """Every row without its numbers: by point, then policy, then seed."""
        for p, values in enumerate(self.points):
            for q, policy in enumerate(self.policies):
                for seed in self.seeds:
                    name = run_id(self.setting_at(p, q, seed), policy, seed)
                    yield Row(p, values, policy, seed, name)

    def setting_at(self, point: int, policy: int, seed: int) -> str:
        """The digest of a point under a policy, by their places, in the world of a seed."""
        found = self.manifest["settings"][point][policy]
        return str(found if isinstance(found, str) else found[self._order[self.draws[seed]]])

    @cached_property
    def draws(self) -> dict[int, int]:
        """The number of the draw of its parameters that each world has; empty for none."""
        posterior = self.manifest.get("posterior")
        worlds = [] if posterior is None else posterior["worlds"]
        return {each["seed"]: each["draw"] for each in worlds}

    @cached_property
    def _order(self) -> dict[int, int]:
        return {draw: at for at, draw in enumerate(dict.fromkeys(self.draws.values()))}

    def failures(self) -> dict[str, str]:
        """Why runs could not be finished, by their names."""
        store = Store(self.directory)
        causes = {name: store.failure(name) for name in self.run_ids()}
        return {name: cause for name, cause in causes.items() if cause is not None}

    def runs(self) -> Iterator[Row]:
        """Every row with its numbers; one at a time, so that memory stays flat.

        A row that is missing, failed or damaged has an ``error`` and no numbers.
        """
        store = Store(self.directory)
        for row in self.places():
            yield self.filled(row, store)

    def filled(self, row: Row, store: Store) -> Row:
        """A row with the numbers of its record."""
        place = (row.point, row.parameters, row.policy, row.seed, row.run)
        payload = store.read(row.run)
        if payload is None:
            return Row(*place, error=store.failure(row.run) or _MISSING)
        wanted = self.manifest["curves"]
        run = run_of(Setting(row.policy, row.seed), row.run, payload, wanted)
        return Row(*place, run.digest, run.events, run.scalars, run.curves)

    def frame(self, columns: str | Sequence[str] | None = None) -> pandas.DataFrame:
        """The table of runs as a pandas frame: a row for each point, policy and world.

        Point, policy, seed, the draw if there was a posterior, the parameters, and the numbers
        that most questions are about; ``columns`` says which others: "all", a dotted key, or
        several, where * is any text::

            swept.frame().groupby(["feed.attention", "policy"]).mean(numeric_only=True)
            swept.frame(["reach.stories.*", "cascades.size.max"])

        InputError without pandas, for a key that was not measured, or if it is unfinished.
        """
        place = self._table("runs")
        found = columns_of(place)
        drawn = (DRAW,) if self.draws else ()
        first = ("point", "policy", "seed", *drawn, *self.parameters)
        wanted = wanted_columns(found, first, columns)
        return _pandas_of(place, wanted)

    def series_frame(self) -> pandas.DataFrame:
        """The table of curves as a pandas frame, the parameters beside each point.

        InputError without pandas, or if unfinished.
        """
        place = self._table("series")
        table = _pandas_of(place, columns_of(place))
        for name in reversed(self.parameters):
            values = [as_cell(point[name]) for point in self.points]
            table.insert(3, name, [values[point] for point in table["point"]])
        return table

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows of :meth:`frame`, each a dictionary by column: ``pandas.DataFrame(swept)``."""
        rows: list[dict[str, Any]] = self.frame().to_dict("records")
        return iter(rows)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """What :meth:`frame` holds, for polars, pyarrow and DuckDB."""
        table = of_data("pyarrow").Table.from_pandas(self.frame(), preserve_index=False)
        return table.__arrow_c_stream__(requested_schema)

    def _table(self, name: str) -> Path:
        """The file of a table; InputError where it is not written yet."""
        for suffix in (".parquet", ".csv"):
            place = self.directory / f"{name}{suffix}"
            if place.exists():
                return place
        advice = "run the sweep to its end"
        raise InputError(Fault("there is no table yet", file=str(place), advice=advice))


def _pandas_of(place: Path, columns: Sequence[str]) -> pandas.DataFrame:
    """Some columns of a table, in this order."""
    pandas = of_data("pandas")
    if place.suffix == ".parquet":
        return pandas.read_parquet(place, columns=list(columns))
    table = pandas.read_csv(place)
    table.columns = [restored(name) for name in table.columns]
    names = table.select_dtypes(exclude=["number", "bool"])
    table = table.assign(**{name: table[name].map(restored) for name in names})
    return table[list(columns)]
