"""Arrays in ``.npy`` files, opened in place, and in JSON files for what does not fit these.

The header of a ``.npy`` file (NEP 1, Kern 2007) is checked before anything is allocated.
"""

from __future__ import annotations

import io
import json
import math
import mmap
import os
import stat
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.files import checked_file
from rumorsim.common.plurals import counted

#: Text is kept in place up to this many characters a cell.
LONGEST_TEXT: Final = 32
_LONGEST_HEADER: Final = 10_000
#: Values that are looked at at a time.
SCAN: Final = 1 << 20
_WINDOW: Final = 64 << 20
_AGAIN: Final = "fetch it again"


def part_file(path: Path) -> int:
    """The size in bytes of a file inside a directory of arrays.

    InputError for what is missing, no regular file, or a link: a directory from somebody
    else could lead to any file of this machine.
    """
    try:
        found = path.lstat()
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        rule = "there is no such file" if missing else "cannot be opened"
        raise InputError(rule, path, advice=_AGAIN) from error
    if stat.S_ISLNK(found.st_mode):
        advice = "put the file itself in its place"
        raise InputError("is a link; arrays must be files", path, advice=advice)
    if not stat.S_ISREG(found.st_mode):
        raise InputError("is not a regular file", path)
    checked_file(path)
    if not os.access(path, os.R_OK):
        raise InputError("cannot be opened", path, value="Permission denied")
    return found.st_size


def open_array(path: Path, kinds: tuple[str, ...], length: int) -> NDArray[Any]:
    """The vector of ``length`` values in a file, read-only and shared by all who open it.

    ``kinds`` are the types it may have, such as "<i8"; "<U" stands for text of up to 32
    characters. The bytes stay in the file until they are looked at. InputError for
    another type (Python objects above all, which are pickles and could run anything), another
    shape, or a file that is not exactly as long as its header says.
    """
    size = part_file(path)
    with path.open("rb") as file:
        dtype, found, order, start = _header(file, path)
    kind = "[...]" if dtype.names else str(dtype.str)
    if dtype.hasobject:
        rule, advice = "holds pickled Python objects", "write it again as numbers or text"
        raise InputError(f"{rule}, which are never read", path, "descr", '"|O"', advice)
    text = kind.startswith("<U") and 4 <= dtype.itemsize <= 4 * LONGEST_TEXT
    if kind not in kinds and not (text and "<U" in kinds):
        rule = "must be one of " + ", ".join(f'"{each}"' for each in kinds)
        raise InputError(rule, path, "descr", show_value(kind))
    if order and len(found) > 1:
        raise InputError("must be False", path, "fortran_order", "True")
    if found != (length,):
        raise InputError(f"must be ({length},), as follows.json says", path, "shape", str(found))
    expected = start + length * dtype.itemsize
    if size != expected:
        rule = f"has {counted(size, 'byte')} where its header promises {expected:,}"
        rule = f"is truncated: it {rule}" if size < expected else rule
        raise InputError(rule, path, advice=_AGAIN)
    if length == 0:
        return np.empty(0, dtype)
    try:
        return np.memmap(path, dtype, "r", start, (length,))
    except (OSError, ValueError) as error:
        raise InputError("cannot be opened", path, value=str(error)[:80]) from error


def _header(file: BinaryIO, path: Path) -> tuple[np.dtype[Any], tuple[int, ...], bool, int]:
    """Type, shape, whether it is in Fortran's order, and where the values start."""
    start = file.read(12)
    version, wide = start[6:8], start[6:7] == b"\x02"
    if not start.startswith(np.lib.format.MAGIC_PREFIX) or version not in (b"\1\0", b"\2\0"):
        raise InputError("is not a .npy file", path, advice=_AGAIN)
    length = int.from_bytes(start[8 : 12 if wide else 10], "little")
    if length > _LONGEST_HEADER:
        rule = f"has a header of {length:,} bytes; the limit is {_LONGEST_HEADER:,}"
        raise InputError(rule, path)
    file.seek(8)
    formats = np.lib.format
    read = formats.read_array_header_2_0 if wide else formats.read_array_header_1_0
    try:
        shape, order, dtype = read(file, max_header_size=_LONGEST_HEADER)
    except (ValueError, TypeError, SyntaxError, TokenError, RecursionError, MemoryError) as error:
        rule, value = "has a header that is not one of .npy", show_value(str(error))
        raise InputError(rule, path, value=value, advice=_AGAIN) from error
    return dtype, shape, order, file.tell()


def write_array(path: Path, values: NDArray[Any]) -> None:
    """Write a vector as ``.npy``; the same values give the same bytes."""
    with path.open("xb") as file:
        np.lib.format.write_array(file, values, version=(1, 0), allow_pickle=False)


def array_start(dtype: str, length: int) -> bytes:
    """How a ``.npy`` file of so many values begins, before these; 128 bytes for any length."""
    file = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


def highest(values: NDArray[Any]) -> float:
    """The highest value; -1 for no values, NaN where one is NaN. No copy is made."""
    most = -1.0
    for start in range(0, values.size, SCAN):
        found = float(values[start : start + SCAN].max())
        if math.isnan(found):
            return found
        most = max(most, found)
        forget(values, start)
    return most


def forget(values: NDArray[Any], at: int) -> None:
    """Every 64 MiB of going through the values of a file, have the system take its pages back.

    Once for each million values ``at``; what is read in place never fills the memory so. Values
    that are in memory, or in a system without such advice, stay as they are.
    """
    if (at * values.itemsize) % _WINDOW or not hasattr(mmap, "MADV_DONTNEED"):
        return
    base: Any = values
    while base is not None and not isinstance(base, mmap.mmap):
        base = getattr(base, "base", None)
    if base is not None:
        base.madvise(mmap.MADV_DONTNEED)


def _longest_table(accounts: int) -> int:
    """Bytes that a table of ids or attributes in JSON may have: it is read whole."""
    return min(1 << 30, 10_000 + 2_000 * accounts)


def open_table(path: Path, length: int) -> NDArray[Any]:
    """The vector of ``length`` values in a JSON file, as objects; InputError for other contents."""
    if part_file(path) > (most := _longest_table(length)):
        raise InputError(f"can have at most {most:,} bytes", path)
    try:
        values = json.loads(path.read_bytes())
    except RecursionError:
        raise InputError("is nested too deeply", path) from None
    except ValueError as error:
        raise InputError("is not JSON", path, value=show_value(str(error))) from None
    if not isinstance(values, list) or len(values) != length:
        raise InputError(f"must be a list of {counted(length, 'value')}", path)
    for i, value in enumerate(values):
        if not isinstance(value, str | int | float | None):
            rule = "must be text, a number, true, false or null"
            raise InputError(rule, path, f"[{i}]", show_value(value))
    result = np.empty(length, object)
    result[:] = values
    return result


def table_text(cells: list[Any], name: str) -> str:
    """Values as the JSON that :func:`open_table` reads; InputError naming the file ``name``."""
    for each in cells:
        if not isinstance(each, str | int | float | None):
            rule = "values that are neither text nor numbers cannot be written"
            raise InputError(rule, name, value=show_value(each))
    try:
        text = json.dumps(cells)
    except ValueError as error:
        # Python refuses to write whole numbers of more than 4,300 digits.
        raise InputError("cannot be written", name, value=show_value(str(error))) from None
    if len(text) > (most := _longest_table(len(cells))):
        raise InputError(f"has {len(text):,} bytes; the limit is {most:,}", name)
    return text
