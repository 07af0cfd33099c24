"""Cascades that were observed: a stream, what it is about, and what was wrong with the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.plurals import counted
from rumorsim.common.shown import Shown
from rumorsim.events.observed.pnnl_writing import write_pnnl
from rumorsim.events.observed.remembering import PROVENANCE, noted
from rumorsim.events.observed.rules import Found
from rumorsim.events.sink import ROWS
from rumorsim.events.sinks import open_sink
from rumorsim.events.stream import Batch, Facts, Kind


class Cascades(Shown):
    """Real cascades as a stream of events, a story each.

    ``facts`` hold accounts with their original ids, their followers (0 where unknown; see
    ``followers_known``, bool [accounts]) and the stories in the order of the cascades' ids;
    ``batch`` is the whole stream in the order of both engines, 40 bytes an event. A publication
    has the value 1, as engines count them from 1. ``faults`` maps each kind of fault that was
    found to its :class:`~rumorsim.events.observed.rules.Found`, ``notes`` say what was assumed,
    ``format`` is the dialect.
    """

    def __init__(
        self,
        facts: Facts,
        batch: Batch,
        followers_known: NDArray[np.bool_],
        faults: Mapping[str, Found],
        notes: Sequence[str],
        source: str,
        format: str,
        zone: str | None = None,
    ) -> None:
        #: The time zone that the start is local time of; None where there is no start.
        self.zone = zone
        self.batch, self.followers_known = batch, followers_known
        self.faults, self.notes = dict(faults), tuple(notes)
        self.source, self.format = source, format
        said = noted(faults, notes, followers_known, zone)
        self.facts = replace(facts, provenance={**facts.provenance, PROVENANCE: said})

    def __len__(self) -> int:
        """How many cascades there are."""
        return len(self.facts.stories)

    @property
    def shares(self) -> int:
        """How many shares there are."""
        return int(np.count_nonzero(self.batch.kind == Kind.SHARE))

    def batches(self) -> Iterator[Batch]:
        """The stream, in batches of at most 65,536 events."""
        for start in range(0, len(self.batch), ROWS):
            yield self.batch[start : start + ROWS]

    def save(self, path: str | Path, format: str | None = None, *, force: bool = False) -> str:
        """Save the stream as events of any format (by the suffix); returns its digest.

        OutputError where it cannot be written, or something else is there.
        """
        with open_sink(path, self.facts, format, force=force) as sink:
            for batch in self.batches():
                sink.write(batch)
        return sink.digest

    def export(self, path: str | Path, *, force: bool = False) -> int:
        """Write the posts as JSON lines of PNNL; returns how many.

        OutputError where it cannot be written, or exists and ``force`` is not given.
        """
        return write_pnnl(path, self.facts, self.batches(), zone=self.zone, force=force)

    def info(self) -> dict[str, Any]:
        """What there is, as plain values: counts, times in hours, faults with their rules."""
        facts = self.facts
        truth = [story.truth for story in facts.stories]
        return {
            "source": self.source,
            "format": self.format,
            "cascades": len(self),
            "shares": self.shares,
            "accounts": facts.accounts,
            "followers_unknown": int(np.count_nonzero(~self.followers_known)),
            "rumors": truth.count(False),
            "no_rumors": truth.count(True),
            "start": facts.start,
            "last_hour": float(self.batch.time[-1]),
            "events": len(self.batch),
            "faults": {
                each.kind: {"count": each.count, "rule": each.rule, "first": each.first}
                for each in self.faults.values()
            },
            "notes": list(self.notes),
        }

    def text(self) -> str:
        """What there is and what was found, as lines."""
        info = self.info()
        unknown = info["followers_unknown"]
        lines = [
            f"{self.source} ({self.format})",
            f"  {counted(len(self), 'cascade')}: {counted(info['rumors'], 'rumor')},"
            f" {info['no_rumors']:,} not",
            f"  {counted(info['shares'], 'share')} by {counted(info['accounts'], 'account')};"
            f" followers of {unknown:,} unknown",
            f"  {info['last_hour']:,.1f} h" + (f" from {info['start']}" if info["start"] else ""),
        ]
        lines += [f"  {note}" for note in self.notes]
        lines += [
            f"  {each.kind}: {each}" + (f" (first: {each.first})" if each.first else "")
            for each in self.faults.values()
        ]
        return "\n".join(lines)

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        """What it is of and how much there is, and what was found."""
        info = self.info()
        rows = [(key, info[key]) for key in ("source", "format", "cascades", "shares", "accounts")]
        return [*rows, *((each.kind, str(each)) for each in self.faults.values())]
