"""A job whose runs take no time, with run specifications and results larger than any pipe holds."""

from __future__ import annotations

from dataclasses import dataclass

from rumorsim.studies.runner.run_specs import RunSpec
from rumorsim.studies.runner.worker import RunOutcome

__all__ = ["LARGE", "LargeJob", "large_spec"]

LARGE = 2_000_000


def large_spec(number: int) -> RunSpec:
    return RunSpec(f"order-{number}", "x" * LARGE, "none", number)


class LargeWorker:
    def make(self, spec: RunSpec) -> RunOutcome:
        return RunOutcome(spec, record=bytes(LARGE))

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class LargeJob:
    def maker(self) -> LargeWorker:
        return LargeWorker()
