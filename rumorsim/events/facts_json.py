"""Facts as JSON, so that a saved stream carries all its measures need.

Arrays are little-endian bytes, zlib-compressed, in base64, with their dtype: a million
accounts stay small and come back to the bit. Ids that are not all whole numbers are a JSON
list, compressed likewise.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.events.stream import (
    AdversaryFacts,
    Facts,
    InterventionFacts,
    ObservationFacts,
    ObservedTotals,
    StoryFacts,
)
from rumorsim.events.treatment import Treatment

#: What an intervention has several of.
_LISTS: Final = ("categories", "guilty_kinds")
_ARRAYS: Final = {
    "person": "<i4",
    "kind": "<i2",
    "followers": "<i4",
    "platform": "|u1",
    "origin": "<i4",
    "trust": "<f8",
    "earnings": "<f8",
}
_INTEGERS: Final = {"i": "<i8", "u": "<u8"}
#: Bytes of a list of ids, decompressed.
_LONGEST_IDS: Final = 1 << 30
#: What a saved stream does not keep as it is, or only where there is any.
_NOT_KEPT: Final = ("follows", "observed", "observation", "treatment")
#: What is kept of the arms of an experiment, by account.
_ARMS: Final = {"begins": "<f8", "unit": "<i4", "egos": "|b1"}


def _pack(array: NDArray[Any], dtype: str) -> dict[str, str]:
    raw = np.ascontiguousarray(array).astype(dtype).tobytes()
    return {"dtype": dtype, "zlib": base64.b64encode(zlib.compress(raw, 6)).decode("ascii")}


def _unpack(packed: Mapping[str, Any], dtype: str, accounts: int) -> NDArray[Any]:
    if packed["dtype"] != dtype:
        raise ValueError(f"dtype must be {dtype}")
    length = accounts * np.dtype(dtype).itemsize
    unzip = zlib.decompressobj()
    # One byte more than due is enough to know that there is too much.
    raw = unzip.decompress(base64.b64decode(packed["zlib"], validate=True), length + 1)
    if len(raw) != length or not unzip.eof:
        raise ValueError(f"must hold {counted(accounts, 'account')}")
    return np.frombuffer(raw, dtype)


def _pack_ids(ids: NDArray[Any] | None) -> dict[str, str] | None:
    if ids is None:
        return None
    for kind, dtype in _INTEGERS.items():
        if ids.dtype.kind == kind:
            return _pack(ids, dtype)
    raw = json.dumps(ids.tolist(), separators=(",", ":")).encode()
    return {"dtype": "json", "zlib": base64.b64encode(zlib.compress(raw, 6)).decode("ascii")}


def _unpack_ids(packed: Mapping[str, Any] | None, accounts: int) -> NDArray[Any] | None:
    if packed is None or packed["dtype"] in _INTEGERS.values():
        return None if packed is None else _unpack(packed, packed["dtype"], accounts)
    unzip = zlib.decompressobj()
    raw = unzip.decompress(base64.b64decode(packed["zlib"], validate=True), _LONGEST_IDS)
    values = json.loads(raw)
    if not unzip.eof or not isinstance(values, list) or len(values) != accounts:
        raise ValueError(f"must hold the ids of {counted(accounts, 'account')}")
    if not set(map(type, values)) <= {int, str}:
        raise ValueError("ids must be text or whole numbers")
    ids = np.empty(accounts, object)
    ids[:] = values
    return ids


def _packed_totals(observed: ObservedTotals | None) -> dict[str, Any]:
    """What was observed, by its key; nothing outside replays."""
    if observed is None:
        return {}
    return {"observed": {name: _pack(each, "<i8") for name, each in vars(observed).items()}}


def _totals(packed: Mapping[str, Any] | None, stories: int) -> ObservedTotals | None:
    if packed is None:
        return None
    return ObservedTotals(**{name: _unpack(each, "<i8", stories) for name, each in packed.items()})


def _packed_observation(observation: ObservationFacts | None) -> dict[str, Any]:
    """Which cascades a data set would hold, by its key; nothing where that is not said."""
    if observation is None:
        return {}
    return {"observation": {**vars(observation), "statistics": list(observation.statistics)}}


def _observation(packed: Mapping[str, Any] | None) -> ObservationFacts | None:
    if packed is None:
        return None
    return ObservationFacts(**{**packed, "statistics": tuple(packed.get("statistics", ()))})


def _packed_treatment(treatment: Treatment) -> dict[str, Any]:
    """The arms of an experiment, by their key; nothing where there are none."""
    if not treatment.there_is:
        return {}
    arrays = {name: _pack(getattr(treatment, name), dtype) for name, dtype in _ARMS.items()}
    rest = {"drawn": treatment.drawn, "windows": treatment.windows.tolist()}
    # Where it is not switched its period has no end, which JSON cannot say.
    period = {"period": treatment.period} if len(treatment.windows) else {}
    return {"treatment": {**arrays, **rest, **period}}


def _treatment(packed: Mapping[str, Any] | None, accounts: int) -> Treatment:
    if packed is None:
        return Treatment.nobody()
    arrays = {name: _unpack(packed[name], dtype, accounts) for name, dtype in _ARMS.items()}
    windows = np.array(packed["windows"], np.uint8)
    period = float(packed.get("period", math.inf))
    return Treatment(**arrays, windows=windows, period=period, drawn=bool(packed["drawn"]))


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """The facts as plain JSON values; ``provenance`` must be plain JSON values already."""
    names = [each.name for each in fields(facts) if each.name not in _NOT_KEPT]
    plain = {name: getattr(facts, name) for name in names}
    return {
        **plain,
        "stories": [vars(story) for story in facts.stories],
        "interventions": [
            {**vars(each), **{name: list(getattr(each, name)) for name in _LISTS}}
            for each in facts.interventions
        ],
        "adversaries": [vars(each) for each in facts.adversaries],
        "kinds": list(facts.kinds),
        "platforms": list(facts.platforms),
        "surfaces": list(facts.surfaces),
        "prices": dict(facts.prices),
        "provenance": dict(facts.provenance),
        "ids": _pack_ids(facts.ids),
        **_packed_totals(facts.observed),
        **_packed_observation(facts.observation),
        **_packed_treatment(facts.treatment),
        **{name: _pack(plain[name], dtype) for name, dtype in _ARRAYS.items()},
    }


def facts_from_json(data: Mapping[str, Any], file: str = "") -> Facts:
    """The facts back from :func:`facts_to_json`; InputError naming ``file`` if they are not."""
    try:
        return Facts(
            **{
                **data,
                "stories": tuple(StoryFacts(**each) for each in data["stories"]),
                "interventions": tuple(
                    InterventionFacts(**{**each, **{name: tuple(each[name]) for name in _LISTS}})
                    for each in data["interventions"]
                ),
                # Streams saved before there was anything to know of them do not say.
                "adversaries": tuple(
                    AdversaryFacts(**each) for each in data.get("adversaries", ())
                ),
                "kinds": tuple(data["kinds"]),
                "platforms": tuple(data["platforms"]),
                "surfaces": tuple(data["surfaces"]),
                "observed": _totals(data.get("observed"), len(data["stories"])),
                "observation": _observation(data.get("observation")),
                "treatment": _treatment(data.get("treatment"), int(data["accounts"])),
                "ids": _unpack_ids(data.get("ids"), int(data["accounts"])),
                **{
                    name: _unpack(data[name], dtype, int(data["accounts"]))
                    for name, dtype in _ARRAYS.items()
                },
            }
        )
    except (KeyError, RecursionError, TypeError, ValueError, binascii.Error, zlib.error) as cause:
        raise InputError(
            "must be the facts of a stream as rumorsim writes them",
            file=file,
            key="facts",
            value=show_value(str(cause)),
            advice="save the events again",
        ) from cause
