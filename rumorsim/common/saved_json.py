"""JSON files that may come from anybody: read whole, bounded, and held against a shape.

Results are read back from files that can be truncated, edited, or made by someone else.
Whatever is wrong with one ends as an InputError that names the file and, where there is
one, the key.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.common.files import checked_file, read_file

#: The longest JSON file that is read whole, in bytes.
MOST_JSON_BYTES: Final = 1 << 30
#: The deepest nesting accepted; results are nested about ten deep.
_MOST_DEEP: Final = 100


class Saved(BaseModel):
    """Base of the shapes of saved files: what their readers rely on; more may be there."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Story(Saved):
    name: str
    truth: bool


class _OwnMeasure(Saved):
    name: str
    meanings: dict[str, Annotated[list[str], Field(min_length=2, max_length=2)]]


class ScenarioShape(Saved):
    """A resolved scenario, as far as words and pictures look at it; loading checks all of it."""

    name: str
    horizon: str
    graph: dict[str, Any]
    stories: list[_Story]
    own_measures: list[_OwnMeasure] = []


class _CodeShape(Saved):
    code: str
    sha256: str
    settings: dict[str, Any]


class OwnCodeShape(Saved):
    """Policies and measures of the user's own that numbers were made with."""

    policies: dict[str, list[_CodeShape]] = {}
    measures: dict[str, _CodeShape] = {}


class ProvenanceShape(Saved):
    """What numbers were made with."""

    results_version: int
    versions: dict[str, str | None]
    #: Accounts of the graph; None in what earlier releases saved.
    accounts: int | None = None
    own_code: OwnCodeShape | None = None
    plug_ins: dict[str, str] = {}


def read_json(place: Path, shape: type[Saved] | None = None, *, advice: str = "") -> Any:
    """The value in a JSON file.

    ``shape`` is what it must hold, None for anything.
    InputError where there is no such regular file, or it holds something else; ``advice``
    then says what to do.
    """
    if not place.exists() and not place.is_symlink():
        raise InputError("is missing", file=str(place), advice=advice)
    text = read_file(checked_file(place), MOST_JSON_BYTES)
    return parse_json(text, str(place), shape, advice=advice)


def parse_json(
    data: bytes, file: str, shape: type[Saved] | None = None, *, advice: str = ""
) -> Any:
    """The value in JSON text as UTF-8 bytes, as :func:`read_json` gives it."""

    def refuse(word: str) -> NoReturn:
        raise ValueError(f"{word} is not a number in JSON")

    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=refuse)
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", file=file, advice=advice) from None
    except RecursionError:
        raise InputError(_too_deep(file, advice)) from None
    except ValueError as error:
        shown = show_value(str(error))[1:-1]
        raise InputError(f"is not JSON: {shown}", file=file, advice=advice) from None
    if _is_deep(value):
        raise InputError(_too_deep(file, advice))
    return value if shape is None else checked(value, file, shape, advice)


def _too_deep(file: str, advice: str) -> Fault:
    return Fault(f"is nested more than {_MOST_DEEP} levels deep", file=file, advice=advice)


def _is_deep(value: Any) -> bool:
    """Whether nesting is deeper than in any file of ours: whoever reads it may recurse."""
    level = [value]
    for _ in range(_MOST_DEEP):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return False
    return True


def _parts(value: Any) -> list[Any]:
    """The containers directly within a container."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in inner if isinstance(each, dict | list)]


def checked(value: Any, file: str, shape: type[BaseModel], advice: str = "") -> Any:
    """``value`` as it is; InputError naming ``file`` and key unless it has the shape."""
    try:
        shape.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        missing = first["type"] == "missing"
        key = ".".join(map(str, first["loc"]))
        fault = Fault(
            "is missing" if missing else "is not what rumorsim saves here",
            file=file,
            key=show_value(key)[1:-1],
            value="" if missing else show_value(first["input"]),
            advice=advice,
        )
        raise InputError(fault) from None
    return value
