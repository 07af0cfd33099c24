"""What a policy prevents of observed cascades, and how sure that is of which other cascades.

Two things are open in a replay: what the people of these cascades would have done (the draws of a
policy's world), and which cascades were observed at all. Each has an interval of its own here, and
the two together have one: the whole is what to quote about cascades such as these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import (
    aligned,
    shortened,
    with_interval,
    wrapped,
)
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import LEVEL, Interval

#: Resamples of cascades and draws: the Monte Carlo error of an end is some 5 % of a standard error.
RESAMPLES: Final = 4_000
#: The key of the resamples. Any number would do; it is never changed.
_KEY: Final = 0xCA5CADE
#: Columns for the name of a policy.
_NAME: Final = 20
_WORDS: Final = {False: "rumors", True: "other stories"}


class _Compared(Protocol):
    """A comparison, fresh or read back; ``none`` is the first policy."""

    @property
    def policies(self) -> Sequence[str]: ...
    @property
    def seeds(self) -> Sequence[int]: ...
    @property
    def scalars(self) -> Mapping[str, Mapping[str, Sequence[float | None]]]: ...
    @property
    def scenario(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Share:
    """The part of observed shares that a policy prevents, from 0 to 1; negative: more were made.

    ``whole`` joins the draws and the choice of cascades, ``draws`` holds the cascades fixed and
    ``cascades`` the draws (at their mean). An interval is None where there is one draw, or one
    cascade.
    """

    whole: Interval
    draws: Interval
    cascades: Interval


@dataclass(frozen=True)
class Prevented:
    """What one policy prevents of the stories of one truth.

    ``mean`` is the mean over cascades, each counting the same; ``over_shares`` takes all their
    shares together. ``cascades`` counts those observed with at least one share, ``observed`` their
    shares.
    """

    policy: str
    truth: bool
    cascades: int
    observed: int
    mean: Share
    over_shares: Share

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "policy": self.policy,
            "truth": self.truth,
            "cascades": self.cascades,
            "observed": self.observed,
            **{
                name: {part: list(interval) for part, interval in vars(share).items()}
                for name, share in (("mean", self.mean), ("over_shares", self.over_shares))
            },
        }


def prevented(comparison: _Compared, policies: Sequence[str] | None = None) -> list[Prevented]:
    """What each policy (or ``policies``) prevents of rumors and of other stories, in a replay.

    Nothing elsewhere.

    Percentile intervals at 95 %: of the draws themselves (what would have happened to these very
    cascades is one draw, however many are made), of cascades resampled with replacement, and of
    both at once.
    """
    if not comparison.scenario.get("replay"):
        return []
    none = comparison.scalars[NONE]
    found = []
    for truth, word in ((False, "false"), (True, "true")):
        names = [
            key for key in none if key.startswith(f"prevented.cascades.{word}.") and none[key][0]
        ]
        if not names:
            continue
        before = np.array([none[key][0] for key in names], dtype=np.float64)
        for policy in comparison.policies[1:] if policies is None else policies:
            numbers = comparison.scalars[policy]
            left = np.array([numbers[key] for key in names], dtype=np.float64)
            mean, over_shares = _shares(left, before)
            row = Prevented(policy, truth, len(names), int(before.sum()), mean, over_shares)
            found.append(row)
    return found


def _shares(left: NDArray[np.float64], before: NDArray[np.float64]) -> tuple[Share, Share]:
    """Mean over cascades, and over shares; ``left`` is [cascades, draws], ``before`` [cascades]."""
    size, draws = left.shape
    luck = np.random.Generator(np.random.Philox(_KEY))
    # How often each cascade is in each resample.
    times = luck.multinomial(size, np.full(size, 1.0 / size), size=RESAMPLES)
    draw = luck.integers(draws, size=RESAMPLES)
    part = 1.0 - left / before[:, None]
    lost = before[:, None] - left
    whole_mean = np.einsum("rc,cr->r", times, part[:, draw]) / size
    whole_over = np.einsum("rc,cr->r", times, lost[:, draw]) / (times @ before)
    by_draw = (part.mean(axis=0), lost.sum(axis=0) / before.sum())
    by_cascade = (
        times @ part.mean(axis=1) / size,
        (times @ lost.mean(axis=1)) / (times @ before),
    )
    shares = []
    for each, whole, own in zip(by_draw, (whole_mean, whole_over), by_cascade, strict=True):
        estimate = float(each.mean())
        several = size > 1
        shares.append(
            Share(
                whole=_interval(estimate, whole if several else each, several or draws > 1),
                draws=_interval(estimate, each, draws > 1),
                cascades=_interval(estimate, own, several),
            )
        )
    return shares[0], shares[1]


def _interval(estimate: float, values: NDArray[np.float64], known: bool) -> Interval:
    if not known:
        return Interval(estimate, None, None)
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(estimate, float(min(low, estimate)), float(max(high, estimate)))


def prevented_lines(comparison: _Compared, width: int) -> list[str]:
    """A table of what is prevented, and what its intervals say; nothing outside replays."""
    rows = prevented(comparison)
    lines: list[str] = []
    for truth in (False, True):
        some = [row for row in rows if row.truth is truth]
        if not some:
            continue
        shares = counted(some[0].observed, "share")
        counts = f"{counted(some[0].cascades, 'cascade')}, {shares}"
        table = [["", "mean over", "draws", "cascades", "of all"]]
        table.append(["", "cascades", "alone", "alone", "shares"])
        for row in some:
            mean = row.mean
            cells = [_cell(mean.whole), _ends(mean.draws), _ends(mean.cascades)]
            name = "  " + shortened(row.policy, _NAME)
            table.append([name, *cells, f"{100 * row.over_shares.whole.estimate:.1f}"])
        lines += [f"Shares of {_WORDS[truth]} prevented ({counts}), %:", *aligned(table), ""]
    if lines:
        note = (
            "Mean over cascades and of all shares: what cascades such as these would lose, with"
            " 95 % intervals that join what is open about these cascades (draws alone) and"
            " that others might have been observed (cascades alone). Audiences are declared"
            " followers, not accounts reached."
        )
        lines += wrapped(note, width)
    return lines


def _cell(interval: Interval) -> str:
    """An estimate and its interval, in percent."""
    ends = _ends(interval)
    return f"{100 * interval.estimate:.1f}" + (f" ({ends})" if ends else "")


def _ends(interval: Interval) -> str:
    """The interval alone, in percent."""
    _, low, high = interval.in_percent
    return "" if low is None or high is None else f"{low:.1f} to {high:.1f}"


def did_prevent(row: Prevented) -> str:
    """Clause such as "prevented 45 % (95 % interval 43 to 47 %) of the shares of rumors"."""
    size = with_interval(*row.mean.whole.in_percent, "%", brackets=True)
    return f"prevented {size} of the shares of {_WORDS[row.truth]}"
