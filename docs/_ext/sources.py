"""What the documentation reads from the package beyond its public names: one place for all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

import rumorsim
from rumorsim.adversaries import ADVERSARIES
from rumorsim.cli.app import cli
from rumorsim.common.laws import Law
from rumorsim.common.settings.docs import own_part
from rumorsim.common.settings.shapes import inside, keys_of, meaning_of, models_in
from rumorsim.engine.models import MODELS
from rumorsim.engine.share_factors import SHARE_FACTORS
from rumorsim.events.event_formats import EVENT_FORMATS
from rumorsim.events.observed.dialects import DIALECTS
from rumorsim.events.observed.dialects.table_roles import ORIGINAL_ROLES, POST_ROLES
from rumorsim.events.observed.rules import FAULTS, RULES
from rumorsim.events.stream import COLUMNS, Kind
from rumorsim.events.verbs import VERBS
from rumorsim.graphs.config import GRAPH_CONFIGS
from rumorsim.graphs.formats import FORMATS
from rumorsim.measures import MEASURES
from rumorsim.platform.interventions import INTERVENTIONS, Intervention
from rumorsim.platform.interventions.base import When, Whom
from rumorsim.platform.surfaces import SURFACES
from rumorsim.scenario import Scenario
from rumorsim.scenario.categories import CATEGORIES
from rumorsim.scenario.explained import toml_value
from rumorsim.scenario.shipped import SCENARIOS, STUDIES, shipped
from rumorsim.studies.calibrate.study import CalibrationStudy
from rumorsim.studies.sweep.study import Study
from rumorsim.world.settings.presets import preset_names, preset_path, summary_of

__all__ = [
    "ADVERSARIES",
    "CATEGORIES",
    "COLUMNS",
    "DIALECTS",
    "EVENT_FORMATS",
    "EXPERIMENTS",
    "FAULTS",
    "FORMATS",
    "GRAPH_CONFIGS",
    "INTERVENTIONS",
    "LAWS",
    "MEASURES",
    "MODELS",
    "ORIGINAL_ROLES",
    "POST_ROLES",
    "RULES",
    "SCENARIOS",
    "SHARE_FACTORS",
    "STUDIES",
    "SURFACES",
    "VERBS",
    "CalibrationStudy",
    "Intervention",
    "Kind",
    "Scenario",
    "Study",
    "When",
    "Whom",
    "cli",
    "inside",
    "keys_of",
    "meaning_of",
    "models_in",
    "own_part",
    "preset_names",
    "preset_path",
    "shipped",
    "summary_of",
    "toml_value",
]

_PACKAGE: Final = Path(rumorsim.__file__).parent
_INSIDE: Final = _PACKAGE / "experiments"
#: The experiments: in the package where it is installed, else beside it.
EXPERIMENTS: Final = _INSIDE if _INSIDE.is_dir() else _PACKAGE.parent / "experiments"
#: The laws of times by name.
LAWS: Final[Mapping[str, Any]] = {
    each.model_fields["law"].default: each for each in get_args(get_args(Law)[0])
}
