"""From what a dialect read to trees: each fault is counted, and mended by its rule.

In this order: the truth of cascades, their originals, parents that are not there, cycles, own
posts, repeated shares, and last the times.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rumorsim.common.errors import InputError
from rumorsim.events.observed.forest import (
    Flags,
    after_parents,
    cycles,
    on_cycles,
    with_subtrees,
)
from rumorsim.events.observed.moments import local_time
from rumorsim.events.observed.numbering import keyed, repeats
from rumorsim.events.observed.records import (
    ABSENT,
    DELETED,
    ROOT,
    UNKNOWN,
    Ints,
    Labels,
    Records,
)
from rumorsim.events.observed.rules import Rules

#: Hours that a stream may last: some 11,000 years, so that a time is known to the second.
_LONGEST: Final = 1e8


class Trees:
    """The rows that are kept of ``records``, as trees whose shares come after their parents.

    The columns of rows are taken over from the records. ``row`` (int32 [kept]) is the row of
    each in the records, ``parent`` (int64 [kept]) its place among the kept ones or ROOT,
    ``time`` (float64 [kept]) is in hours.
    """

    def __init__(self, records: Records, rules: Rules) -> None:
        self.records, self.rules = records, rules
        self.row: Labels = np.arange(len(records), dtype=np.int32)
        self.cascade, self.account = records.cascade, records.account
        self.parent, self.time = records.parent.copy(), records.time
        self._repeated = records.repeated
        records.forget()
        #: Local time of hour 0, where it is known.
        self.start = ""
        self._check_repeated_posts()
        self._check_truth()
        self._check_originals()
        self._check_parents()
        self._check_cycles()
        self._check_own()
        self._check_repeated()
        if not len(self.row):
            raise InputError("no cascade is left", "", advice="drop less by rules")
        self._check_times()

    # -- leaving out ----------------------------------------------------------------------

    def _first(self, chosen: Flags) -> str:
        return self.records.where(int(self.row[np.argmax(chosen)])) if chosen.any() else ""

    def _leave_out(self, chosen: Flags) -> None:
        """Leave out rows, and those that hang from them where the trees are whole."""
        kept = np.flatnonzero(~chosen)
        place = np.full(len(chosen), ABSENT, np.int64)
        place[kept] = np.arange(len(kept))
        parent = self.parent[kept]
        self.parent = np.where(parent >= 0, place[parent], parent)
        self.row, self.time = self.row[kept], self.time[kept]
        self.cascade, self.account = self.cascade[kept], self.account[kept]

    def _drop(self, chosen: Flags) -> None:
        self._leave_out(with_subtrees(self.parent, chosen))

    def _roots(self) -> Ints:
        """The original of each cascade, by its number; -1 where it is left out."""
        roots = np.full(len(self.records.names), -1, np.int64)
        own = np.flatnonzero(self.parent == ROOT)
        roots[self.cascade[own]] = own
        return roots

    def _to_root(self, chosen: Flags) -> None:
        self.parent[chosen] = self._roots()[self.cascade[chosen]]

    def _applied(self, kind: str, chosen: Flags) -> None:
        """Count what is chosen, and apply a rule that moves or drops it."""
        rule = self.rules.found_some(kind, int(np.count_nonzero(chosen)), self._first(chosen))
        if not chosen.any():
            return
        if rule == "root":
            self._to_root(chosen)
        elif rule == "drop":
            self._drop(chosen)

    # -- kinds of faults ------------------------------------------------------------------

    def _check_repeated_posts(self) -> None:
        repeated, self._repeated = self._repeated, None
        if repeated is not None and repeated.any():
            count = int(np.count_nonzero(repeated))
            self.rules.found_some("repeated-post", count, self._first(repeated))
            self._leave_out(repeated)

    def _check_truth(self) -> None:
        unknown = self.records.truth == UNKNOWN
        first = self._first(unknown[self.cascade])
        count = int(np.count_nonzero(unknown))
        rule = self.rules.found_some("unknown-truth", count, first)
        if rule == "drop" and count:
            self._leave_out(unknown[self.cascade])

    def _check_originals(self) -> None:
        root = self.parent == ROOT
        count = np.bincount(self.cascade[root], minlength=len(self.records.names))
        present = np.bincount(self.cascade, minlength=len(self.records.names)) > 0
        none = (count == 0) & present
        count_none = int(np.count_nonzero(none))
        rule = self.rules.found_some("no-root", count_none, self._first(none[self.cascade]))
        if rule == "drop" and none.any():
            self._leave_out(none[self.cascade])
        elif none.any():
            self.parent[self._earliest(np.ones(len(self.row), np.bool_))[none]] = ROOT
        root = self.parent == ROOT
        first = self._earliest(root)
        root[first[first >= 0]] = False
        self._check_other_originals(root)

    def _check_other_originals(self, others: Flags) -> None:
        count = int(np.count_nonzero(others))
        rule = self.rules.found_some("two-roots", count, self._first(others))
        if not count:
            return
        if rule == "root":
            self.parent[others] = DELETED
            self._to_root(others)
        else:
            # Parents may still form cycles, which lead to no original.
            lost, _ = on_cycles(self.parent)
            self._leave_out(with_subtrees(np.where(lost, ROOT, self.parent), others))

    def _earliest(self, chosen: Flags) -> Ints:
        """The earliest of the chosen rows of each cascade that has one, by its number."""
        rows = np.flatnonzero(chosen)
        order = rows[np.argsort(self.time[rows], kind="stable")][::-1]
        found = np.full(len(self.records.names), -1, np.int64)
        found[self.cascade[order]] = order
        return found

    def _check_parents(self) -> None:
        self._applied("absent-parent", self.parent == ABSENT)
        self._applied("deleted-parent", self.parent == DELETED)

    def _check_cycles(self) -> None:
        shares = np.flatnonzero(self.parent >= 0)
        # In a cycle some share is not after its parent.
        if (self.time[shares] > self.time[self.parent[shares]]).all():
            return
        lost, circle = on_cycles(self.parent)
        count = int(np.count_nonzero(lost))
        rule = self.rules.found_some("cycle", count, self._first(lost))
        if not count:
            return
        if rule == "drop":
            self._leave_out(lost)
            return
        roots = self._roots()
        for one in cycles(self.parent, circle):
            earliest = min(one, key=lambda at: (self.time[at], at))
            self.parent[earliest] = roots[self.cascade[earliest]]

    def _check_own(self) -> None:
        shares = self.parent >= 0
        own = shares & (self.account == self.account[np.maximum(self.parent, 0)])
        self._applied("own-parent", own)

    def _check_repeated(self) -> None:
        order = np.argsort(self.time, kind="stable").astype(np.int32)
        shares = order[self.parent[order] >= 0]
        del order
        who = keyed(self.cascade[shares], self.account[shares], len(self.records.ids))
        again = shares[repeats(who)]
        repeated = np.zeros(len(self.row), np.bool_)
        repeated[again] = True
        who = keyed(self.account[shares], self.parent[shares], len(self.row))
        count = int(np.count_nonzero(repeats(who)))
        self._applied("repeated-share", repeated)
        self.rules.found_some("repeated-share-of-post", count, "", "counted")

    # -- times ------------------------------------------------------------------------------

    def _check_times(self) -> None:
        early = self._not_after(np.less)
        self._applied("before-parent", early)
        self._applied("at-parent", self._not_after(np.equal))
        self._count_equal()
        late = ~self._not_after(np.less_equal)
        origin = self._origin()
        if self.records.absolute:
            self.start = local_time(origin / self.records.hour * 3600.0, self.records.zone)
        hours = (self.time - origin) / self.records.hour
        self.time = np.maximum(hours, hours[self._roots()[self.cascade]])
        far = self.time > _LONGEST
        if far.any():
            rule = f"is more than {_LONGEST:,.0f} h after the earliest original"
            value = f"{self.time[np.argmax(far)]:,.0f} h"
            advice = "mend the time, or state the unit (--unit)"
            raise InputError(rule, self._first(far), "time", value, advice)
        if self._not_after(np.less_equal).any():
            placed = after_parents(self.time, self.parent)
            moved = (placed != hours) & late
            count = int(np.count_nonzero(moved))
            self.rules.found_some("moved-on", count, self._first(moved), "counted")
            self.time = placed

    def _not_after(self, compared: np.ufunc) -> Flags:
        found: Flags = compared(self.time, self.time[np.maximum(self.parent, 0)])
        return found & (self.parent >= 0)

    def _origin(self) -> float:
        earliest = float(self.time[self.parent == ROOT].min())
        return min(0.0, earliest) if self.records.from_zero else earliest

    def _count_equal(self) -> None:
        order = np.lexsort((self.time, self.cascade)).astype(np.int32)
        time, cascade = self.time[order], self.cascade[order]
        same = np.zeros(len(order) + 1, np.bool_)
        same[1:-1] = (time[1:] == time[:-1]) & (cascade[1:] == cascade[:-1])
        equal = np.zeros(len(order), np.bool_)
        equal[order] = same[1:] | same[:-1]
        equal &= self.parent >= 0
        count = int(np.count_nonzero(equal))
        self.rules.found_some("equal-times", count, self._first(equal), "counted")

    def forget(self) -> None:
        """Let go of the columns, which somebody else has taken over."""
        self.row = self.cascade = self.account = np.empty(0, np.int32)
        self.time, self.parent = np.empty(0), np.empty(0, np.int64)
