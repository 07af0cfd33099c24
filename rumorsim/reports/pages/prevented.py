"""Section: what each policy prevents of the observed cascades of a replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rumorsim.common.plurals import counted
from rumorsim.reports.pages.charts import Mark, Row, draw_forest
from rumorsim.reports.pages.page import Figure, Section, Table, Text
from rumorsim.reports.pages.wording import quoted
from rumorsim.studies.statistics.intervals import Interval

if TYPE_CHECKING:
    from rumorsim.reports.pages.saved import Saved

#: Policies named in the answer.
_NAMED: Final = 3
_PARTS: Final = ("whole", "draws", "cascades")


def prevented_section(saved: Saved) -> Section | None:
    """What is prevented of rumors and of other stories, in the same units; None elsewhere."""
    rows: Sequence[Mapping[str, Any]] = saved.facts.get("prevented") or ()
    if not rows:
        return None
    counts = {row["truth"]: (row["cascades"], row["observed"]) for row in rows}
    words = [
        f"{counted(cascades, 'cascade')} of {_words(truth)} with {counted(shares, 'share')}"
        for truth, (cascades, shares) in counts.items()
    ]
    intro = (
        f"This is a replay of cascades that were observed: {' and '.join(words)}. Under none they"
        " happen again exactly as observed; under a policy each observed share is kept with the"
        " probability that the policy leaves of it, and what hung from a lost share is lost."
    )
    caution = (
        "Only who shared is known to have seen a story. Audiences are declared numbers of"
        " followers, counted apart from accounts reached."
    )
    return Section(
        "prevented",
        "What is prevented",
        [Text(intro), _figure(saved, rows), _table(rows), Text(caution, "note")],
    )


def prevented_answer(saved: Saved) -> str:
    """What the first policies prevent, the most of rumors first, in one sentence."""
    rows = sorted(
        saved.facts["prevented"], key=lambda row: (row["truth"], -row["mean"]["whole"][0])
    )
    policies = list(dict.fromkeys(row["policy"] for row in rows))
    clauses = []
    for policy in policies[:_NAMED]:
        parts = [
            f"{_cell(_share(row, 'mean', 'whole'))} of the shares of {_words(row['truth'])}"
            for row in rows
            if row["policy"] == policy
        ]
        clauses.append(f"{quoted(policy)} prevents {' and '.join(parts)}")
    others = len(policies) - _NAMED
    more = f"; {counted(others, 'more policy', 'more policies')} below" if others > 0 else ""
    return f"Of the observed cascades, {'; '.join(clauses)}{more}."


def _words(truth: bool) -> str:
    return "other stories" if truth else "rumors"


def _share(row: Mapping[str, Any], name: str, part: str) -> Interval:
    return Interval(*row[name][part]).in_percent


def _cell(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return f"{interval.estimate:.1f} %"
    return f"{interval.estimate:.1f} ({interval.low:.1f} to {interval.high:.1f}) %"


def _figure(saved: Saved, rows: Sequence[Mapping[str, Any]]) -> Figure:
    policies = list(dict.fromkeys(row["policy"] for row in rows))
    drawn, in_words = [], []
    for policy in policies:
        marks = []
        for row in rows:
            if row["policy"] == policy:
                share = _share(row, "mean", "whole")
                text = f"{_words(row['truth'])}: {_cell(share)}"
                marks.append(Mark(share, text, hollow=row["truth"]))
                in_words.append(f'"{policy}" prevents of {text}')
        drawn.append(Row(policy, saved.policies.index(policy), marks))
    told = "; ".join(in_words) + "."
    caption = (
        "Part of observed shares prevented, mean over cascades. Dots: rumors; hollow diamonds:"
        " other stories. Bars are 95 % intervals that join what these people would have done and"
        " which cascades were observed."
    )
    drawing = draw_forest("prevented-drawn", told, drawn, "shares prevented, %")
    return Figure("prevented-figure", "Shares prevented", [("", drawing)], told, caption)


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    heads = [
        "policy",
        "of",
        "mean over cascades",
        "open about these cascades",
        "open about which cascades",
        "of all shares",
    ]
    cells = [
        [
            row["policy"],
            _words(row["truth"]),
            *(_cell(_share(row, "mean", part)) for part in _PARTS),
            _cell(_share(row, "over_shares", "whole")),
        ]
        for row in rows
    ]
    raw_head = ["policy", "truth", "cascades", "observed"] + [
        f"{name}_{part}_{end}"
        for name in ("mean", "over_shares")
        for part in _PARTS
        for end in ("estimate", "low", "high")
    ]
    raw = [
        [
            *(row[key] for key in ("policy", "truth", "cascades", "observed")),
            *(
                end
                for name in ("mean", "over_shares")
                for part in _PARTS
                for end in row[name][part]
            ),
        ]
        for row in rows
    ]
    note = (
        "95 % intervals. The first column joins the two beside it: what is open about these"
        " cascades (draws of what the same people would have done) and that other cascades might"
        " have been observed (resampled with replacement)."
    )
    title = "Observed shares that each policy prevents"
    return Table("prevented", title, heads, cells, (raw_head, raw), note, words=2)
