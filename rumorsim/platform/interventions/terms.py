"""The terms of an intervention: when, whom, quota, how fast, how well, how long."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from rumorsim.common.laws import Law
from rumorsim.common.settings import Model, replaced
from rumorsim.common.units import (
    Count,
    Duration,
    Ids,
    Names,
    PositiveDuration,
    Quota,
    Times,
    ZeroToOne,
)
from rumorsim.events.verbs import method_of
from rumorsim.platform.interventions.waiting import AGE, TIME, Wait

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk
    from rumorsim.world.world import World

Target = Literal["account", "post", "story", "platform"]


class When(Model):
    """What opens a case: fixed times, a count reached, or an age. Exactly one."""

    at: Times | None = Field(None, description="at these times, for every target that fits")
    reports: Count | None = Field(None, description="once the target has this many reports")
    shares: Count | None = Field(None, description="once the target has been shared this often")
    reach: Count | None = Field(None, description="once the target has reached this many accounts")
    age: Duration | None = Field(
        None, description="this long after the target was posted (or first posted), within 4 s"
    )
    window: PositiveDuration | None = Field(
        None, description="count only what happens within each such window, looked at when it ends"
    )
    off: Count | None = Field(
        None, description="with window: undone when a window's count is below this"
    )

    @model_validator(mode="after")
    def _one_trigger(self) -> When:
        triggers = [self.at, self.reports, self.shares, self.reach, self.age]
        if sum(trigger is not None for trigger in triggers) != 1:
            raise ValueError("choose exactly one of at, reports, shares, reach, age")
        counted = self.quantity is not None
        if self.window is not None and not counted:
            raise ValueError("window goes with reports, shares or reach")
        if self.off is not None and self.window is None:
            raise ValueError("off goes with window")
        return self

    @property
    def quantity(self) -> Literal["reports", "shares", "reach"] | None:
        """The count that is watched, if one is."""
        for name in ("reports", "shares", "reach"):
            if getattr(self, name) is not None:
                return name
        return None

    @property
    def threshold(self) -> int:
        """The count that opens a case."""
        return int(getattr(self, str(self.quantity)))

    def waits_for(self, target: str) -> Wait:
        """What has to happen before a case can be opened for a target of this kind.

        A window counts no more than was counted in all.
        """
        if self.at is not None:
            return Wait(target, TIME, min(self.at))
        if self.age is not None:
            return Wait(target, AGE, self.age)
        return Wait(target, str(self.quantity), self.threshold)


class Whom(Model):
    """Which targets a case may be opened for. Empty: all. Several: all must hold."""

    accounts: Ids = Field(
        (),
        description="these accounts, by the graph's ids; posts by them, stories published by one",
    )
    platforms: Names = Field(
        (), description="accounts on these platforms; posts by them, stories published by one"
    )
    kinds: Names = Field(
        (), description="accounts of these kinds; posts by them, stories published by one"
    )
    categories: Names = Field(
        (), description="stories of these categories, and accounts that posted one"
    )
    stories: tuple[str, ...] = Field(
        (), strict=False, max_length=1000, description="these stories, and accounts that posted one"
    )
    top: Count | None = Field(
        None, description="only this many of the most followed accounts, their posts, their stories"
    )
    strikes: int = Field(
        0,
        ge=0,
        le=10_000,
        description="accounts (or those behind the target) with at least this many penalties",
    )
    suspicion: ZeroToOne = Field(
        0.0, description="at least this many reports for each account reached"
    )
    fraction: ZeroToOne = Field(
        1.0, description="only a random sample of the targets, as a share of all"
    )
    posts: Literal["all", "originals", "shares"] = Field(
        "all", description="for posts: which of them"
    )
    nth: Count | None = Field(
        None, description="for posts: only the n-th post of its author, counted from 1"
    )
    arm: Literal["treated", "control"] | None = Field(
        None,
        description="in an experiment: accounts that [arms] treats at the time, or the others;"
        " posts by them, stories published by one",
    )

    @model_validator(mode="before")
    @classmethod
    def _names_somebody(cls, values: Any) -> Any:
        """Refuse an empty list of accounts, which would mean everybody.

        The resolved form has one where none was given: it writes every field.
        """
        accounts = values.get("accounts") if isinstance(values, dict) else None
        if isinstance(accounts, list | tuple) and not accounts:
            always = {n for n, each in cls.model_fields.items() if each.default is not None}
            if not always <= set(values):
                raise ValueError(
                    "accounts must name at least one: an empty list would mean everybody; leave it"
                    " out for that, or remove the intervention"
                )
        return values


class Terms(Model):
    """The fields of every intervention and the hooks of its kind, as its cases see them."""

    #: What it acts upon.
    target: ClassVar[Target]
    #: One line for help texts and reports.
    summary: ClassVar[str]
    #: Key paths that all others have and that could have no effect here.
    refuses: ClassVar[frozenset[str]] = frozenset()
    #: True where what it does cannot be undone.
    for_good: ClassVar[bool] = False
    #: The verb of the desk that it uses on its target; "" where that depends.
    verb: ClassVar[str] = ""
    #: Its fields that are settings of that verb.
    verb_fields: ClassVar[tuple[str, ...]] = ()
    #: Whether it changes what readers see or do, so that it can be for treated readers alone.
    for_readers: ClassVar[bool] = False
    #: True where it moves P(report | read) upwards.
    raises_reports: ClassVar[bool] = False
    #: Fields that name kinds of accounts.
    fields_of_kinds: ClassVar[tuple[str, ...]] = ("guilty_kinds",)
    #: Surfaces or a "correction", without any of which it makes no sense; empty: none.
    needs: ClassVar[frozenset[str]] = frozenset()

    @property
    def keeps_earnings(self) -> float:
        """The share of its earnings that an account which it demonetises keeps."""
        return 0.0

    kind: str
    when: When = Field(description="what opens a case")
    whom: Whom = Field(default_factory=Whom, description="which targets")
    quota: Quota | None = Field(
        None, description="largest number of acts per period; further cases wait for the next"
    )
    delay: Law | None = Field(None, description="from the trigger to the review; absent: none")
    reviewers: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="people who review cases one at a time; absent: no queue",
    )
    review_time: Law | None = Field(None, description="with reviewers: time for one case")
    sensitivity: ZeroToOne | None = Field(
        None,
        description="P(act | reviewed, guilty); absent: every case is acted upon without review",
    )
    false_positive_rate: ZeroToOne | None = Field(
        None, description="P(act | reviewed, innocent); goes with sensitivity"
    )
    judge: Literal["truth", "category", "kind"] = Field(
        "truth",
        description="what makes a target guilty: a false story, any of whom.categories,"
        " or an account of guilty_kinds",
    )
    guilty_kinds: Names = Field(
        (),
        description="with judge = kind: accounts of these kinds are guilty, posts by them,"
        " stories published by one",
    )
    duration: PositiveDuration | None = Field(
        None, description="undone after this time; absent: permanent"
    )
    readers: Literal["all", "treated"] = Field(
        "all",
        description="whom it changes anything for: all readers, or only those whom [arms] treats",
    )

    @model_validator(mode="after")
    def _fits(self) -> Terms:
        if (self.reviewers is None) != (self.review_time is None):
            raise ValueError("reviewers and review_time must be given together")
        if (self.sensitivity is None) != (self.false_positive_rate is None):
            raise ValueError("sensitivity and false_positive_rate must be given together")
        if self.judge == "category" and not self.whom.categories:
            raise ValueError("judge = category needs categories in whom")
        if (self.judge == "kind") != bool(self.guilty_kinds):
            raise ValueError("judge = kind and guilty_kinds must be given together")
        if self.judge != "truth" and self.sensitivity is None:
            raise ValueError("judge goes with sensitivity and false_positive_rate")
        self._means_something()
        if self.target != "post" and self.whom.posts != "all":
            raise ValueError("whom.posts is for interventions on posts")
        if self.target != "post" and self.whom.nth is not None:
            raise ValueError("whom.nth is for interventions on posts")
        if self.readers != "all" and not self.for_readers:
            raise ValueError(
                f"readers is for what changes what readers see, not for {self.kind}: to act upon"
                ' treated accounts only, set whom.arm = "treated"'
            )
        return self

    def _means_something(self) -> None:
        """Refuse what could have no effect upon this kind of target, or on what is for good."""
        if self.target == "platform":
            if self.when.at is None:
                raise ValueError("what is done to a platform happens at fixed times: when.at")
            if replaced(self.whom, platforms=()) != Whom():
                raise ValueError("only whom.platforms is for interventions on platforms")
            if self.sensitivity is not None or self.reviewers is not None:
                raise ValueError("nobody reviews a platform: remove reviewers and sensitivity")
        for path in sorted(self.refuses):
            table, _, name = path.rpartition(".")
            holder = getattr(self, table) if table else self
            if getattr(holder, name) != type(holder).model_fields[name].get_default():
                raise ValueError(f"{path} has no effect upon {self.kind}: remove it")
        if self.for_good and (self.duration is not None or self.when.off is not None):
            raise ValueError("what it does cannot be undone: remove duration and when.off")

    @property
    def label(self) -> str:
        """What reports call it."""
        return self.kind

    @property
    def for_treated(self) -> bool:
        """Whether it is for treated readers alone, in an experiment."""
        return self.readers == "treated"

    # -- behaviour ------------------------------------------------------------------

    def act(self, desk: Desk, target: int, case: Case) -> None:
        """Do it to one target: its ``verb`` with the settings of :meth:`force`, unless overridden.

        What was done goes to ``case.done``.
        """
        if not self.verb:
            raise NotImplementedError(f"{type(self).__name__} needs a verb or its own act")
        do = getattr(desk, method_of(self.verb))
        case.done.append(do(target, **self.force(), case=case))

    def fits_world(self, world: World, key: str) -> None:
        """InputError where it cannot be started in a world; ``key`` is where it stands."""

    def applies(self, desk: Desk, target: int) -> bool:
        """Whether there is anything it could do to a target; if not, no case is opened."""
        return True

    def force(self) -> dict[str, float]:
        """The settings of its ``verb``: how much it does."""
        return {name: getattr(self, name) for name in self.verb_fields}

    def moot(self, desk: Desk, target: int) -> bool:
        """Whether nothing is left to do: the target is gone or as strong an action is in force."""
        if not self.verb:
            return desk.gone(self.target, target)
        until = math.inf if self.duration is None else desk.now + self.duration
        return desk.would_be_moot(
            self.verb, target, until=until, for_treated=self.for_treated, **self.force()
        )

    def pick(self, targets: list[int], counts: Any) -> list[int]:
        """Of the targets at the threshold when a window ends, those a case is opened for.

        ``counts`` holds what was counted within the window, for every target.
        """
        return targets

    def waits_for(self) -> Wait | None:
        """What has to happen before it can do anything at all; None where that is not known.

        It holds while no other intervention of the policy has done anything: one that acts may
        lower the thresholds of the others. Whoever overrides ``start`` overrides this too.
        """
        return self.when.waits_for(self.target)
