"""An explanation: what hung on whom in one run, and what a policy averted, in words and tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.csv_text import write_records
from rumorsim.common.files import write_beside
from rumorsim.common.shown import listed
from rumorsim.studies.explain.averting import Averted
from rumorsim.studies.explain.choosing import closing
from rumorsim.studies.explain.explained import Explained, Rerun
from rumorsim.studies.explain.tables import Branch
from rumorsim.studies.explain.text import averted_in_words, checked, explanation_text, headline
from rumorsim.studies.runner.answering import AnswerDirectory, SavedAnswer, made_with

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rumorsim.platform.interventions import Intervention

HOLDS: Final = "explanation"
#: Rows of each table that the JSON has; the CSV files have all.
_IN_JSON: Final = 100


@dataclass(frozen=True, repr=False, eq=False)
class Explanation(Explained, SavedAnswer):
    """What hung on each account of one run, and what a policy averted.

    Its numbers, in words, as tables and pictures.
    """

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        top = [self.tables.account(each) for each in self.tables.top(5)]
        return [
            ("scenario", self.name),
            ("policy", f"{self.policy} (seed {self.seed})"),
            ("stories", listed(self.stories)),
            ("reached", f"{self.counts.reached:,}"),
            ("sharers", f"{self.counts.sharers:,}"),
            ("hangs on", listed(f"{row['id']} ({row['reached_lost']:,})" for row in top)),
            ("numbers are", "an estimate" if self.estimated else "exact"),
        ]

    def closing(self, accounts: int) -> list[Intervention]:
        """A policy that closes at hour 0 the accounts on which most hangs, so many of them.

        For :func:`.compare` and :func:`.optimise`, which say what it does in other worlds.
        """
        return closing([self.tables.account_id(each) for each in self.tables.top(accounts)])

    def as_dict(self) -> dict[str, Any]:
        """The first 100 rows of each table, and all else, as plain JSON values."""
        tables = self.tables
        posts = sorted(tables.post_rows(), key=lambda row: (-row["reached_lost"], row["post"]))
        return {
            "name": self.name,
            "policy": self.policy,
            "seed": self.seed,
            "stories": list(self.stories),
            "counts": self.counts._asdict(),
            "exact": not self.estimated,
            "estimated_because": list(self.estimated),
            "accounts": [tables.account(each) for each in tables.top(_IN_JSON)],
            "posts": posts[:_IN_JSON],
            "follows": list(tables.follow_rows())[:_IN_JSON],
            "tree": None if tables.branch is None else self._tree(tables.branch),
            "answer": headline(self),
            "check": checked(self),
            "surfaces": {name: each._asdict() for name, each in tables.on_surfaces.items()},
            "reruns": [self._rerun(each) for each in self.reruns],
            "averted": None if self.averted is None else self._averted(self.averted),
            "scenario": dict(self.scenario),
            "provenance": made_with(self.scenario),
        }

    def text(self) -> str:
        """The answer in words, with a table of the first accounts."""
        return explanation_text(self)

    def _tree(self, branch: Branch) -> dict[str, Any]:
        return {
            "ids": [self.tables.account_id(each) for each in branch.account.tolist()],
            "parent": branch.parent.tolist(),
            "reached": branch.reached.tolist(),
            "left_out": branch.left_out,
        }

    def _rerun(self, rerun: Rerun) -> dict[str, Any]:
        return {
            "account": rerun.account,
            "id": self.tables.account_id(rerun.account),
            "reached_lost": rerun.lost.reached,
            "sharers_lost": rerun.lost.sharers,
            "reached_counted": rerun.counted.reached,
            "sharers_counted": rerun.counted.sharers,
        }

    def _averted(self, found: Averted) -> dict[str, Any]:
        made = dict(found.as_dict())
        made["in_words"] = averted_in_words(self, found)
        made["between"] = [
            {**each._asdict(), "id": self.tables.account_id(each.account)} for each in found.between
        ]
        return made

    def _claim(self) -> Claim:
        return Claim.of(HOLDS, self.scenario, self.source)

    def _write(self, directory: AnswerDirectory) -> None:
        directory.text("explanation.txt", self.text() + "\n")
        directory.json("explanation.json", self.as_dict())
        rows = {
            "accounts": self.accounts(),
            "posts": list(self.tables.post_rows()),
            "follows": list(self.tables.follow_rows()),
        }
        if self.averted is not None:
            rows["averted"] = [flow._asdict() for flow in self.averted.flows]
        for name, each in rows.items():
            if each:
                with write_beside(directory.place / f"{name}.csv", overwrite=True) as draft:
                    write_records(draft, each)

    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        from rumorsim.studies.explain.pictures import draw_tree

        return "tree.png", lambda: draw_tree(self)

    @override
    def _pictures(self) -> dict[str, Callable[[], Figure]]:
        from rumorsim.studies.explain.pictures import draw_flows

        found = super()._pictures()
        if self.averted is not None and self.averted.never:
            found["averted.png"] = lambda: draw_flows(self)
        return found
