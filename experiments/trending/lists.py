"""Lists of topics by hour, measured and made by the model, and what is compared of them.

A list is an array [snapshots, ranks] of topic numbers, -1 where nothing is shown, with the
time of each snapshot in hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.platform.surfaces.trending import WARM_UP, Anchor, Topics, Trending, ranked

__all__ = ["RANKS", "Lists", "measured", "modelled"]

RANKS = 50


@dataclass(frozen=True)
class Lists:
    """Snapshots of a list: ``time`` [n] in hours, ``topic`` [n, RANKS]; rank 1 is column 0."""

    time: NDArray[np.float64]
    topic: NDArray[np.int64]

    def pairs(self) -> NDArray[np.bool_]:
        """Which snapshots follow the one before after an hour, within 6 minutes; [n - 1]."""
        return np.abs(np.diff(self.time) - 1.0) < 0.1

    def dwell(self) -> NDArray[np.float64]:
        """Hours from each topic's first snapshot to the middle of its last gap, cut ones out.

        A topic may leave and return: its time counts from the first to the last sight.
        """
        first, last = self._sights()
        inside = (first > 0) & (last < len(self.time) - 1)
        before = (self.time[first[inside]] + self.time[first[inside] - 1]) / 2
        after = (self.time[last[inside]] + self.time[last[inside] + 1]) / 2
        return after - before

    def _sights(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        row = np.repeat(np.arange(len(self.time)), self.topic.shape[1])
        topic = self.topic.ravel()
        row, topic = row[topic >= 0], topic[topic >= 0]
        _, number = np.unique(topic, return_inverse=True)
        first = np.full(number.max() + 1, len(self.time))
        last = np.full(number.max() + 1, -1)
        np.minimum.at(first, number, row)
        np.maximum.at(last, number, row)
        return first, last

    def turnover(self) -> NDArray[np.float64]:
        """Part of the list that was not on it an hour before, for each pair of snapshots."""
        return np.array(
            [
                1 - np.isin(self.topic[i + 1], self.topic[i]).mean()
                for i in np.flatnonzero(self.pairs())
            ]
        )

    def hours(self, zone: float) -> NDArray[np.int64]:
        """The local hour of the later snapshot of each pair."""
        return ((self.time[1:][self.pairs()] + zone) % 24).astype(np.int64)

    def stays(self) -> NDArray[np.float64]:
        """P(the same topic an hour later) by rank, [RANKS]."""
        pairs = np.flatnonzero(self.pairs())
        return (self.topic[pairs] == self.topic[pairs + 1]).mean(axis=0)


def measured(path: Path) -> Lists:
    """The hourly lists in the data file; advertised (pinned) entries are left out."""
    import pandas

    table = pandas.read_parquet(path)
    table = table[~table["pinned"] & (table["pos"] >= 1) & (table["pos"] <= RANKS)]
    wide = table.pivot_table(index="snapshot", columns="pos", values="topic", aggfunc="first")
    time = table.groupby("snapshot")["unix_time"].first().to_numpy() / 3600.0
    topic = wide.reindex(columns=range(1, RANKS + 1)).fillna(-1).to_numpy().astype(np.int64)
    return Lists(time, topic)


def modelled(trending: Trending, hours: int, accounts: int, seed: int) -> Lists:
    """What the background topics of a trending list show every hour, stories left out."""
    world = SimpleNamespace(seed=seed, horizon=float(hours))
    engine: Any = SimpleNamespace(world=world)
    topics = Topics(trending, engine, 0, accounts)
    anchor = Anchor(trending)
    rows = []
    every = round(1 / trending.refresh)
    decay = 2.0 ** (-trending.refresh / trending.half_life)
    nobody = np.zeros(0)
    none = np.zeros(0, np.bool_)
    for tick in range(-round(WARM_UP / trending.refresh), hours * every):
        now = tick * trending.refresh
        topics.refresh(now, decay)
        order = anchor.held(ranked(none, nobody, topics), now)
        if tick >= 0 and tick % every == 0:
            row = np.full(RANKS, -1)
            numbers = -1 - order[:RANKS]
            row[: len(numbers)] = numbers
            rows.append(row)
    return Lists(np.arange(len(rows), dtype=np.float64), np.array(rows))
