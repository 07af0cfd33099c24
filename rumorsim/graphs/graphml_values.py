"""Values in GraphML: what a key declares, and its text as a value of that type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from rumorsim.errors import show_value

TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,1000}")
#: graph-tool writes numbers with every bit: 0x1.8p+0 is 1.5.
_HEXADECIMAL: Final = re.compile(r"[+-]?0x[0-9a-f]{1,40}(\.[0-9a-f]{0,40})?p[+-]?[0-9]{1,5}", re.I)
_WHOLE_TYPES: Final = ("int", "long", "integer", "short", "byte")
_NUMBER_TYPES: Final = ("float", "double")


@dataclass
class Key:
    """A declaration: nodes or edges have data of this name and type.

    Several keys may share a name: networkx declares one for each type of the values. Types
    that are neither truth values nor numbers, such as vectors, are kept as text.
    """

    name: str
    type: str
    default: Any = None

    @property
    def numeric(self) -> bool:
        return self.type in (*_WHOLE_TYPES, *_NUMBER_TYPES)

    @property
    def shown(self) -> str:
        """The name, safe to print."""
        return show_value(self.name)[1:-1]

    def value(self, text: str) -> Any:
        """The value of a text, None for an empty one that is no text; ValueError if it has none."""
        bare = text.strip()
        if not self.numeric and self.type != "boolean":
            return text
        if not bare:
            return None
        if self.type in _NUMBER_TYPES:
            return _number(bare)
        if self.type == "boolean" and bare.lower() in TRUTH:
            return TRUTH[bare.lower()]
        if self.type in _WHOLE_TYPES and _INTEGER.fullmatch(bare):
            return int(bare)
        raise ValueError(text)


def _number(text: str) -> float:
    if _HEXADECIMAL.fullmatch(text):
        try:
            return float.fromhex(text)
        except OverflowError as error:
            raise ValueError(text) from error
    if "_" in text:
        raise ValueError(text)
    return float(text)
