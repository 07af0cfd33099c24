"""What a run leaves behind: measures, digest, and how to run it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rumorsim.measures import curves, flatten

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """The outcome of one run.

    ``digest`` is the SHA-256 of the event rows, ``measures`` the value of each measure,
    ``scenario`` the resolved form it can be run again from.
    """

    policy: str
    seed: int
    engine: str
    digest: str
    events: int
    measures: Mapping[str, Any]
    scenario: Mapping[str, Any]
    provenance: Mapping[str, Any]

    def scalars(self) -> dict[str, float | None]:
        """Every number by its dotted name, such as ``reach.truth.false.accounts``."""
        return dict(flatten(self.measures))

    def curves(self) -> dict[str, Any]:
        """Every curve by its dotted name."""
        return dict(curves(self.measures))

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain Python values."""
        return asdict(self)
