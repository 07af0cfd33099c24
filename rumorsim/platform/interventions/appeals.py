"""Appeals: who was penalised asks for review, and may be reinstated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.common.units import ZeroToOne
from rumorsim.events.verbs import APPEALED
from rumorsim.platform.interventions.base import Intervention, When
from rumorsim.platform.interventions.cases import Caseload
from rumorsim.platform.interventions.waiting import ACTIONS, Wait

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk, Done


class Appeals(Intervention):
    """Let penalised accounts appeal; a review lifts all penalties in force, or upholds them.

    ``whom`` says who appeals (``fraction``: what share of them), ``when.age`` how long after
    the penalty, ``delay`` and ``reviewers`` how long the review takes. The reviewer finds
    the guilty guilty with probability ``sensitivity`` and the innocent with probability
    ``false_positive_rate``, and reinstates who is not found guilty; without these two
    everybody who appeals is reinstated. Error rates of such reviews are not published.
    """

    target: ClassVar = "account"
    summary: ClassVar = "penalised accounts appeal and may be reinstated after review"
    refuses: ClassVar = frozenset(
        {"when.at", "when.reports", "when.shares", "when.reach", "when.window", "duration"}
    )

    kind: Literal["appeals"] = Field("appeals", description="appeals")
    when: When = Field(
        When(age="0 h"),  # type: ignore[arg-type]
        description="age: time from the penalty to the appeal",
    )
    sensitivity: ZeroToOne | None = Field(
        None, description="P(upheld | reviewed, guilty); absent: none is upheld"
    )
    false_positive_rate: ZeroToOne | None = Field(
        None, description="P(upheld | reviewed, innocent); goes with sensitivity"
    )

    @override
    def waits_for(self) -> Wait:
        return Wait(self.target, ACTIONS, 1)

    @override
    def start(self, desk: Desk, place: int, ordinal: int) -> None:
        _AppealCaseload(self, place, ordinal, desk).start()


class _AppealCaseload(Caseload):
    """Cases opened by penalties of whatever intervention; one at a time for an account."""

    repeats = True

    def __init__(self, appeals: Appeals, place: int, ordinal: int, desk: Desk) -> None:
        super().__init__(appeals, place, ordinal, desk)
        self._penalties: defaultdict[int, list[Done]] = defaultdict(list)
        #: What each appeal that is under way is against.
        self._against: dict[int, Done] = {}
        self._arrested: set[int] = set()

    def start(self) -> None:
        """Begin to hear of penalties."""
        self.desk.when_done(self._on_action)

    def _on_action(self, done: Done) -> None:
        posts, persons = self.desk.world.posts, self.desk.world.facts.person
        account = int(posts["author"][done.target]) if done.kind == "post" else done.target
        if done.verb == "arrest":
            self._arrested.add(int(persons[account]))
        if done.verb in APPEALED and int(persons[account]) not in self._arrested:
            self._penalties[account].append(done)
            self.desk.env.process(self._complain(account, done))

    def _complain(self, account: int, done: Done) -> Generator[Any, Any, None]:
        number = len(self._penalties[account])
        yield self.desk.env.timeout(self.intervention.when.age or 0.0)
        if self._penalty_in_force(account, done) and self._selector.sampled(account, number):
            self.open(account, done.verb)

    def _penalty_in_force(self, account: int, done: Done) -> bool:
        """Whether the penalty is still in force, unchanged or softened."""
        every = [done] if done.case is None else [done, *done.case.done]
        return any(not each.undone and self._of(each) == account for each in every)

    def _moot(self, case: Case) -> bool:
        """Whether every penalty has ended or nobody is left to appeal."""
        if int(self.desk.world.person[case.target]) in self._arrested:
            return True
        penalties = self._penalties[case.target]
        return not any(self._penalty_in_force(case.target, each) for each in penalties)

    def _log_opened(self, case: Case) -> None:
        self._against[case.target] = self._penalties[case.target][-1]
        self.desk.appeal(self._against[case.target], reason=case.reason)

    def _log_dismissed(self, case: Case) -> None:
        self.desk.reject_appeal(self._against[case.target], reason=case.reason)

    def _judged(self, case: Case) -> bool:
        """Whether the account is to be reinstated, not having been found guilty."""
        return self.intervention.sensitivity is None or not super()._judged(case)

    def _act(self, case: Case) -> None:
        for penalty in self._penalties.pop(case.target, []):
            # What has been softened since is another token of the same case.
            every = [penalty] if penalty.case is None else penalty.case.done
            for done in every:
                if self._of(done) == case.target:
                    self.desk.undo(done, reason="appeal upheld")

    def _of(self, done: Done) -> int:
        if done.kind == "post":
            return int(self.desk.world.posts["author"][done.target])
        return done.target if done.kind == "account" else -1
