"""Replays in plain Python: which draws are known, and what they must have been.

See ``rumorsim.world.evidence``. Posts are found by their address in a dict, what was observed of
them in lists.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from rumorsim.common.randomness import Purpose, address_word, philox, uniform

if TYPE_CHECKING:
    from rumorsim.world.evidence import Evidence

Address = tuple[int, int, int]


class ObservedReads:
    """The evidence of one world, and which observed reads have happened."""

    def __init__(self, evidence: Evidence, seed: int) -> None:
        self.evidence = evidence
        self.seed = seed
        self.places: dict[Address, int] = {}
        for story in range(len(evidence.stories)):
            for place in range(int(evidence.ends[story]), int(evidence.ends[story + 1])):
                row = evidence.observed[place]
                self.places[story, int(row["author"]), int(row["k"])] = place
        self.taken: set[int] = set()

    def of(self, address: Address) -> dict[int, list[int]]:
        """The observed reads of the post at an address, by reader, in order of time."""
        found: dict[int, list[int]] = defaultdict(list)
        place = self.places.get(address)
        if place is not None:
            row = self.evidence.observed[place]
            for read in range(int(row["begin"]), int(row["begin"] + row["count"])):
                found[int(self.evidence.reads["reader"][read])].append(read)
        return found

    def audience(self, address: Address) -> float:
        """Followers of the author of a post, -1 where unknown."""
        place = self.places.get(address)
        return -1.0 if place is None else float(self.evidence.observed["audience"][place])

    def due(self, address: Address, read: int, posted: float) -> float:
        """When a read of a post made at ``posted`` happens; as observed where the post was."""
        row = self.evidence.reads[read]
        if posted == self.evidence.observed["time"][self.places[address]]:
            return float(row["time"])
        return max(posted + float(row["delay"]), math.nextafter(posted, math.inf))

    def happening(self, address: Address, reader: int, posted: float, now: float) -> int:
        """The observed read that is happening now, and no more after this; -1 = none."""
        for read in self.of(address)[reader]:
            if read not in self.taken and self.due(address, read, posted) == now:
                self.taken.add(read)
                return read
        return -1

    def k_of(self, read: int) -> int:
        """The k of the share that a read led to."""
        return int(self.evidence.reads["k"][read]) if read >= 0 else 0

    def delivery(self, address: Address, reader: int, row: list[int]) -> int:
        """Where the chance of a delivery along a follow stands among the declined; -1 = none.

        ``row``: the followers of the post's author.
        """
        place = self.places.get(address)
        if place is None or not len(self.evidence.declined) or reader not in row:
            return -1
        return int(self.evidence.observed["base"][place]) + row.index(reader)

    def late_word(self, address: Address, reader: int, row: list[int]) -> int | None:
        """The word of the delay of a late read, None where it is drawn as ever."""
        delivery = self.delivery(address, reader, row)
        noted = float(self.evidence.declined[delivery]) if delivery >= 0 else 0.0
        return int(-1.0 - noted) if noted < 0 else None

    def note(self, read: int, delivery: int, chance: float) -> None:
        """Note P(share) of a read in a run that the evidence decides."""
        if read >= 0:
            self.evidence.reads["chance"][read] = chance
        elif delivery >= 0:
            self.evidence.declined[delivery] = chance

    def conditioned(
        self, read: int, delivery: int, address: Address, reader: int, coin: float
    ) -> float:
        """A coin, stretched to where it must have fallen; that of a late read is another one."""
        if read >= 0:
            return coin * float(self.evidence.reads["chance"][read])
        if delivery < 0:
            return coin
        chance = float(self.evidence.declined[delivery])
        if chance < 0:
            story, author, k = address
            head = address_word(Purpose.LATE, k)
            return uniform(philox(self.seed, head, story, author, reader)[2])
        if coin < chance:
            return chance + coin / chance * (1.0 - chance)
        return coin
