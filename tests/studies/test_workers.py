"""Worker processes and the process that gives them runs never wait for each other."""

from __future__ import annotations

import threading

from large_run_specs import LARGE, LargeJob, large_spec

from rumorsim.studies.runner.worker import RunOutcome
from rumorsim.studies.runner.workers import Processes


def test_specifications_and_results_may_be_larger_than_a_pipe() -> None:
    processes = Processes(LargeJob(), 2)  # type: ignore[arg-type]
    found: list[RunOutcome] = []
    worker = threading.Thread(
        target=lambda: found.extend(processes.made(map(large_spec, range(12)))), daemon=True
    )
    worker.start()
    worker.join(timeout=120)
    stuck = worker.is_alive()
    processes.close()
    assert not stuck
    assert sorted(made.spec.seed for made in found) == list(range(12))
    assert all(len(made.record or b"") == LARGE for made in found)
