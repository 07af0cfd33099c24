"""A comparison: what each policy did to each number, against ``none`` in the same worlds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.shown import listed, shown_table
from rumorsim.studies.statistics.change import plain_change
from rumorsim.studies.statistics.intervals import LEVEL, resampled

if TYPE_CHECKING:
    from rumorsim.reports.figures.pictures import Picture

from rumorsim.studies.compare.worlds import NONE, ComparedWorlds


@dataclass(frozen=True, repr=False)
class Comparison(ComparedWorlds):
    """Every policy of a scenario in the same worlds.

    ``scalars[policy][key][r]`` is a number of the run with ``seeds[r]``, ``curves`` likewise,
    ``digests[policy][r]`` names its events. ``policies`` begins with ``none``.
    ``scenario`` is the resolved form. ``precision``: what was asked, if anything was, and
    ``looks``: how often worlds had been looked at when it was reached (0: it was not asked for).
    ``budget``: what could be spent on as many worlds as it takes; empty where their number was
    given.
    ``reused``: runs that were not made, as ``none`` of their world shows that they are the same.
    ``idle``: every part of a policy that does not act as written, and why.
    ``draws``: where the parameters of each world come from, and ``widths`` how much of the width
    of each policy's interval comes from not knowing them; empty without a posterior.
    ``accounts`` gives the original ids by account number, None where these are the numbers.
    """

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        seeds = f"seeds {self.seeds[0]} to {self.seeds[-1]}"
        return [
            ("scenario", self.name),
            ("policies", listed(self.policies)),
            ("worlds", f"{len(self.seeds)} ({seeds})"),
            ("numbers", f"{len(self.keys):,} of each run"),
            *(("parameters", each) for each in [self.draws.sentence()] if each),
            *(("", sentence) for sentence in self.sentences()),
        ]

    def _repr_html_(self) -> str:
        from rumorsim.studies.compare.report_text import headlines, rows_of

        head = ("number", "policy", "mean", "difference to none", "relative", "pairing")
        rows = [
            (headline.title, *row)
            for headline in headlines(self)
            for row in rows_of(self, headline.key)
        ]
        table = shown_table(self.name, head, rows)
        return table + self.figure().html()

    def figure(self, width: str | None = None, *, of: str = "reach") -> Picture:
        """A figure for a notebook or a paper: ``reach`` over time, or ``differences``.

        ``width`` such as "8.5 cm" (one column) or "17 cm"; absent: as in reports. Pictures are
        saved as PDF, SVG or PNG, by the suffix. InputError for what is no width or figure::

            comparison.figure(width="8.5 cm", of="differences").save("differences.pdf")
        """
        from rumorsim.reports.figures.pictures import Picture
        from rumorsim.studies.compare.figures import difference_figure, reach_figure

        made = {"reach": reach_figure, "differences": difference_figure}
        if of not in made:
            advice = nearest(of, list(made))
            raise InputError(
                Fault("is not the name of a figure", key="of", value=show_value(of), advice=advice)
            )
        return Picture(made[of](self), width)

    def latex(self, keys: Sequence[str] | None = None) -> str:
        r"""A table for LaTeX with the rules of ``booktabs``: headlines, or the numbers ``keys``.

        Means, paired differences to ``none`` and relative changes with their intervals::

            Path("table.tex").write_text(comparison.latex())      # then \input{table}
        """
        from rumorsim.studies.compare.latex import latex_table

        return latex_table(self, keys)

    def text(self, *, full: bool = False, width: int | None = None) -> str:
        """One sentence for each policy and a table of at most ``width`` columns (80).

        With ``full`` every headline number under every policy follows, however wide.
        """
        from rumorsim.studies.compare.report_text import details
        from rumorsim.studies.compare.summary import WIDTH, summary

        short = summary(self, WIDTH if width is None else width)
        return f"{short}\n\n{details(self)}" if full else short

    def as_dict(self) -> dict[str, Any]:
        """The headlines as plain JSON values: every change, and each world's numbers.

        Everything else that was measured is in the tables that :meth:`save` writes.
        """
        from rumorsim.studies.compare.few_worlds import few_worlds, tails
        from rumorsim.studies.compare.prevented import prevented
        from rumorsim.studies.compare.report_text import headlines
        from rumorsim.studies.compare.take_off import take_off

        keys = [headline.key for headline in headlines(self)]
        ranking = self.ranking()
        return {
            "name": self.name,
            "policies": list(self.policies),
            "seeds": list(self.seeds),
            "replicates": len(self.seeds),
            "level": LEVEL,
            "level_of_each_policy": self.level,
            "intervals": "bootstrap" if resampled(len(self.seeds)) else "t",
            "changes": [plain_change(change, self.scenario) for change in self.changes(keys)],
            "sentences": self.sentences(),
            "idle": [each.as_dict() for each in self.idle],
            "ranking": None if ranking is None else ranking.as_dict(),
            "precision": None if self.precision is None else self.precision.as_dict(),
            "looks": self.looks,
            "budget": self.budget,
            "runs_reused": self.reused,
            **self.draws.as_dict(self.seeds),
            **({"widths": [each.as_dict() for each in self.widths]} if self.draws else {}),
            "prevented": [row.as_dict() for row in prevented(self)],
            "few_worlds": few_worlds(self),
            "take_off": take_off(self).as_dict(),
            "tails": [
                {
                    "policy": each.policy,
                    "reach": each.reach.as_dict(),
                    "difference": None if each.difference is None else each.difference.as_dict(),
                }
                for each in tails(self)
            ],
            "worlds": {
                policy: {key: list(self.scalars[policy][key]) for key in keys}
                for policy in self.policies
            },
            "digests": {policy: list(self.digests[policy]) for policy in self.policies},
            "provenance": dict(self.provenance),
            "scenario": dict(self.scenario),
        }

    def sentences(self) -> list[str]:
        """One sentence for each policy: what it did to false and to true stories."""
        from rumorsim.studies.compare.summary import sentence

        told = [sentence(self, policy) for policy in self.policies if policy != NONE]
        return [each.replace("\u00a0", " ") for each in told]

    def save(
        self,
        directory: str | Path,
        *,
        force: bool = False,
        source: str | Path = "",
        figures: str | Iterable[str] | None = None,
        width: str | None = None,
    ) -> list[Path]:
        """Write tables (CSV, JSON, text) and figures; the paths written.

        Figures are saved as PNG and SVG, or as ``figures`` says ("pdf", "pdf,svg"), as wide as
        ``width`` ("8.5 cm"); InputError for what is neither.

        OutputError where ``directory`` holds anything that is not ours, or results of another
        kind or scenario, unless ``force``. ``source`` is the file that the scenario was read
        from: another version of that file counts as the same scenario.
        """
        from rumorsim.reports.figures.pictures import FigureFiles
        from rumorsim.studies.compare.saving import save_comparison

        files = FigureFiles.of(figures, width)
        return save_comparison(
            self,
            Path(directory),
            files,
            text=self.text(full=True),
            values=self.as_dict(),
            force=force,
            source=source,
        )
