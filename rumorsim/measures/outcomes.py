"""The outcome: the cases and actions of one intervention, counted as they come."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any, Final

from rumorsim.events.verbs import ACCOUNT, CASES, EFFECTS, LIFTING, PLATFORM, POST, STORY, VERBS
from rumorsim.measures.counting import ratio
from rumorsim.measures.summaries import summary

#: Verbs that settle a case, and how.
_SETTLED: Final = {"dismiss": "dismissed", "moot": "moot"}
TARGET_KEYS: Final = {ACCOUNT: "accounts", POST: "posts", STORY: "stories", PLATFORM: "platforms"}


class Queue:
    """Cases waiting between their flag and the action or dismissal that settles them.

    A moot case waits no more either, but nobody has settled anything in it.
    """

    def __init__(self) -> None:
        self.opened = 0
        self.ended = {"dismissed": 0, "acted": 0, "moot": 0}
        self.waiting = self.most = 0
        self._area = self._since = 0.0
        self._days: Counter[int] = Counter()

    def _to(self, time: float) -> float:
        return self._area + self.waiting * (time - self._since)

    def open(self, time: float) -> None:
        """Count a case that was opened at ``time`` (hours)."""
        self.opened += 1
        self._change(time, +1)

    def end(self, time: float, how: str) -> None:
        """A case is over: "dismissed", "acted" or "moot"."""
        self.ended[how] += 1
        self._change(time, -1)
        if how != "moot":
            self._days[int(time // 24.0)] += 1

    def _change(self, time: float, by: int) -> None:
        self._area, self._since = self._to(time), time
        self.waiting += by
        self.most = max(self.most, self.waiting)

    def value(self, horizon: float, reviewers: int = 0) -> dict[str, Any]:
        """Counts and waiting; the load on ``reviewers`` where there are any."""
        a_day = (self.ended["dismissed"] + self.ended["acted"]) / (horizon / 24.0)
        return {
            "opened": self.opened,
            **self.ended,
            "open_at_end": self.waiting,
            "mean_waiting": ratio(self._to(max(horizon, self._since)), horizon),
            "max_waiting": self.most,
            "settled_a_day": a_day,
            "settled_on_the_busiest_day": max(self._days.values(), default=0),
            "settled_a_day_by_a_reviewer": ratio(a_day, reviewers),
        }


class Outcomes:
    """Counts by verb, cases, targets hit, and how many actions were right.

    Memory: O(cases + actions). ``all_cases`` is the queue of the whole desk, kept in step.
    """

    def __init__(self, all_cases: Queue) -> None:
        self.verbs = [0] * len(VERBS)
        self.queue = Queue()
        self.hit: dict[str, set[int]] = {kind: set() for kind in TARGET_KEYS}
        self.judged = 0
        self.right = {"by_target": 0, "by_truth": 0}
        self.from_flag: list[float] = []
        self.from_first_guilty_post: list[float] = []
        self._open: dict[tuple[str, int], deque[float]] = {}
        self._queues = (self.queue, all_cases)

    def count(self, verb: int, time: float, kind: str, target: int) -> bool:
        """Take one action in; True if it is an effect, whose guilt is then to be judged.

        What is done to a whole platform is aimed at nobody and is not judged.
        """
        self.verbs[verb] += 1
        word = VERBS[verb]
        if word == "flag":
            self._open.setdefault((kind, target), deque()).append(time)
            for queue in self._queues:
                queue.open(time)
        elif word in _SETTLED:
            self._settle(time, kind, target, _SETTLED[word])
        elif word not in CASES | LIFTING:
            flagged = self._settle(time, kind, target, "acted")
            if flagged is not None:
                self.from_flag.append(time - flagged)
            self.hit[kind].add(target)
            self.judged += kind != PLATFORM
            return kind != PLATFORM
        return False

    def _settle(self, time: float, kind: str, target: int, how: str) -> float | None:
        """Close the oldest open case of a target; when it was flagged, None if there is none."""
        cases = self._open.get((kind, target))
        if not cases:
            return None
        flagged = cases.popleft()
        if not cases:
            del self._open[kind, target]
        for queue in self._queues:
            queue.end(time, how)
        return flagged

    def of(self, words: frozenset[str] | tuple[str, ...]) -> int:
        """How many actions carried one of these verbs."""
        return sum(self.verbs[VERBS.index(word)] for word in words)

    @property
    def actions(self) -> int:
        """Number of actions that took effect."""
        return self.of(EFFECTS)

    def counts(self) -> dict[str, Any]:
        """Numbers of actions, cases and errors, by the last part of their key."""
        return {
            "actions": self.actions,
            "undone": self.of(LIFTING),
            "flags": self.of(("flag",)),
            "dismissals": self.of(("dismiss",)),
            "moot": self.of(("moot",)),
            "verbs": dict(zip(VERBS, self.verbs, strict=True)),
            "targets": {TARGET_KEYS[kind]: len(hit) for kind, hit in self.hit.items()},
        }

    def latency(self) -> dict[str, Any]:
        """Summaries of the hours to an action, from the flag and from the first guilty post."""
        return {
            "from_flag": summary(self.from_flag),
            "from_first_guilty_post": summary(self.from_first_guilty_post),
        }
