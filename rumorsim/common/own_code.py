"""Policies and measures of a user's own: how results name them, and how they are found again.

What is handed over from Python is named by where it is defined and by a digest of what it says
(:mod:`.common.fingerprints`); the values it was given are recorded beside that where they are plain
JSON. Another process finds it by this record, if it can import it and it still says the same.
"""

from __future__ import annotations

import inspect
import json
import pickle
import secrets
import traceback
from collections.abc import Generator, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType, FunctionType, MethodType
from typing import Any, Final

from pydantic import Field
from simpy import Event

from rumorsim.common.errors import InputError, RumorsimError, nearest, show_value
from rumorsim.common.fingerprints import Fingerprint
from rumorsim.common.settings import Model, plain
from rumorsim.common.units import Sha256

#: Behind the name of what holds values that cannot be written down.
_HOLDING: Final = "(...)"
#: Packages whose lines say nothing about a fault in somebody's own code.
_MACHINERY: Final = frozenset({"rumorsim", "simpy"})


class OwnCode(Model):
    """Python code that was handed over: where it is defined and what it says."""

    code: str = Field(
        min_length=1, max_length=1000, description='where it is defined: "module:name"'
    )
    sha256: Sha256 = Field(
        description="digest of what it says, with what it calls outside installed packages"
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, description="the plain values it was given"
    )

    def arguments(self) -> dict[str, Any]:
        """The settings as new plain values, which whoever gets them may change."""
        given: dict[str, Any] = plain(self.settings)
        return given

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other code."""
        return self.code, self.sha256


class OwnCodeError(RumorsimError):
    """A policy or measure of the user's own failed; says which, when and in what line."""


class Handed:
    """Code that was handed over, by its record; it may travel to another process.

    ``things`` are functions (without the settings recorded) and measures.
    """

    def __init__(self, things: Mapping[tuple[str, str], Any] | None = None) -> None:
        self._things = dict(things or {})
        self._packed: dict[tuple[str, str], bytes] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        packed = {key: pickle.dumps(thing) for key, thing in self._things.items()}
        return Handed._arrived, ({**self._packed, **packed},)

    def __deepcopy__(self, _: Any) -> Handed:
        return self

    @staticmethod
    def _arrived(packed: dict[tuple[str, str], bytes]) -> Handed:
        handed = Handed()
        handed._packed = packed
        return handed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handed) and self._keys() == other._keys()

    def __hash__(self) -> int:
        return hash(frozenset(self._keys()))

    def _keys(self) -> set[tuple[str, str]]:
        return {*self._things, *self._packed}

    def __bool__(self) -> bool:
        return bool(self._keys())

    def __or__(self, other: Handed) -> Handed:
        both = Handed({**self._things, **other._things})
        both._packed = {**self._packed, **other._packed}
        return both

    def get(self, record: OwnCode) -> Any:
        """The function or measure of a record, None where it was not handed over.

        InputError where it came from another process and cannot be imported here, or says
        something else here.
        """
        thing = self._things.get(record.key)
        packed = self._packed.get(record.key)
        if thing is None and packed is not None:
            try:
                thing = pickle.loads(packed)
            except (ImportError, AttributeError) as error:
                raise _import_fault(record, str(error)) from error
            if _digest(thing, record.code) != record.sha256:
                raise _import_fault(record, "the code there is different")
            self._things[record.key] = thing
        return thing

    def other(self, record: OwnCode) -> str | None:
        """The digest of what was handed over from the same place but says something else."""
        others = (sha for code, sha in self._keys() if code == record.code)
        return next((sha for sha in others if sha != record.sha256), None)

    def stuck(self) -> Iterator[tuple[str, str]]:
        """What cannot travel to another process: where it is defined, and why."""
        for (code, _), thing in self._things.items():
            why = why_stuck(thing)
            if why:
                yield code, why


def code_of(thing: Any) -> tuple[OwnCode, Any]:
    """The record of a function or object, and what of it is to be handed over.

    Keyword arguments bound by ``functools.partial`` to a function, and attributes of an
    object, are its settings where they are plain JSON values.
    """
    whole, settings = thing, _plain(vars(thing)) if _is_object(thing) else None
    if isinstance(thing, partial) and not thing.args:
        settings = _plain(thing.keywords)
        whole = thing if settings is None else thing.func
    target = _definition(thing)
    code = f"{target.__module__}:{target.__qualname__}"
    if whole is thing and not isinstance(thing, FunctionType) and settings is None:
        code += _HOLDING
    record = OwnCode(code=code, sha256=_digest(whole, code), settings=settings or {})
    return record, whole


def _is_object(thing: Any) -> bool:
    if isinstance(thing, partial):
        return False
    return not isinstance(thing, FunctionType | MethodType) and hasattr(thing, "__dict__")


def _definition(thing: Any) -> Any:
    """The function or class behind a thing."""
    while isinstance(thing, partial):
        thing = thing.func
    if hasattr(thing, "__qualname__"):
        return getattr(thing, "__func__", thing)
    return type(thing)


def _digest(thing: Any, code: str) -> str:
    """The digest of what a thing says; with values it holds if ``code`` says that it does."""
    if _is_object(thing) and not code.endswith(_HOLDING):
        thing = _definition(thing)
    read = Fingerprint(thing)
    holds = code.endswith(_HOLDING) or "<locals>" in code
    if read.opaque and holds:
        # Two of them may differ although all that could be read is the same.
        return secrets.token_hex(32)
    return read.sha256


def why_stuck(thing: Any) -> str:
    """Why a thing cannot travel to another process; empty if it can."""
    target = _definition(thing)
    name = target.__qualname__
    if target.__module__ == "__main__":
        return "it is defined in the script or notebook that is running"
    if "<lambda>" in name:
        return "it is a lambda"
    if "<locals>" in name:
        return "it is defined inside a function"
    try:
        if _named(target.__module__, name) is not target:
            return f"{target.__module__}:{name} is another object"
        pickle.dumps(thing)
    except (ImportError, AttributeError):
        return f"{target.__module__} cannot be imported"
    except Exception as error:
        # Whatever the attributes of a stranger's object do when they are pickled.
        return f"it cannot be pickled ({type(error).__name__}: {error})"
    read = Fingerprint(thing)
    if read.opaque and target is not thing and not _is_stateless(thing):
        return f"it holds values that cannot be compared ({', '.join(sorted(read.opaque))})"
    return ""


def _is_stateless(thing: Any) -> bool:
    return _is_object(thing) and not vars(thing)


def found(record: OwnCode, what: str, handed: Handed) -> Any:
    """The function or measure of a record, imported; ``what`` names it in messages.

    It is used only if it says what it said: InputError otherwise, and where it cannot be
    imported. Of a measure the object, with its attributes; of a function that itself.
    ``handed`` is what there is instead.
    """
    module, _, name = record.code.partition(":")
    advice = "hand it over again from Python"
    other = handed.other(record)
    if other is not None:
        rule = f"has changed: its SHA-256 is now {other[:12]}..."
        raise _needed(record, what, rule, "hand over what it was")
    why = ""
    if record.code.endswith(_HOLDING):
        why = "it held values that cannot be written down"
    elif "<locals>" in name:
        why = "it was defined inside a function"
    elif module == "__main__":
        why = "it was defined in a script or notebook"
    if why:
        raise _needed(record, what, f"cannot be imported, as {why}", advice)
    try:
        target = _named(module, name)
    except (ImportError, AttributeError) as error:
        advice = f"say where {module} is (PYTHONPATH, --import-from FOLDER), or {advice}"
        raise _needed(record, what, f"cannot be imported: {error}", advice) from error
    if Fingerprint(target).sha256 != record.sha256:
        now = Fingerprint(target).sha256
        rule = f"has changed: its SHA-256 is now {now[:12]}..."
        raise _needed(record, what, rule, f"bring {record.code} back to what it was, or {advice}")
    if isinstance(target, type):
        return _with_attributes(target, record.arguments())
    return target


def _with_attributes(kind: type, values: Mapping[str, Any]) -> Any:
    """An object of a class as it was when it had these attributes, as pickle makes it."""
    made: Any = object.__new__(kind)
    vars(made).update(values)
    return made


def imported(reference: str) -> Any:
    """What stands at "module:name"; InputError saying why there is nothing."""
    module, _, name = reference.partition(":")
    value = show_value(reference)
    try:
        return _named(module, name)
    except ImportError as error:
        raise InputError(f"cannot be imported: {error}", value=value) from error
    except AttributeError as error:
        there = [each for each in vars(import_module(module)) if not each.startswith("_")]
        advice = nearest(name, there)
        raise InputError(str(error), value=value, advice=advice) from error


def acting(function: Any, desk: Any, settings: Mapping[str, Any], what: str) -> Any:
    """The SimPy process of a policy of the user's own, whose errors say what failed and when."""
    try:
        if isinstance(function, FunctionType):
            process = function(desk, **settings)
        else:
            acting = _with_attributes(type(function), settings) if settings else function
            process = acting(desk)
        if inspect.isgenerator(process):
            yield from _events_of(process)
        elif process is not None:
            rule = "must be a generator of SimPy events, or return nothing"
            raise TypeError(f"what a policy returns {rule}, not {type(process).__name__}")
    except _NoEvent as error:
        raise OwnCodeError(f"{what} failed at {desk.now:.6g} h: {error}") from None
    except Exception as error:
        raise blamed(error, what, f"at {desk.now:.6g} h") from error


class _NoEvent(Exception):
    """A policy yielded something that SimPy cannot wait for."""


def _events_of(process: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """What a process yields, as ``yield from`` would do it; _NoEvent for what is no event."""
    resume, given = process.send, None
    while True:
        try:
            event = resume(given)
        except StopIteration:
            return
        if not isinstance(event, Event):
            where = _waiting_at(process)
            process.close()
            rule = "only SimPy events may be yielded, such as desk.env.timeout(2)"
            raise _NoEvent(f"it yields {show_value(event)}, but {rule} ({where})")
        try:
            resume, given = process.send, (yield event)
        except GeneratorExit:
            process.close()
            raise
        except BaseException as error:
            resume, given = process.throw, error


def _waiting_at(process: Any) -> str:
    """The line at which a generator has yielded, in whatever depth of ``yield from``."""
    while inspect.isgenerator(process.gi_yieldfrom):
        process = process.gi_yieldfrom
    frame = process.gi_frame
    return _place(frame, frame.f_lineno)


def _place(frame: FrameType, line: int) -> str:
    return f"{Path(frame.f_code.co_filename).name}, line {line}, in {frame.f_code.co_name}"


def blamed(error: Exception, what: str, when: str) -> OwnCodeError:
    """``error``, which somebody's own code raised, with what failed, when and in what line."""
    frames = traceback.walk_tb(error.__traceback__)
    places = [
        _place(frame, line)
        for frame, line in frames
        if frame.f_globals.get("__name__", "").partition(".")[0] not in _MACHINERY
    ]
    where = f" ({places[-1]})" if places else ""
    return OwnCodeError(f"{what} failed {when}: {type(error).__name__}: {error}{where}")


def _named(module: str, name: str) -> Any:
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _plain(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Values as they are, if JSON gives them back as they are; None if it does not."""
    try:
        text = json.dumps(values, allow_nan=False)
    except (TypeError, ValueError):
        return None
    again = json.loads(text)
    return dict(values) if _alike(again, dict(values)) else None


def _alike(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)


def _needed(record: OwnCode, what: str, rule: str, advice: str) -> InputError:
    value = f"{record.code} (SHA-256 {record.sha256[:12]}...)"
    return InputError(f"is Python code that {rule}", key=what, value=value, advice=advice)


def _import_fault(record: OwnCode, why: str) -> InputError:
    rule = f"is not available to this worker: {why}"
    advice = "start workers where they can import it, as it is here"
    return InputError(rule, value=record.code, advice=advice)
