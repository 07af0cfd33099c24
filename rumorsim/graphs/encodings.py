"""Text in UTF-8 whatever the byte order mark of a file says it is in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

from rumorsim.errors import InputError, show_value

#: Longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS: Final = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_LONGEST = 4


def marked_encoding(start: bytes) -> tuple[bytes, str]:
    """The byte order mark that bytes begin with and its encoding; ``(b"", "utf-8")`` without."""
    return next(
        ((mark, name) for mark, name in _MARKS.items() if start.startswith(mark)), (b"", "utf-8")
    )


def as_utf8(pieces: Iterator[bytes], file: str) -> Iterator[bytes]:
    """The pieces of a text file without a byte order mark, in UTF-8 where the mark says other.

    What has no mark passes as it is. InputError for bytes that are not what the mark says.
    """
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= _LONGEST:
            break
    mark, name = marked_encoding(start)
    start = start[len(mark) :]
    if name == "utf-8":
        yield start
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(name)()
    try:
        yield decoder.decode(start).encode()
        for piece in pieces:
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        rule, advice = f"is not text in {name[:6].upper()}", "save it as UTF-8"
        raise InputError(rule, file, value=show_value(str(error)), advice=advice) from None
