"""To whom the story of a run came, and when: what the levels of a splitting are read from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.stream import Batch, Kind
from rumorsim.world.redraw import counted
from rumorsim.world.world import World


@dataclass(frozen=True, eq=False)
class History:
    """To whom the false stories came (the true ones where none is false), and when (hours).

    ``audience``: accounts that had a post of them in their feed, at ``delivered``, or read one,
    at ``read`` (infinite: not). ``posters`` made each post, at ``posted``.
    """

    audience: NDArray[np.int64]
    delivered: NDArray[np.float64]
    read: NDArray[np.float64]
    posters: NDArray[np.int64]
    posted: NDArray[np.float64]

    @classmethod
    def of(cls, events: Batch, world: World) -> History:
        """From EXPOSE, PUBLISH and SHARE events. In models of contacts nothing is delivered."""
        ours = Batch(events.rows[counted([s.truth for s in world.facts.stories])[events.story]])
        reads, posts = ours.only(Kind.EXPOSE), ours.only(Kind.PUBLISH, Kind.SHARE)
        read, delivered = np.full((2, world.size), np.inf)
        np.minimum.at(read, reads.account, reads.time)
        if world.rules.terms is None:
            rows = world.reserve.origin[posts.account]
            for time, row in zip(posts.time.tolist(), rows.tolist(), strict=True):
                followers = world.graph.followers_of(row)
                delivered[followers] = np.minimum(delivered[followers], time)
        audience = np.flatnonzero(np.minimum(read, delivered) < np.inf)
        who = posts.account.astype(np.int64)
        return cls(audience, delivered[audience], read[audience], who, posts.time)

    def course(self, ahead: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The progress so far at each moment at which it may have changed: (hours, progress).

        Whoever has read the story counts 1, whoever has it in the feed and has not, ``ahead``.
        """
        before = self.delivered <= self.read
        came = np.where(before, self.delivered, self.read)
        times = [came, self.read[before]]
        steps = [np.where(before, ahead, 1.0), np.full(int(before.sum()), 1.0 - ahead)]
        when, what = np.concatenate(times), np.concatenate(steps)
        known = when < np.inf
        moments, place = np.unique(when[known], return_inverse=True)
        change = np.bincount(place, weights=what[known], minlength=len(moments))
        return moments, np.maximum.accumulate(np.cumsum(change))

    def farthest(self, ahead: float) -> float:
        """The progress at the end."""
        progress = self.course(ahead)[1]
        return float(progress[-1]) if len(progress) else 0.0

    def moment(self, level: float, ahead: float) -> float:
        """When the progress came to ``level`` (hours); inf where it did not."""
        moments, progress = self.course(ahead)
        place = int(np.searchsorted(progress, level))
        return float(moments[place]) if place < len(moments) else math.inf

    def kept(self, moment: float) -> NDArray[np.int64]:
        """The accounts whose decisions were looked at by the end of that moment."""
        return np.union1d(self.audience[self.read <= moment], self.posters[self.posted <= moment])
