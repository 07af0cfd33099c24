"""A comparison of tails, and of means, under every policy, from trees of worlds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from rumorsim.common.shown import listed
from rumorsim.studies.tail.answer import TailNumbers

if TYPE_CHECKING:
    from rumorsim.reports.figures.pictures import Picture


@dataclass(frozen=True, repr=False)
class TailComparison(TailNumbers):
    """The chance of a tail, and the mean of its number, under every policy, from trees of worlds.

    ``trees[r]`` are the leaves of the tree of the world ``seeds[r]`` (weights add up to 1), each
    with the number asked about under every policy. ``worlds`` says which seeds were taken, and with
    what weights; ``others``: numbers whose means are told too. ``pilot`` says where worlds were
    split. ``scenario`` is the resolved form.
    """

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        from rumorsim.studies.tail.text import effort, sentence

        return [
            ("scenario", self.name),
            ("tail", self.tail.written),
            ("policies", listed(self.policies)),
            ("made", effort(self)),
            *(("", sentence(each, self)) for each in self.chances),
        ]

    def text(self) -> str:
        """A table, what it rests on, and a sentence for each policy."""
        from rumorsim.studies.tail.text import answer_text

        return answer_text(self)

    def figure(self, width: str | None = None) -> Picture:
        """The chance that the number exceeds x, for every x, as :meth:`.Comparison.figure`."""
        from rumorsim.reports.figures.pictures import Picture
        from rumorsim.studies.tail.figures import tail_figure

        return Picture(tail_figure(self), width)

    def save(
        self,
        directory: str | Path,
        *,
        force: bool = False,
        source: str | Path = "",
        figures: str | Iterable[str] | None = None,
        width: str | None = None,
    ) -> None:
        """Write tail.txt, tail.json, tables as CSV, scenario.json and the figure.

        As :meth:`.Comparison.save` does.
        """
        from rumorsim.reports.figures.pictures import FigureFiles
        from rumorsim.studies.tail.saving import save_tail

        files = FigureFiles.of(figures, width)
        save_tail(self, Path(directory), files, force=force, source=source)
