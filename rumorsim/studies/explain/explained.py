"""The numbers of an explanation: what hung on whom in one run, what reruns and a policy said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from rumorsim.studies.explain.averting import Averted
from rumorsim.studies.explain.observing import Counts
from rumorsim.studies.explain.tables import HangingTables


class Rerun(NamedTuple):
    """An account that was closed at hour 0 of the same world: what was counted, what was lost."""

    account: int
    counted: Counts
    lost: Counts


@dataclass(frozen=True, repr=False, eq=False)
class Explained:
    """What hung on each account of one run, and what a policy averted.

    ``counts`` are the sharers and the accounts reached of ``stories`` in the run under ``policy``;
    each account counts once a story. ``estimated`` says why the numbers are an estimate; they are
    exact where it is empty.
    ``averted`` is None under ``none``.
    """

    name: str
    policy: str
    seed: int
    stories: tuple[str, ...]
    counts: Counts
    tables: HangingTables
    estimated: tuple[str, ...]
    reruns: tuple[Rerun, ...]
    averted: Averted | None
    scenario: Mapping[str, Any]
    source: str = field(default="", repr=False)

    def accounts(self) -> list[dict[str, Any]]:
        """One row for every account on which anything hangs, the most first."""
        return self.tables.accounts()

    @property
    def error(self) -> Counts | None:
        """The largest difference between what was counted and what a closure took away.

        None where no account was closed.
        """
        if not self.reruns:
            return None
        gaps = [each.counted.less(each.lost) for each in self.reruns]
        return Counts(*(int(np.abs(column).max()) for column in np.array(gaps).T))
