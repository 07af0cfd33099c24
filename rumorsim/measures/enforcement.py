"""Enforcement: what the desk did, how well it aimed, how late it came, how many cases wait."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from typing_extensions import override

from rumorsim.events.posts import PostLog
from rumorsim.events.stream import Batch, Facts, InterventionFacts, Kind
from rumorsim.measures.actors import Actors
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import ratio
from rumorsim.measures.guilt import FirstPosts, OfKinds, rule_of, target_of
from rumorsim.measures.outcomes import TARGET_KEYS, Outcomes, Queue
from rumorsim.measures.summaries import summary, summary_meanings


class State:
    """Memory: 20 bytes x posts, 9 bytes x accounts x rules of guilt, O(cases + actions)."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.posts = PostLog()
        self.queue = Queue()
        self.actors = Actors(facts)
        others = len(self.actors.names) - len(facts.interventions)
        self.by: list[InterventionFacts | None] = [*facts.interventions, *[None] * others]
        self.outcomes = [Outcomes(self.queue) for _ in self.by]
        distinct: dict[Any, FirstPosts | OfKinds] = {}
        self.first = [_guilt(facts, each, distinct) for each in self.by]
        self.watched = list(distinct.values())
        # The last rule is the plain truth: guilty by any false story.
        self.truth = self.first[-1]


def _guilt(
    facts: Facts, by: InterventionFacts | None, known: dict[Any, FirstPosts | OfKinds]
) -> FirstPosts | OfKinds:
    """Who is guilty in the eyes of an intervention; those of one mind share one."""
    if by is not None and by.judge == "kind":
        return known.setdefault(by.guilty_kinds, OfKinds(facts, by.guilty_kinds))
    rule = rule_of(facts, by)
    return known.setdefault(rule.tobytes(), FirstPosts(facts, rule))


class Enforcement(OfState[State]):
    """The actions of the desk, by intervention and verb.

    **Actions** are the rows whose verb does something to a target; flags, dismissals, moot
    cases and undoing verbs are counted apart. A case is **moot** where its target is gone
    (a closed account, a deleted post) or bears as much already: nothing is done in it.

    **Guilt by truth**: an account that posted (published or shared) a false story, a post of
    a false story, a false story. **By target**: in the eyes of the intervention: false
    stories of its categories if it judges by truth, all stories of its categories if it
    judges by category; if it judges by kind, accounts of its guilty kinds, their posts, the
    stories that one of them published.

    **Precision** is, of the actions (but those on whole platforms, which are aimed at
    nobody), the part whose target was guilty by then. **Recall** is,
    of the distinct targets (of the intervention's own kind; by hand, of each kind it hit)
    guilty by the end, the part that was hit at any time. The totals at the top add up
    numerators and denominators of the interventions.

    **Latency** is hours from the oldest open flag of the same target and intervention to the
    action, and from the target's first guilty post (by target) to an action on the guilty.
    The **queue** holds a case from its flag to its dismissal or action, or until it is moot.
    """

    state: ClassVar = State
    name: ClassVar[str] = "enforcement"
    summary: ClassVar[str] = "moderation actions, precision and recall, latency and queue"
    sees_policy: ClassVar[bool] = True
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE, Kind.ACTION})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*actions": Meaning("actions", "that did something to a target"),
        "*undone": Meaning("actions", "that lifted an earlier one"),
        "*flags": Meaning("cases", "opened"),
        "*dismissals": Meaning("cases", "reviewed and left alone"),
        "*moot": Meaning("cases", "closed without an act: there was nothing left to do"),
        "*verbs.*": Meaning("actions", "with this verb"),
        "*targets.*": Meaning("targets", "distinct, hit at least once"),
        "*precision.*.value": Meaning("part", "of the actions, on a target guilty by then"),
        "*precision.*.right": Meaning("actions", "on a target guilty by then"),
        "*precision.*.of": Meaning("actions", "judged: all but those on whole platforms"),
        "*recall.*.value": Meaning("part", "of the targets guilty by the end, hit"),
        "*recall.*.right": Meaning("targets", "guilty by the end and hit"),
        "*recall.*.of": Meaning("targets", "guilty by the end"),
        **summary_meanings("*latency.from_flag", "hours", "from flag to action"),
        **summary_meanings(
            "*latency.from_first_guilty_post", "hours", "from first guilty post to action"
        ),
        "*queue.opened": Meaning("cases", "opened by a flag"),
        "*queue.dismissed": Meaning("cases", "settled by a dismissal"),
        "*queue.acted": Meaning("cases", "settled by an action"),
        "*queue.open_at_end": Meaning("cases", "still open at the end"),
        "*queue.mean_waiting": Meaning("cases", "open at a time, mean over the horizon"),
        "*queue.max_waiting": Meaning("cases", "open at a time, at most"),
        "*queue.settled_a_day": Meaning("cases a day", "dismissed or acted upon, on average"),
        "*queue.settled_on_the_busiest_day": Meaning("cases", "settled on the busiest day"),
        "*queue.settled_a_day_by_a_reviewer": Meaning("cases a day", "settled per reviewer"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        made = state.posts.observe(batch)
        for each in state.watched:
            each.observe(made)
        columns = ("value", "time", "story", "post", "account", "source", "platform")
        for row in state.posts.known_at(batch, batch.kind == Kind.ACTION, *columns):
            self._act(state, *row)

    def _act(
        self,
        state: State,
        value: float,
        time: float,
        story: int,
        post: int,
        account: int,
        source: int,
        platform: int,
        before: int,
    ) -> None:
        verb = int(value)
        place = state.actors.place(source)
        outcome, first = state.outcomes[place], state.first[place]
        kind, target = target_of(verb, story, post, account, state.by[place], platform)
        if not outcome.count(verb, time, kind, target):
            return
        outcome.right["by_truth"] += state.truth.was_guilty(kind, target, before, state.posts)
        if first.was_guilty(kind, target, before, state.posts):
            outcome.right["by_target"] += 1
            since = first.since(kind, target, before, state.posts)
            if since is not None:
                outcome.from_first_guilty_post.append(time - since)

    @override
    def value(self, state: State) -> dict[str, Any]:
        parts = {label: self._one(state, place) for place, label in enumerate(state.actors.names)}
        verbs = [outcome.counts() for outcome in state.outcomes]
        from_flag = [each for outcome in state.outcomes for each in outcome.from_flag]
        late = [each for outcome in state.outcomes for each in outcome.from_first_guilty_post]
        return {
            **{key: sum(each[key] for each in verbs) for key in _TOTALS},
            "verbs": {
                verb: sum(each["verbs"][verb] for each in verbs) for verb in verbs[0]["verbs"]
            },
            "targets": {
                word: len(set().union(*(outcome.hit[kind] for outcome in state.outcomes)))
                for kind, word in TARGET_KEYS.items()
            },
            "precision": _added(part["precision"] for part in parts.values()),
            "recall": _added(part["recall"] for part in parts.values()),
            "latency": {"from_flag": summary(from_flag), "from_first_guilty_post": summary(late)},
            "queue": state.queue.value(
                state.facts.horizon, sum(each.reviewers for each in state.facts.interventions)
            ),
            "interventions": parts,
        }

    def _one(self, state: State, place: int) -> dict[str, Any]:
        outcome, by = state.outcomes[place], state.by[place]
        kinds = [by.target] if by else [kind for kind, hit in outcome.hit.items() if hit]
        recall = {}
        for word, first in (("by_target", state.first[place]), ("by_truth", state.truth)):
            guilty = {kind: first.guilty(kind, state.posts) for kind in kinds}
            caught = sum(len(guilty[kind] & outcome.hit[kind]) for kind in kinds)
            recall[word] = _part(caught, sum(map(len, guilty.values())))
        return {
            **outcome.counts(),
            "precision": {
                word: _part(right, outcome.judged) for word, right in outcome.right.items()
            },
            "recall": recall,
            "latency": outcome.latency(),
            "queue": outcome.queue.value(state.facts.horizon, by.reviewers if by else 0),
        }


_TOTALS = ("actions", "undone", "flags", "dismissals", "moot")


def _part(right: int, of: int) -> dict[str, Any]:
    return {"value": ratio(right, of), "right": right, "of": of}


def _added(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    each = list(parts)
    return {
        word: _part(sum(one[word]["right"] for one in each), sum(one[word]["of"] for one in each))
        for word in ("by_target", "by_truth")
    }
