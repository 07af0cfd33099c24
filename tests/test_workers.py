"""Worker processes and the process that gives them orders never wait for each other."""

from __future__ import annotations

import threading

from large_orders import LARGE, LargeJob, large_order

from rumorsim.studies.making import Made
from rumorsim.studies.workers import Processes


def test_orders_and_results_may_be_larger_than_a_pipe() -> None:
    processes = Processes(LargeJob(), 2)  # type: ignore[arg-type]
    found: list[Made] = []
    worker = threading.Thread(
        target=lambda: found.extend(processes.made(map(large_order, range(12)))), daemon=True
    )
    worker.start()
    worker.join(timeout=120)
    stuck = worker.is_alive()
    processes.close()
    assert not stuck
    assert sorted(made.order.seed for made in found) == list(range(12))
    assert all(len(made.record or b"") == LARGE for made in found)
