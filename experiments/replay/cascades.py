"""The cascades, and what is lost of each when they are replayed under policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas
from numpy.typing import NDArray

import rumorsim
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.running import compare

DATA = (Path(__file__).parent / "../../../shared/data").resolve()
REPOSTS, ORIGINALS = DATA / "weibo_cascades_reposts.parquet", DATA / "weibo_cascades.parquet"
COLUMNS: Final = {"account": "user", "time": "t", "row": "node", "rumor": "is_rumor"}


class Weibo(NamedTuple):
    """Reposts and originals, one row each, of some cascades; originals sorted by cascade."""

    reposts: Any
    originals: Any

    @staticmethod
    def read() -> Weibo:
        originals = pandas.read_parquet(ORIGINALS).sort_values("cascade", ignore_index=True)
        return Weibo(pandas.read_parquet(REPOSTS), originals)

    @property
    def rumor(self) -> NDArray[np.bool_]:
        """Which cascades are rumors; bool [cascades]."""
        return self.originals["is_rumor"].to_numpy()

    def half(self, parity: int) -> Weibo:
        """The cascades whose number is even (0) or odd (1)."""
        return self._chosen(self.originals["cascade"] % 2 == parity)

    def by_day(self) -> Weibo:
        """The cascades that began from 8 to 21 o'clock, where truths can be compared by delay.

        57 % of the non-rumors of the data, but few rumors, were posted in the hour before midnight.
        """
        return self._chosen(self.originals["post_hour_cst"].between(8, 21))

    def _chosen(self, chosen: Any) -> Weibo:
        originals = self.originals[chosen].reset_index(drop=True)
        reposts = self.reposts[self.reposts["cascade"].isin(originals["cascade"])]
        return Weibo(reposts.reset_index(drop=True), originals)

    def accounts(self) -> set[int]:
        """Who published or shared."""
        return {*self.reposts["user"].tolist(), *self.originals["author"].tolist()}

    def sharers(self, rumors: int) -> set[int]:
        """Who shared at least so many rumors."""
        chosen = self.originals.loc[self.rumor, "cascade"]
        of_rumors = self.reposts[self.reposts["cascade"].isin(chosen)]
        counts = of_rumors.groupby("user")["cascade"].nunique()
        return set(counts.index[counts >= rumors].tolist())


@dataclass(frozen=True)
class Joined:
    """Comparisons of the halves as one, in which each cascade has what its half says."""

    policies: Sequence[str]
    seeds: Sequence[int]
    scalars: Mapping[str, Mapping[str, Sequence[float | None]]]
    scenario: Mapping[str, Any]

    @staticmethod
    def of(one: Comparison, other: Comparison) -> Joined:
        scalars = {
            policy: {
                key: numbers
                for half in (one, other)
                for key, numbers in half.scalars[policy].items()
                if key.startswith("prevented.cascades.")
            }
            for policy in one.policies
        }
        return Joined(one.policies, one.seeds, scalars, one.scenario)


def replayed(
    cascades: Weibo,
    policies: Mapping[str, list[dict[str, Any]]],
    file: Path,
    draws: int,
    workers: int | None,
) -> Comparison:
    """The policies compared with what was observed; the cascades are written into ``file``."""
    if not file.exists():
        rumorsim.read_cascades(
            cascades.reposts, originals=cascades.originals, columns=COLUMNS, unit="seconds"
        ).save(file)
    named = [{"name": name, "interventions": parts} for name, parts in policies.items()]
    scenario = rumorsim.Scenario.model_validate(
        {"replay": {"cascades": str(file)}, "policies": named}
    )
    return compare(scenario, measures=["prevented"], replicates=draws, workers=workers)
