"""The dialects of cascades: one file each, found by its name or recognised in a source.

Other packages add dialects by entry points of the group ``rumorsim.cascade_dialects``, each of
which names a :class:`CascadeDialect`.
"""

from __future__ import annotations

from typing import Any, Final

from rumorsim.common.errors import InputError, RumorsimError, nearest, show_value
from rumorsim.common.own_code import blamed
from rumorsim.common.plug_ins import Registry
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.dialects.own import Own
from rumorsim.events.observed.dialects.paths import Paths
from rumorsim.events.observed.dialects.pnnl import Pnnl
from rumorsim.events.observed.dialects.sequences import Sequences
from rumorsim.events.observed.dialects.table import Table
from rumorsim.events.observed.dialects.trees import Trees
from rumorsim.events.observed.dialects.twitter_trees import TwitterTrees
from rumorsim.events.observed.records import Records
from rumorsim.events.observed.request import Request

#: In the order in which they are tried.
_OWN: Final[dict[str, CascadeDialect]] = {
    "events": Own(),
    "networkx": Trees(),
    "table": Table(),
    "pnnl": Pnnl(),
    "twitter-trees": TwitterTrees(),
    "paths": Paths(),
    "sequences": Sequences(),
}


def _dialect_of(_: str, thing: Any) -> CascadeDialect:
    """What makes a plug-in a dialect; TypeError where it does not fit."""
    made = thing() if isinstance(thing, type) and issubclass(thing, CascadeDialect) else thing
    if not isinstance(made, CascadeDialect):
        raise TypeError("it is not a subclass of CascadeDialect")
    return made


#: Ours, and those of other packages: entry points of the group ``rumorsim.cascade_dialects``.
DIALECTS: Final[Registry[CascadeDialect]] = Registry("cascade dialect", _OWN, _dialect_of)


def read_records(name: str, dialect: CascadeDialect, request: Request) -> Records:
    """The posts of a source; OwnCodeError for what a dialect of another package does wrong."""
    if name in DIALECTS.own:
        return dialect.read(request)
    try:
        records = dialect.read(request)
        records.check()
    except (RumorsimError, MemoryError):
        raise
    except Exception as error:
        who = f"cascade dialect {show_value(name)} of {DIALECTS.source(name)}"
        raise blamed(error, who, f"reading {request.name}") from error
    return records


def dialect_of(request: Request, format: str | None) -> tuple[str, CascadeDialect]:
    """The dialect asked for, or the one that recognises the source; InputError if neither."""
    if format is not None:
        if format not in DIALECTS:
            rule, advice = "must be a format of cascades", nearest(str(format), list(DIALECTS))
            raise InputError(rule, key="format", value=show_value(format), advice=advice)
        return format, DIALECTS[format]
    if request.path is not None:
        request.required_path()
    # Installed packages are looked through only where none of ours fits.
    for dialects in (DIALECTS.own, DIALECTS):
        for name, each in dialects.items():
            if each.recognises(request):
                return name, each
    advice = f"say which it is: format = {' or '.join(DIALECTS)} (--format)"
    raise InputError("is in no format of cascades that is known", request.name, advice=advice)
