"""What people write: a calibration, that is which parameters, with which priors, to fit to what.

A calibration names a scenario, its unknown parameters with priors, the statistics by which runs
are held against data, and how many runs it may take. The form is as strict as a scenario's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.settings import Model, validated
from rumorsim.common.settings.messages import as_value_error, shown
from rumorsim.reports.figures.tables import significant
from rumorsim.scenario.shipped import STUDIES, shipped_or_given
from rumorsim.scenario.text import parsed, read_text
from rumorsim.studies.calibrate.priors import AnyPrior
from rumorsim.studies.runner.keyed import Keyed, check_form, same_names
from rumorsim.studies.runner.of_scenario import OfScenario
from rumorsim.world.settings.accounts import Name


class Unknown(Keyed):
    """A parameter to be fitted: a key of the scenario (or several), and its prior."""

    columns = ("draw", "weight")

    prior: AnyPrior = Field(
        description='its prior, such as { prior = "log-uniform", low = 0.01, high = 1 }'
    )
    whole: bool = Field(False, description="only whole numbers: values are rounded down")
    form: str | None = Field(
        None, max_length=100, description='how the number is written, such as "{} h" (default {})'
    )

    @model_validator(mode="after")
    def _fits(self) -> Unknown:
        check_form(self.form)
        if self.prior.prior == "choice" and (self.form is not None or self.whole):
            raise ValueError("form and whole do not go with a choice")
        return self

    def at(self, z: float) -> Any:
        """Its value at the standard normal number ``z``, as a scenario takes it.

        Numbers have 12 digits, so that no library's last digit shows.
        """
        found = self.prior.value(z)
        if self.prior.prior == "choice":
            return found
        number: float = int(found // 1) if self.whole else float(f"{found:.12g}")
        return number if self.form is None else self.form.replace("{}", repr(number))

    def number(self, value: Any) -> float | None:
        """The number in a value as :meth:`at` gives it; None where the prior is a choice."""
        if self.prior.prior == "choice":
            return None
        if self.form is not None:
            before, after = self.form.split("{}")
            value = str(value)[len(before) : len(str(value)) - len(after)]
        return float(value)

    def shown(self, *values: Any) -> str:
        """A value for readers, its number with four digits; several as "0.1 to 0.5 per h"."""
        numbers = [self.number(value) for value in values]
        texts = [
            plain(value) if number is None else significant(number)
            for value, number in zip(values, numbers, strict=True)
        ]
        text = " to ".join(texts)
        return text if self.form is None else self.form.replace("{}", text)


def plain(value: Any) -> str:
    """A value of a scenario as people read it."""
    if isinstance(value, bool):
        return str(value).lower()
    return significant(value) if isinstance(value, int | float) else str(value)


class Statistic(Model):
    """A number of a measure, or several, by which runs are held against the data."""

    key: str = Field(
        min_length=1,
        max_length=200,
        description="dotted name of a number, * for any part of one, such as"
        " spread.truth.false.delays.first.*",
    )
    weight: float = Field(
        1.0, gt=0, le=1000, description="how much it counts beside the others (1: its own noise)"
    )
    scale: Literal["auto", "linear", "log"] = Field(
        "auto",
        description="log: differences are ratios; auto: log where all numbers are above 0 and"
        " spread over more than a factor of ten",
    )


def _named(values: Any) -> Any:
    """Statistics where some are given by their names alone."""
    if not isinstance(values, list | tuple):
        return values
    return tuple({"key": each} if isinstance(each, str) else each for each in values)


class Budget(Model):
    """How many runs a calibration makes, and in which generations."""

    runs: int = Field(2000, ge=50, le=10_000_000, description="runs in all, those of checks too")
    generations: int = Field(
        4, ge=1, le=50, description="generations; the first is drawn from the priors"
    )
    first: float = Field(
        0.4, gt=0, le=1, description="part of the runs that are in the first generation"
    )
    checks: float = Field(
        0.1, ge=0, lt=1, description="part of the runs that are made last, from the posterior"
    )
    draws: int = Field(
        200, ge=20, le=100_000, description="effective draws of the posterior that are to be kept"
    )

    @model_validator(mode="after")
    def _fits(self) -> Budget:
        if self.first + self.checks > 1:
            raise ValueError("first and checks together are more than all runs")
        if self.first + self.checks == 1 and self.generations > 1:
            raise ValueError("first and checks leave no run for the later generations")
        if min(self.counts()) < 1:
            raise ValueError("runs are too few for so many generations")
        return self

    def counts(self) -> list[int]:
        """Runs of each generation."""
        if self.generations == 1:
            return [self.runs - self.for_checks]
        first = round(self.runs * self.first)
        rest = self.runs - first - self.for_checks
        later = self.generations - 1
        return [first, *(rest // later + (each < rest % later) for each in range(later))]

    @property
    def for_checks(self) -> int:
        """Runs from the posterior, which show what it predicts."""
        return round(self.runs * self.checks)


class Data(Model):
    """Real cascades or a stream of events, and how to read them; see ``rumorsim cascades``."""

    cascades: str | None = Field(
        None,
        min_length=1,
        max_length=4096,
        description="file or folder, from the calibration's folder; --data says another",
    )
    format: str | None = Field(None, max_length=100, description="its format; absent: recognised")
    columns: dict[str, str] = Field(
        default_factory=dict, max_length=50, description="columns of a table by their role"
    )
    originals: str | None = Field(
        None, min_length=1, max_length=4096, description="a second table, one row a cascade"
    )
    unit: str | None = Field(None, max_length=100, description="unit of times that are numbers")
    zone: str | None = Field(
        None, max_length=100, description="time zone of dates that say none, such as Asia/Shanghai"
    )
    rules: dict[str, str] = Field(
        default_factory=dict, max_length=50, description="what to do with kinds of faults"
    )


class CalibrationStudy(OfScenario):
    """A scenario, its unknown parameters with priors, statistics, and a budget."""

    name: Name = Field("calibration", description="what tables and reports call it")
    scenario: str = Field(
        min_length=1,
        max_length=4096,
        description="file of the scenario, from the calibration's folder",
    )
    parameters: tuple[Unknown, ...] = Field(
        strict=False, min_length=1, max_length=50, description="what is fitted, with priors"
    )
    statistics: Annotated[
        tuple[Statistic, ...],
        BeforeValidator(_named, json_schema_input_type=tuple[Statistic | str, ...]),
    ] = Field(
        strict=False,
        min_length=1,
        max_length=1000,
        description="by what runs are held against the data: dotted names of numbers of measures",
    )
    budget: Budget = Field(default_factory=Budget, description="how many runs")
    data: Data = Field(default_factory=Data, description="real cascades, and how to read them")
    seed: int | None = Field(
        None, ge=0, lt=2**63, description="seed of the first run; absent: the scenario's"
    )
    _file: str = PrivateAttr("calibration")

    @model_validator(mode="after")
    def _fits_together(self) -> CalibrationStudy:
        faults = list(same_names(self.parameters))
        if faults:
            raise as_value_error(faults)
        return self


#: A file of a calibration, the calibration itself, or its keys as a file has them.
AskedCalibration = CalibrationStudy | Mapping[str, Any] | str | os.PathLike[str]


def calibration_study(asked: AskedCalibration) -> CalibrationStudy:
    """The calibration that was asked for; InputError with every fault."""
    if isinstance(asked, CalibrationStudy):
        return asked
    if isinstance(asked, Mapping):
        return validated(CalibrationStudy, dict(asked), "calibration")
    place = shipped_or_given(asked, STUDIES)
    values = parsed(read_text(place), str(asked))
    if not isinstance(values, dict):
        raise InputError(Fault("a calibration is a table", file=str(asked), value=shown(values)))
    if "horizon" in values and "stories" in values:
        advice = 'a calibration says scenario = "FILE", [[parameters]] and statistics'
        raise InputError(Fault("is a scenario, not a calibration", file=str(asked), advice=advice))
    return validated(CalibrationStudy, values, str(asked)).at(place.parent, str(asked))


def json_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a calibration; every property has a description."""
    schema = CalibrationStudy.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "rumorsim calibration",
    }
