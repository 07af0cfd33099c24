"""What a calibration refuses before its first run: statistics of no measure, keys, values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.settings.changing import path_in
from rumorsim.measures import MEASURES
from rumorsim.scenario import Scenario
from rumorsim.studies.calibrate.study import CalibrationStudy, Unknown
from rumorsim.studies.runner.keyed import faults_of_keys, placed_keys
from rumorsim.studies.sweep.overrides import overridden

#: Standard normal numbers at which the values of a prior are tried; 1 in 370 draws lies beyond.
_ENDS: Final = (-3.0, 3.0)
_NO_KEY: Final = "there is no such key"


def check_measures(study: CalibrationStudy, scenario: Scenario) -> None:
    """InputError for each statistic whose name begins with that of no measure."""
    known = [*MEASURES, *(each.name for each in scenario.own_measures or ())]
    faults = []
    for i, each in enumerate(study.statistics):
        name = each.key.partition(".")[0]
        if name not in known:
            rule, place = "begins with the name of no measure", f"statistics[{i}].key"
            advice = nearest(name, known)
            faults.append(Fault(rule, study.file, place, show_value(each.key), advice))
    if faults:
        raise InputError(faults)


def check_parameters(study: CalibrationStudy, scenario: Scenario) -> None:
    """InputError for keys that the scenario has not, and for values that it refuses.

    Tried are the medians of all priors together, and the ends of each beside the medians of the
    others, or every value of a choice.
    """
    faults = list(faults_of_keys(study.parameters, scenario, study.file))
    if not faults:
        middle = {key: each.at(0.0) for each in study.parameters for key in each.sets}
        faults += _told(study, scenario, middle, None)
        if not faults:
            for i, each in enumerate(study.parameters):
                for value in _tried(each):
                    values = {**middle, **dict.fromkeys(each.sets, value)}
                    faults += _told(study, scenario, values, i)
    if faults:
        raise InputError(list(dict.fromkeys(faults)))


def _tried(unknown: Unknown) -> list[Any]:
    if unknown.prior.prior == "choice":
        return list(unknown.prior.values)
    return [unknown.at(z) for z in _ENDS]


def _told(
    study: CalibrationStudy, scenario: Scenario, values: dict[str, Any], moved: int | None
) -> Iterator[Fault]:
    """What the scenario refuses of these values; ``moved`` is the one that is not a median."""
    try:
        overridden(scenario, values)
    except InputError as error:
        keys = {path_in(scenario, key): (at, key) for at, key, _ in placed_keys(study.parameters)}
        for fault in error.faults:
            at, key = keys.get(fault.key, ("parameters", ""))
            if key and fault.rule.startswith(_NO_KEY):
                yield Fault(fault.rule, study.file, at, show_value(key), fault.advice)
                continue
            what = f"{fault.key} = {fault.value}" if fault.value else fault.key
            rule = f"priors can give {what}, which the scenario refuses: {fault.rule}"
            place = at if moved is None else f"parameters[{moved}].prior"
            yield Fault(rule, study.file, place, "", fault.advice)
