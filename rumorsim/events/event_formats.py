"""Formats of event files by name: ours, and those of other packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.plug_ins import Registry
from rumorsim.events.arrow import Arrow, Parquet
from rumorsim.events.file_format import EventFormat
from rumorsim.events.ndjson import Ndjson, NdjsonGzip

_OWN: Final[dict[str, EventFormat]] = {
    "ndjson": Ndjson(),
    "ndjson.gz": NdjsonGzip(),
    "parquet": Parquet(),
    "arrow": Arrow(),
}


def _format_of(name: str, thing: Any) -> EventFormat:
    """What makes a plug-in a format; TypeError or ValueError where it does not fit."""
    made = thing() if isinstance(thing, type) and issubclass(thing, EventFormat) else thing
    if not isinstance(made, EventFormat):
        raise TypeError("it is not a subclass of EventFormat")
    ours = {suffix for each in _OWN.values() for suffix in each.suffixes}
    for suffix in made.suffixes:
        if not suffix.startswith(".") or suffix in ours:
            rule = "is one of rumorsim's own" if suffix in ours else "does not begin with a dot"
            raise ValueError(f"its suffix {show_value(suffix)} {rule}")
    return made


#: Ours, and those of other packages: entry points of the group ``rumorsim.event_formats``.
EVENT_FORMATS: Final[Registry[EventFormat]] = Registry("event format", _OWN, _format_of)


def format_of(path: str | Path, format: str | None = None) -> EventFormat:
    """The format asked for, or the one the suffix of ``path`` names; InputError if neither."""
    if format is not None:
        if format not in EVENT_FORMATS:
            raise InputError(
                "must be a format of events",
                key="format",
                value=show_value(format),
                advice=nearest(format, list(EVENT_FORMATS)),
            )
        return EVENT_FORMATS[format]
    name = str(path)
    # Installed packages are looked through only where the suffix is not one of ours.
    for formats in (EVENT_FORMATS.own, EVENT_FORMATS):
        found = [
            (suffix, each)
            for each in formats.values()
            for suffix in each.suffixes
            if name.endswith(suffix)
        ]
        if found:
            return max(found, key=lambda entry: len(entry[0]))[1]
    raise InputError(
        "the suffix must name a format of events",
        file=name,
        advice="one of " + ", ".join(s for e in EVENT_FORMATS.values() for s in e.suffixes),
    )


def plug_in_name(format: EventFormat) -> str:
    """What messages call a format of another package; "" for one of ours."""
    for name, each in EVENT_FORMATS.loaded.items():
        if each is format:
            return f"event format {show_value(name)} of {EVENT_FORMATS.source(name)}"
    return ""
