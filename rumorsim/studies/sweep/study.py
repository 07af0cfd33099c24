"""What people write: a study, that is which settings of a scenario to run.

A study names a scenario, the parameters to vary and the design that picks their values;
every setting is run under every policy in the same worlds. The form of the file is as
strict as a scenario's: unknown keys are refused, all faults are told at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator

from rumorsim.common.errors import Fault, InputError, nearest
from rumorsim.common.settings import validated
from rumorsim.common.settings.messages import as_value_error, shown
from rumorsim.measures import MEASURES
from rumorsim.scenario.shipped import STUDIES, shipped_or_given
from rumorsim.scenario.text import parsed, read_text
from rumorsim.studies.runner.keyed import same_names
from rumorsim.studies.runner.of_scenario import OfScenario
from rumorsim.studies.sweep.designs import AnyDesign, Grid
from rumorsim.studies.sweep.parameters import Parameter, listed
from rumorsim.world.settings.accounts import Name

#: More runs are refused unless the study (or --most-runs) says that it means it.
MOST_RUNS: Final = 20_000
#: The most policies of which all subsets are formed.
_MOST_SUBSETS: Final = 12

DEFAULT_CURVES: Final = ("reach.truth.false.over_time", "reach.truth.true.over_time")


class Study(OfScenario):
    """Settings of a scenario to run: parameters, a design, policies, replicates."""

    name: Name = Field("study", description="what tables and reports call it")
    scenario: str = Field(
        min_length=1, max_length=4096, description="file of the scenario, from the study's folder"
    )
    parameters: Annotated[
        tuple[Parameter, ...],
        BeforeValidator(
            listed,
            json_schema_input_type=tuple[Parameter, ...] | dict[str, dict[str, Any] | list[Any]],
        ),
    ] = Field(
        (),
        strict=False,
        max_length=1000,
        description="what is varied: a list of tables, or a table of values by key, such as"
        ' { "feed.attention" = [10, 20] }; absent: policies alone',
    )
    design: AnyDesign = Field(
        default_factory=lambda: Grid(kind="grid"),
        description="which values go together (default: a grid, every combination)",
    )
    policies: tuple[Name, ...] | None = Field(
        None,
        strict=False,
        min_length=1,
        description='policies to run, "a + b" for several at once; absent: none and all there are',
    )
    subsets: tuple[Name, ...] | None = Field(
        None,
        strict=False,
        min_length=1,
        max_length=_MOST_SUBSETS,
        description="instead of policies: every combination of these, none of them included",
    )
    replicates: int = Field(
        10, ge=1, le=1_000_000, description="worlds, the same ones for every setting"
    )
    seed: int | None = Field(
        None, ge=0, lt=2**64, description="seed of the first world; absent: the scenario's"
    )
    measures: tuple[str, ...] | None = Field(
        None, strict=False, min_length=1, description="what to measure; absent: as the scenario"
    )
    curves: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        DEFAULT_CURVES,
        strict=False,
        description="curves for the table of series: dotted names, * for any part of one",
    )
    most_runs: int = Field(
        MOST_RUNS, ge=1, le=100_000_000, description="refuse a study of more runs than these"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Study:
        faults = [*same_names(self.parameters), *self._policy_faults(), *self._measure_faults()]
        faults += self.design.faults(self.parameters)
        if faults:
            raise as_value_error(faults)
        return self

    def _policy_faults(self) -> Iterator[Fault]:
        if self.policies is not None and self.subsets is not None:
            yield Fault(
                "cannot be given together with policies", "", "subsets", "", "keep one of them"
            )
        for key in ("policies", "subsets"):
            names = getattr(self, key) or ()
            for i, name in enumerate(names):
                if name in names[:i]:
                    yield Fault("is given twice", "", f"{key}[{i}]", shown(name), "remove one")
        for i, name in enumerate(self.subsets or ()):
            if name == "none":
                rule = "is always among the combinations"
                yield Fault(rule, "", f"subsets[{i}]", shown(name), "remove it")

    def _measure_faults(self) -> Iterator[Fault]:
        for i, name in enumerate(self.measures or ()):
            if name not in MEASURES:
                advice = nearest(name, list(MEASURES))
                yield Fault("there is no such measure", "", f"measures[{i}]", shown(name), advice)
            elif name in (self.measures or ())[:i]:
                yield Fault("is given twice", "", f"measures[{i}]", shown(name), "remove one")


def load_study(path: str | os.PathLike[str]) -> Study:
    """The study in a file: TOML or JSON. InputError with every fault found."""
    place = shipped_or_given(path, STUDIES)
    return study_from_values(parsed(read_text(place), str(path)), place.parent, str(path))


def study_from_values(values: Any, base_dir: Path, file: str = "study") -> Study:
    """The study in plain values, as TOML gives them; ``file`` is for messages."""
    if not isinstance(values, dict):
        raise InputError(Fault("a study is a table", file=file, value=shown(values)))
    if "horizon" in values and "stories" in values:
        advice = 'a study says scenario = "FILE", replicates and [[parameters]]'
        raise InputError(Fault("is a scenario, not a study", file=file, advice=advice))
    return validated(Study, values, file).at(base_dir, file)


def json_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a study; every property has a description."""
    schema = Study.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "rumorsim study",
    }
