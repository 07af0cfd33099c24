"""Parameters: what a study varies, and the values it may take."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from rumorsim.studies.runner.keyed import Keyed, check_form

#: Columns of the table of runs that no parameter may be called.
COLUMNS: Final = ("point", "policy", "seed", "run", "digest", "events", "error")


def plain(value: Any) -> Any:
    """``value`` if JSON can hold it; ValueError otherwise."""
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be finite")
    if not isinstance(value, str | int | float | bool):
        raise ValueError('must be text, a number, true, false, a list or a table; put it in "..."')
    return value


#: Whatever may stand behind a key of a scenario.
Value = Annotated[Any, BeforeValidator(plain)]


class Parameter(Keyed):
    """Something to vary: a key of the scenario (or several), and its values."""

    columns = COLUMNS

    values: tuple[Value, ...] | None = Field(
        None, strict=False, min_length=1, max_length=1_000_000, description="these values"
    )
    low: float | None = Field(None, description="instead of values: from here")
    high: float | None = Field(None, description="to here")
    scale: Literal["linear", "log"] = Field(
        "linear", description="log: equal steps are equal ratios"
    )
    whole: bool = Field(False, description="only whole numbers between low and high")
    form: str | None = Field(
        None, max_length=100, description='how the number is written, such as "{} h" (default {})'
    )
    steps: int | None = Field(
        None, ge=2, le=1_000_000, description="in a grid: how many values from low to high"
    )

    @model_validator(mode="after")
    def _fits(self) -> Parameter:
        ranged = [k for k in ("low", "high", "form", "steps") if getattr(self, k) is not None]
        ranged += ["scale"] if self.scale != "linear" else []
        ranged += ["whole"] if self.whole else []
        if self.values is not None and ranged:
            raise ValueError(f"{ranged[0]} does not go with values; keep one of them")
        if self.values is None and ranged:
            self._check_range()
        if self.values is not None:
            seen: list[Any] = []
            for value in self.values:
                if any(value == other and type(value) is type(other) for other in seen[-1000:]):
                    raise ValueError("values holds the same value twice")
                seen.append(value)
        return self

    def _check_range(self) -> None:
        if self.low is None or self.high is None:
            raise ValueError("low and high must be given together")
        if not self.low < self.high:
            raise ValueError("low must be less than high")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("low must be more than 0 where scale is log")
        check_form(self.form)
        if self.whole and (self.low != math.floor(self.low) or self.high != math.floor(self.high)):
            raise ValueError("low and high must be whole numbers where whole is true")
        if self.whole and self.steps is not None and self.steps > self.high - self.low + 1:
            raise ValueError("steps is more than there are whole numbers from low to high")

    @property
    def ranged(self) -> bool:
        """Whether its values lie between low and high."""
        return self.low is not None

    def grid(self) -> tuple[Any, ...]:
        """Its values in a grid."""
        if self.values is not None:
            return self.values
        steps = self.steps or 2
        return tuple(self.at(i / (steps - 1)) for i in range(steps))

    def at(self, unit: float) -> Any:
        """Its value at ``unit`` in [0, 1] of the way; values of a list have equal parts of it.

        Numbers have 12 digits, so that no library's last digit shows.
        """
        if self.values is not None:
            return self.values[min(int(unit * len(self.values)), len(self.values) - 1)]
        assert self.low is not None and self.high is not None
        low, high = self.low, self.high + self.whole
        log = self.scale == "log"
        number = low * (high / low) ** unit if log else low + (high - low) * unit
        if self.whole:
            return self._written(int(min(math.floor(number), self.high)))
        return self._written(float(f"{number:.12g}"))

    def _written(self, number: float) -> Any:
        return number if self.form is None else self.form.replace("{}", repr(number))


def listed(parameters: Any) -> Any:
    """Parameters as a list of tables, where they are one table: of values by key.

    What stands behind a key is a list of values, one value, or a table of what a parameter
    has besides its key; with a key (or keys) of its own in it, what stands before is its name.
    """
    # A single parameter where the list of them should be is for the checks to refuse.
    if not isinstance(parameters, Mapping) or {"key", "keys"} & parameters.keys():
        return parameters
    return [_parameter(key, given) for key, given in parameters.items()]


def _parameter(key: Any, given: Any) -> Any:
    if isinstance(given, Mapping):
        named = "key" in given or "keys" in given
        return {("name" if named else "key"): key, **given}
    many = isinstance(given, Iterable) and not isinstance(given, str)
    return {"key": key, "values": list(given) if many else [given]}
