"""The manifest of a sweep: what was asked, resolved, and where every row's record is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rumorsim.common.files import write_text
from rumorsim.common.provenance import RESULTS_VERSION, digest_of, versions
from rumorsim.scenario import Scenario
from rumorsim.scenario.used_code import own_code_in
from rumorsim.studies.runner.shapes import read_saved
from rumorsim.studies.sweep.plan import Plan
from rumorsim.world.account_table import ACCOUNTS_FILE

MANIFEST: Final = "manifest.json"
#: The tables beside it; there is one kind of them at a time.
TABLES: Final = ("runs.parquet", "series.parquet", "runs.csv", "series.csv")
_FORMAT: Final = 1


@dataclass(frozen=True)
class Manifest:
    """The content of ``manifest.json``, plain JSON values.

    ``points`` are the values of the parameters, ``settings[point][policy]`` digests of
    resolved scenarios with that policy alone and without a seed; with the seed they name a
    run (:func:`.records.run_id`). With a ``posterior`` they are a list, by the draws of the
    worlds in order of appearance. ``folder`` is where relative paths of the scenario start.
    ``idle`` is what of a policy does not act as written, and at how many points.
    """

    values: dict[str, Any]

    @classmethod
    def of(cls, plan: Plan, scenario: Scenario) -> Manifest:
        """The manifest of a plan."""
        study = plan.study.model_dump(mode="json", by_alias=True, exclude_none=True)
        resolved = scenario.resolved()
        return cls(
            {
                "format": _FORMAT,
                "name": plan.study.name,
                "study": study,
                "scenario": resolved,
                "scenario_digest": digest_of(resolved),
                "folder": str(scenario.base_dir),
                "parameters": [each.name for each in plan.study.parameters],
                "points": [list(point.values()) for point in plan.points],
                "policies": list(plan.policies),
                "first_seed": plan.first_seed,
                "replicates": plan.study.replicates,
                "curves": list(plan.study.curves),
                "settings": _plain_settings(plan),
                **plan.draws.as_dict(plan.seeds),
                "idle": [{**each.as_dict(), "points": count} for each, count in plan.idle.items()],
                "rows": plan.rows,
                "runs": plan.runs,
                "results_version": RESULTS_VERSION,
                "versions": versions(),
                **own_code_in(resolved),
            }
        )

    def save(self, directory: Path) -> None:
        """Write it; one that says otherwise is replaced, and the tables it spoke of go."""
        place = directory / MANIFEST
        lines = (f"{json.dumps(k)}: {json.dumps(v)}" for k, v in self.values.items())
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        if place.exists() and place.read_text(encoding="utf-8") == text:
            return
        for table in (*TABLES, ACCOUNTS_FILE):
            (directory / table).unlink(missing_ok=True)
        write_text(place, text)

    @classmethod
    def load(cls, directory: Path) -> Manifest:
        """The manifest of the sweep in a directory; InputError where there is none."""
        advice = "name the directory that rumorsim sweep wrote"
        return cls(read_saved(directory / MANIFEST, "sweep", advice))


def _plain_settings(plan: Plan) -> list[list[Any]]:
    return [
        [list(digests) if plan.draws else digests[0] for digests in row] for row in plan.settings
    ]
