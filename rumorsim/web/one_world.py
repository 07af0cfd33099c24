"""One of the two worlds of a browser: its simulation, and everything that came of it so far."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import EFFECTS, VERBS
from rumorsim.measures.collateral import Collateral
from rumorsim.simulation.simulation import Simulation
from rumorsim.web import limits, wire
from rumorsim.web.lists import lists_of, slots_of

#: Numbers of the verbs that do something to somebody.
_EFFECTS: Final = [VERBS.index(verb) for verb in EFFECTS]


class Heard:
    """When each account first read a rumor, and when a true story; corrections are neither.

    ``rumor`` and ``true`` are hours, infinite for accounts that have not; float64 [accounts].
    Whoever publishes a story is counted only once it also reads it from somebody.
    """

    def __init__(self, facts: Facts) -> None:
        correction = np.array([story.answers is not None for story in facts.stories], bool)
        truth = np.array([story.truth for story in facts.stories], bool)
        self._groups = (~truth & ~correction, truth & ~correction)
        self.rumor, self.true = np.full((2, facts.accounts), np.inf)

    def observe(self, batch: Batch) -> None:
        """Take in further events."""
        exposed = batch.only(Kind.EXPOSE)
        for first, stories in zip((self.rumor, self.true), self._groups, strict=True):
            of_group = stories[exposed.story]
            np.minimum.at(first, exposed.account[of_group], exposed.time[of_group])

    @property
    def counts(self) -> tuple[int, int]:
        """How many accounts have read a rumor, and how many a true story."""
        return int(np.isfinite(self.rumor).sum()), int(np.isfinite(self.true).sum())


class Penalties:
    """What the desk did: accounts hit that had posted nothing false by then, and all acts."""

    def __init__(self, facts: Facts) -> None:
        self._collateral = Collateral()
        self._state = self._collateral.start(facts)
        self.wrong = self.acts = 0

    def observe(self, batch: Batch) -> None:
        """Take in further events."""
        self._collateral.observe(self._state, batch)
        actions = batch.only(Kind.ACTION)
        if len(actions):
            self.acts += int(np.isin(actions.value, _EFFECTS).sum())
            self.wrong = int(self._collateral.value(self._state)["accounts"]["innocent"])


class OneWorld:
    """A simulation that is watched: its events up to now, and how it looked at any earlier time."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.batches: list[Batch] = []
        self.count = 0
        self.heard = Heard(simulation.facts)
        self.penalties = Penalties(simulation.facts)
        self.lists = lists_of(simulation.world)
        #: Hours after which the trending lists held these stories, until the next entry.
        self._slots: list[tuple[float, NDArray[np.int32]]] = [
            (-1.0, slots_of(simulation.world, self.lists))
        ]
        self._unsent: list[Batch] = []
        self._slots_sent: Any = None

    def advance(self, until: float) -> None:
        """Let everything before ``until`` hours happen. InputError for too many events."""
        before = self.simulation.now
        if until < before:
            return
        batch = self.simulation.advance(until)
        if len(batch):
            self.batches.append(batch)
            self._unsent.append(batch)
            self.count += len(batch)
            self.heard.observe(batch)
            self.penalties.observe(batch)
        slots = slots_of(self.simulation.world, self.lists)
        if not np.array_equal(slots, self._slots[-1][1]):
            self._slots.append((before, slots))
        if self.count > limits.EVENTS:
            rule = f"more than {limits.EVENTS:,} events: too many to watch"
            raise InputError(rule, key="events")

    def events(self) -> Batch:
        """All events so far."""
        self.batches[:] = [Batch.joined(self.batches)]
        return self.batches[0]

    def side(self, whole: bool) -> wire.Side:
        """What happened since the last side that was asked for; ``whole``: since hour 0."""
        fresh = self.events() if whole else Batch.joined(self._unsent)
        self._unsent.clear()
        slots = self._slots[-1][1]
        same = not whole and slots is self._slots_sent
        self._slots_sent = slots
        stories = self.simulation.world.stories
        told = slots[:0] if same else slots
        counts = self.penalties.wrong, self.penalties.acts
        return wire.Side(fresh, stories["reach"], stories["shares"], told, *counts)

    def side_at(self, time: float) -> wire.Side:
        """Everything that had happened before ``time`` hours, which is not after now."""
        rows = self.events().rows
        past = Batch(rows[rows["time"] < time])
        stories = len(self.simulation.facts.stories)
        reach, shares = (
            np.bincount(past.only(kind).story, minlength=stories).astype(np.int32)
            for kind in (Kind.EXPOSE, Kind.SHARE)
        )
        slots = next(held for since, held in reversed(self._slots) if since < time)
        penalties = Penalties(self.simulation.facts)
        penalties.observe(past)
        return wire.Side(past, reach, shares, slots, penalties.wrong, penalties.acts)
