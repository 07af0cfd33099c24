"""What was decided while a file of follows was read, for people to check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rumorsim.plurals import counted


@dataclass(frozen=True)
class ReadAs:
    """How a file of follows was understood; ``graph.read_as`` holds it.

    What only text files have is None for others.
    """

    #: "text", "parquet", "graphml" and so on.
    format: str
    #: What the columns were taken to hold, as ``columns`` says it; None where there are none.
    columns: str | None = None
    #: "integer", "text", or "mixed".
    ids: str = "integer"
    both_ways: bool = False
    #: "tab", "semicolon", "comma" or "blanks".
    separator: str | None = None
    #: The number of the line with the names of the columns; 0 where there is none.
    header_line: int | None = None
    #: Whether lines end in attributes, as networkx writes them.
    attributes: bool = False
    #: Lines without a follow by what they are: "comment", "empty".
    skipped: Mapping[str, int] = field(default_factory=dict)
    #: The earliest and latest time of the follows in the file; None without a column of times.
    times: tuple[float, float] | None = None
    #: Follows that began after ``until`` and were left out.
    too_late: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as JSON has them."""
        return asdict(self)

    def told(self) -> str:
        """One sentence that says it all."""
        parts = [self.format if self.separator is None else f"{_SEPARATED[self.separator]} text"]
        if self.header_line is not None:
            line = f"line {self.header_line} is a header" if self.header_line else "no header"
            parts.append(line)
        if self.columns is not None:
            parts.append(f"columns {self.columns}")
        if self.attributes:
            parts.append("attributes in {...} at the end of each line")
        parts.append(f"ids are {_IDS[self.ids]}")
        if self.both_ways:
            parts.append("each line is two follows")
        for what, count in self.skipped.items():
            parts.append(f"{counted(count, f'{what} line')} skipped")
        if self.times is not None:
            first, last = (f"{each:.15g}" for each in self.times)
            parts.append(f"follows began from {first} to {last}")
        if self.too_late:
            parts.append(f"{counted(self.too_late, 'later one')} left out")
        return "; ".join(parts)


_SEPARATED = {
    "tab": "tab-separated",
    "semicolon": "semicolon-separated",
    "comma": "comma-separated",
    "blanks": "blank-separated",
}
_IDS = {"integer": "whole numbers", "text": "text", "mixed": "whole numbers and text"}
