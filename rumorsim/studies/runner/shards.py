"""Shards: a sweep cut into parts that know nothing of each other, for any kind of cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rumorsim.common.errors import Fault, InputError, show_value


@dataclass(frozen=True)
class Shard:
    """Part ``place`` (from 1) of ``parts`` of a sweep: the runs whose name says so.

    Every part may be done on another machine, in the same directory or in one of its own:
    records of several directories are merged by copying their ``runs`` together.
    """

    place: int = 1
    parts: int = 1

    @classmethod
    def of(cls, text: str | None) -> Shard:
        """The shard that "2/8" means, the whole for None; InputError for what means none."""
        if text is None:
            return cls()
        found = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text)
        place, parts = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= place <= parts:
            rule, advice = "is not a shard of a sweep", "write 1/8 to 8/8 for eight parts"
            raise InputError(Fault(rule, key="shard", value=show_value(text), advice=advice))
        return cls(place, parts)

    @property
    def part(self) -> str:
        """What distinguishes its lock; empty for the whole."""
        return "" if self.parts == 1 else f"-{self.place}-of-{self.parts}"

    def has(self, run: str) -> bool:
        """Whether the run of that name (hex) belongs to it."""
        return int(run[:16], 16) % self.parts == self.place - 1
