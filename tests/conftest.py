"""The same examples on every run: what hypothesis makes up is fixed, like every other seed.

``HYPOTHESIS_PROFILE=explore`` lets it look for new ones.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

# The processors are busy with other tests: threads of linear algebra would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


#: What all interventions share is tried on these in the ordinary suite, on the others in the
#: long one: the code behind it is one and the same.
FOUNDATION = {
    "close-accounts",
    "suspend-accounts",
    "remove-followers",
    "delete-posts",
    "filter-trending",
}
SHARED = {
    "test_engines_agree",
    "test_configurations_come_back_from_their_resolved_form",
    "test_history_before_the_first_act_is_identical",
    "test_reviewers_who_dismiss_everything_change_no_public_event",
    "test_delays_follow_their_law",
    "test_a_quota_is_never_exceeded_nor_wasted",
    "test_reviewers_are_as_good_as_they_are_said_to_be",
    "test_a_random_share_is_the_share_asked_for",
    "test_who_waits_for_a_quota_waits_in_line",
    "test_reviewers_take_one_case_each_and_in_line",
    "test_never_more_reviewers_are_busy_than_there_are",
    "test_without_a_quota_all_act_at_once",
}


@cache
def _makers() -> tuple[Any, ...]:
    """The modules that say who makes runs, and what they say outside the tests."""
    # Not sooner: what tests import first is as it was written for.
    from rumorsim.studies.compare import running as comparing
    from rumorsim.studies.runner import runner
    from rumorsim.studies.tail import running as tail

    return runner, comparing, tail, runner.executor_for, comparing.default_workers


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Studies make their runs in the process of the tests unless it is processes that are tested.

    Each process costs seconds, most of them for imports, and what a run gives does not depend on
    where it is made: tests/studies/test_sweep_runs.py and others with the mark ``processes`` hold
    that. Two workers or more are processes everywhere.
    """
    runner, comparing, tail, executor_for, default_workers = _makers()

    def executor_here(job: Any, workers: int | None) -> Any:
        return executor_for(job, workers if (workers or 0) > 1 else 0)

    there = item.get_closest_marker("processes") is not None
    runner.executor_for = executor_for if there else executor_here
    comparing.default_workers = tail.default_workers = default_workers if there else lambda runs: 1
    return (yield)


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not walk it again for every test."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name not in ("test_interventions.py", "test_cases.py", "test_queues.py"):
            continue
        values = getattr(item, "callspec", None)
        kind = "" if values is None else values.params.get("kind", "")
        if not kind or kind in FOUNDATION or values is None:
            continue
        name = getattr(item, "originalname", "")
        # Of a kind's fields those of its own stay: they are tried nowhere else.
        common = name == "test_every_field_has_an_effect" and _is_shared(values.params)
        first = values.params.get("seed") == 0 or values.params.get("how") == "by count"
        if common or (name in SHARED and not first):
            item.add_marker(pytest.mark.long)


def _is_shared(params: dict[str, Any]) -> bool:
    from intervention_examples import EXAMPLES

    return params["name"] not in EXAMPLES[params["kind"]].own
