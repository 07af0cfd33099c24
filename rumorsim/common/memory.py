"""How much memory there is for this process, and amounts of it as people write them."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from rumorsim.common.errors import InputError, show_value

#: Bytes in one unit, by its spelling in small letters; without a unit they are bytes.
_UNITS: Final = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmgt", 1)},
    **{f"{letter}ib": 1024**power for power, letter in enumerate("kmgt", 1)},
}
_AMOUNT: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.I)
#: What is left to the rest of the machine where nobody says how much memory may be used.
_SHARE: Final = 0.5


def parse_memory(amount: Any, key: str = "memory") -> int:
    """Bytes from text such as ``"8GiB"`` or ``"500 MB"``, or from a whole number; InputError."""
    found = _AMOUNT.fullmatch(str(amount)) if isinstance(amount, int | str) else None
    unit = None if found is None else _UNITS.get(found[2].lower())
    if found is None or unit is None or isinstance(amount, bool):
        rule = "must be an amount of memory, such as 8GiB or 500MB"
        raise InputError(rule, key=key, value=show_value(amount))
    return int(float(found[1]) * unit)


def shown_memory(size: float) -> str:
    """Bytes as people read them: in GiB, small amounts in MiB, and below one in bytes."""
    if size >= 2**30:
        return f"{size / 2**30:.1f} GiB"
    return f"{size / 2**20:.0f} MiB" if size >= 2**20 else f"{max(size, 0):,.0f} bytes"


def available_memory() -> int:
    """Bytes that this process could still take without pushing others out; 2**62 if not known.

    The least of what Linux says is available, what the control groups of the process have left,
    and the limit on its addresses.
    """
    return min(_of_machine(), _of_groups(), _of_limit())


def memory_to_use(given: Any = None, key: str = "memory") -> int:
    """Bytes that a large task may take: those ``given``, else half of what is available."""
    return int(_SHARE * available_memory()) if given is None else parse_memory(given, key)


def resident_memory() -> int:
    """Bytes of memory that the process holds now, 0 if not known."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * 4096
    return 0


_UNKNOWN: Final = 2**62


def _of_machine() -> int:
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return _UNKNOWN


def _of_groups() -> int:
    """What is left under the limits of the control groups (version 2) of this process."""
    left = _UNKNOWN
    with suppress(OSError, ValueError, IndexError):
        name = Path("/proc/self/cgroup").read_text().splitlines()[0].split("::")[1]
        group = Path("/sys/fs/cgroup", name.lstrip("/"))
        for each in (group, *group.parents):
            if each == Path("/sys/fs"):
                break
            limit = each / "memory.max"
            if limit.is_file() and (most := limit.read_text().strip()) != "max":
                left = min(left, int(most) - int((each / "memory.current").read_text()))
    return max(left, 0)


def _of_limit() -> int:
    """What is left under the limit on addresses (``ulimit -v``)."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * 4096
            return max(most - used, 0)
    return _UNKNOWN
