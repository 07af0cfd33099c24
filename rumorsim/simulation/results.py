"""What a run leaves behind: measures, digest, and how to run it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import ConfigDict, RootModel
from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.csv_text import write_csv
from rumorsim.common.errors import Fault, InputError
from rumorsim.common.files import MARKER, json_text, write_directory
from rumorsim.common.frames import Table, Tabular
from rumorsim.common.saved_json import ProvenanceShape, Saved, ScenarioShape, checked, read_json
from rumorsim.common.shown import Shown, listed
from rumorsim.measures import curves, describe, flatten
from rumorsim.world.account_table import ACCOUNTS_FILE, AccountsOfWorld, AccountTable

if TYPE_CHECKING:
    import pandas

#: What the marker of a directory says it holds.
HOLDS = "result"


class _Shape(Saved):
    """What the file of a saved run must hold."""

    holds: Literal["result"]
    policy: str
    seed: int
    engine: str
    digest: str
    events: int
    measures: dict[str, dict[str, Any]]
    scenario: ScenarioShape
    provenance: ProvenanceShape


class _CurveShape(RootModel[dict[str, list[float | None]]]):
    """A curve: its times and the values of each series."""

    model_config = ConfigDict(strict=True)


#: The numbers that a result shows at a prompt, and what they are called there.
_SHOWN: Final = {
    "reach.truth.false.accounts": "reach of false stories",
    "reach.truth.true.accounts": "reach of true stories",
    "shares.shares": "shares",
    "enforcement.actions": "moderation actions",
    "collateral.accounts.innocent": "innocent accounts hit",
}


@dataclass(frozen=True, repr=False)
class Result(Tabular, Shown):
    """The outcome of one run.

    ``digest`` is the SHA-256 of the event rows, ``measures`` the value of each measure,
    ``scenario`` the resolved form it can be run again from. :attr:`accounts` says whom the
    numbers of accounts stand for.
    """

    policy: str
    seed: int
    engine: str
    digest: str
    events: int
    measures: Mapping[str, Any]
    scenario: Mapping[str, Any]
    provenance: Mapping[str, Any]
    #: Where :attr:`accounts` come from: the world, or the file beside a saved result.
    accounts_from: AccountsOfWorld | Path | None = field(default=None, repr=False, compare=False)

    @property
    def accounts(self) -> AccountTable | None:
        """The accounts by number: original id, kind, platform, followers at the start.

        None where they are not known, as in results saved by earlier releases.
        """
        if isinstance(self.accounts_from, Path):
            return AccountTable.read(self.accounts_from)
        return None if self.accounts_from is None else self.accounts_from.table()

    def values(self) -> dict[str, Any]:
        """All that is kept in one file, by name; parts are shared, not copied."""
        return {name: getattr(self, name) for name in _KEPT}

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        numbers = self.scalars()
        rows = [
            ("scenario", self.scenario.get("name", "")),
            ("policy", f"{self.policy} (seed {self.seed}, engine {self.engine})"),
            ("events", f"{self.events:,}, digest {self.digest[:12]}..."),
        ]
        for key, name in _SHOWN.items():
            if numbers.get(key) is not None:
                rows.append((name, f"{numbers[key]:,}"))
        return [*rows, ("measures", listed(self.measures, 12))]

    def scalars(self) -> dict[str, float | None]:
        """Every number by its dotted name, such as ``reach.truth.false.accounts``."""
        return dict(flatten(self.measures))

    def curves(self) -> dict[str, Any]:
        """Every curve by its dotted name."""
        return dict(curves(self.measures))

    def as_dict(self) -> dict[str, Any]:
        """All of it but the accounts as plain Python values."""
        return deepcopy(self.values())

    def frame(self) -> pandas.DataFrame:
        """Every number as a pandas frame with columns key, value, unit and meaning.

        InputError where pandas, of the extra ``[data]``, is not installed.
        """
        return self.table().pandas()

    def table(self) -> Table:
        """Every number: key, value, unit and meaning."""
        rows = [
            (key, value, *_meaning(key, self.scenario)) for key, value in self.scalars().items()
        ]
        return Table.of_rows(["key", "value", "unit", "meaning"], rows)

    def curve_frame(self) -> pandas.DataFrame:
        """Every point of every curve as a pandas frame: curve, series, time (hours), value."""
        rows = [
            (name, series, time, value)
            for name, curve in self.curves().items()
            for series, values in curve.items()
            if series != "time"
            for time, value in zip(curve["time"], values, strict=True)
        ]
        names = ["curve", "series", "time", "value"]
        return Table.of_rows(names, rows, "curve", "series").pandas()

    def save(self, directory: str | Path, *, force: bool = False, source: str | Path = "") -> None:
        """Write the result to a directory that is new, empty or holds results of ours.

        ``rumorsim.json`` is all of it, ``scenario.json`` the resolved scenario,
        ``scalars.csv`` the numbers with their units and ``accounts.csv`` whom the numbers of
        accounts stand for (see :class:`.AccountTable`). It appears complete or not at all;
        OutputError where it cannot be written, and where the directory holds results of
        another kind or scenario, unless ``force``. ``source`` is the file that the scenario
        was read from: another version of that file counts as the same scenario.
        """
        claim = Claim.of(HOLDS, self.scenario, source)
        claim.check(Path(directory), force=force)
        with write_directory(Path(directory)) as draft:
            (draft / "scenario.json").write_text(json_text(self.scenario), encoding="utf-8")
            rows = (
                (key, value, _meaning(key, self.scenario)[0])
                for key, value in self.scalars().items()
            )
            write_csv(draft / "scalars.csv", ("key", "value", "unit"), rows)
            accounts = self.accounts
            if accounts is not None:
                accounts.save(draft / ACCOUNTS_FILE)
            (draft / MARKER).write_text(
                json_text({**claim.marker(), **self.values()}), encoding="utf-8"
            )

    @classmethod
    def load(cls, directory: str | Path) -> Result:
        """The result saved in a directory; InputError where there is none."""
        place = Path(directory) / MARKER
        found = read_json(place, _Shape, advice="name the directory of a saved run")
        table = Path(directory) / ACCOUNTS_FILE
        accounts = table if table.is_file() else None
        result = cls(**{name: found[name] for name in _KEPT}, accounts_from=accounts)
        for key, curve in result.curves().items():
            checked(curve, f"{place}: {key}", _CurveShape)
            if len({len(series) for series in curve.values()}) > 1:
                raise InputError(Fault("has series of different lengths", str(place), key))
        return result


_KEPT = tuple(each.name for each in fields(Result) if each.name != "accounts_from")


def _meaning(key: str, scenario: Mapping[str, Any]) -> tuple[str, str]:
    """Unit and meaning of a number; empty where no measure says."""
    meaning = describe(key, scenario)
    return ("", "") if meaning is None else (meaning.unit, meaning.text)
