"""What a comparison was asked for: how many worlds, how precise, at what cost."""

from __future__ import annotations

from operator import index

from rumorsim.common.errors import Fault, InputError, number_fault, show_value
from rumorsim.scenario import Scenario
from rumorsim.studies.compare.budget import BUDGET, Budget
from rumorsim.studies.compare.effects import main_key
from rumorsim.studies.compare.precision import PrecisionTarget
from rumorsim.studies.runner.answering import check_key


def budget_of(text: str | None, replicates: int | None, precision: str | None) -> Budget | None:
    """What may be spent; None where the number of worlds is given or comes of the precision."""
    given = replicates is not None or precision is not None
    if text is None:
        return None if given else Budget.read(BUDGET)
    if given:
        other = "replicates" if replicates is not None else "precision"
        rule = f"does not go together with {other}, which sets the number of worlds"
        raise InputError(Fault(rule, key="budget", value=show_value(text), advice="leave one out"))
    return Budget.read(text)


def precision_target(scenario: Scenario, precision: str, key: str | None) -> PrecisionTarget:
    """How narrow the intervals of which number are to be; InputError for what is no such wish."""
    if len(scenario.policies) == 0:
        rule = "there is no policy to compare with none"
        raise InputError(Fault(rule, key="precision", advice="add one to policies"))
    if key is not None:
        check_key(key, "precision_of", main_key(scenario.resolved()), scenario.resolved())
    return PrecisionTarget.read(precision, key or main_key(scenario.resolved()))


def checked_numbers(
    seed: int, replicates: int, workers: int | None, most: int | None
) -> tuple[int, int, int]:
    """Seed, replicates and most as Python's own integers; InputError with all that is wrong."""
    wanted = (
        (replicates if most is None else most, "most", 1, None),
        (replicates, "replicates", 1, None),
        (1 if workers is None else workers, "workers", 1, None),
        (seed, "seed", 0, 2**64 - 1),
    )
    found = (number_fault(*each) for each in wanted[0 if most is not None else 1 :])
    faults = [fault for fault in found if fault is not None]
    if not faults:
        seed, count = index(seed), index(replicates)
        cap = count if most is None else index(most)
        if most is not None and cap < max(count, 2):
            rule = "must be at least 2, and no fewer than replicates"
            faults.append(Fault(rule, key="most", value=str(cap)))
        if seed > 2**64 - max(count, cap):
            rule = "seeds of all replicates must lie in 0 to 2**64 - 1"
            faults.append(Fault(rule, key="seed", value=str(seed)))
    if faults:
        raise InputError(faults)
    return seed, count, cap
