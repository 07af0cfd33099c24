"""What is said of a study whose values a scenario refuses: which parameter, which value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.common.settings.changing import path_in
from rumorsim.scenario import Scenario
from rumorsim.studies.runner.keyed import placed_keys
from rumorsim.studies.sweep.designs import Listed
from rumorsim.studies.sweep.parameters import Parameter
from rumorsim.studies.sweep.study import Study

#: More are not told: the rest is alike.
_MOST_TOLD: Final = 20
_NO_KEY: Final = "there is no such key"


class Complaints:
    """Faults of the points of a study, each told once, by the parameter that causes it."""

    def __init__(self, study: Study, scenario: Scenario) -> None:
        self._study = study
        self._paths = [
            (path_in(scenario, key), where, key, parameter)
            for where, key, parameter in placed_keys(study.parameters)
        ]
        self._faults: dict[tuple[str, str, str], Fault] = {}

    def add(self, point: int, values: Mapping[str, Any], error: InputError) -> None:
        """Note what is wrong with a point, unless the same was noted before."""
        for fault in error.faults:
            made = self._of_a_parameter(point, values, fault) or self._of_a_point(
                point, values, fault
            )
            self._faults.setdefault((made.key.split("[")[0], fault.key, fault.rule), made)

    def raise_all(self) -> None:
        """InputError with all that was noted, if anything was."""
        if self._faults:
            raise InputError(list(self._faults.values())[:_MOST_TOLD])

    def _of_a_parameter(self, point: int, values: Mapping[str, Any], fault: Fault) -> Fault | None:
        file = self._study.file
        for path, where, key, parameter in self._paths:
            if not (_inside(fault.key, path) or _inside(path, fault.key)):
                continue
            if fault.rule.startswith(_NO_KEY) and _inside(path, fault.key):
                return Fault(_NO_KEY, file, where, show_value(key), fault.advice)
            value = values[parameter.name]
            rule = fault.rule if fault.key == path else f"{fault.key}: {fault.rule}"
            rule += f" (at {_listed(values)})" if len(values) > 1 else ""
            place = self._place(point, parameter, value)
            return Fault(rule, file, place, show_value(value), fault.advice)
        return None

    def _of_a_point(self, point: int, values: Mapping[str, Any], fault: Fault) -> Fault:
        what = f"{fault.key} = {fault.value}" if fault.value else fault.key
        rule = f"{what}: {fault.rule}" if what else fault.rule
        return Fault(rule, self._study.file, f"point {point} ({_listed(values)})", "", fault.advice)

    def _place(self, point: int, parameter: Parameter, value: Any) -> str:
        """Where in the file the value of a parameter comes from."""
        i = self._study.parameters.index(parameter)
        if isinstance(self._study.design, Listed):
            return f"design.points[{point}].{parameter.name}"
        if parameter.values is not None:
            return f"parameters[{i}].values[{parameter.values.index(value)}]"
        ends = {"low": parameter.at(0.0), "high": parameter.at(1.0)}
        return next(
            (f"parameters[{i}].{end}" for end, each in ends.items() if each == value),
            f"parameters[{i}]",
        )


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {show_value(value)}" for name, value in values.items())


def _inside(key: str, path: str) -> bool:
    """Whether ``key`` is ``path`` or something inside it."""
    return bool(path) and (key == path or key.startswith((f"{path}.", f"{path}[")))
