"""What may be handed over as a study: a file, a Study, a table, or a scenario and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rumorsim.scenario import Scenario
from rumorsim.scenario.shipped import STUDIES, shipped_or_given
from rumorsim.scenario.text import parsed, read_text
from rumorsim.studies.sweep.study import Study, study_from_values

#: A file of a study, the study itself, its keys as a file has them (``scenario`` may be a
#: :class:`.Scenario`), or a scenario whose parameters are named beside it.
Asked = Study | Scenario | Mapping[str, Any] | str | Path


def study_of(asked: Asked, usual: Mapping[str, Any] | None = None, **keys: Any) -> Study:
    """The study that was asked for, with ``keys`` in the place of its own where not None.

    ``usual`` is the design where none is named. InputError with every fault.
    """
    given = {key: value for key, value in keys.items() if value is not None}
    if isinstance(asked, Study):
        if usual is not None and asked.parameters and "design" not in asked.model_fields_set:
            given.setdefault("design", dict(usual))
        return asked.with_(given)
    place, file = Path.cwd(), "study"
    if isinstance(asked, Scenario):
        values: Any = {"scenario": asked}
    elif isinstance(asked, Mapping):
        values = dict(asked)
    else:
        found = shipped_or_given(asked, STUDIES)
        place, file = found.parent, str(asked)
        values = parsed(read_text(found), file)
    if isinstance(values, dict):
        values = {**values, **given}
        if isinstance(values.get("scenario"), Path):
            values["scenario"] = str(values["scenario"])
        if usual is not None and values.get("parameters"):
            values = {"design": dict(usual), **values}
    return study_from_values(values, place, file)
