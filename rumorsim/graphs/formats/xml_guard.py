"""XML from strangers, parsed so that nothing it could define is believed.

What makes XML dangerous all begins with a document type: it is refused before any entity is.
Tags are capped in length and in depth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn, Protocol
from xml.parsers import expat

from rumorsim.errors import InputError, show_value

_FEED = 1 << 16
#: Bytes; no tag or comment is longer than this.
_LONGEST_TAG = 1 << 20
_DEEPEST = 100


class Handlers(Protocol):
    """What is told of a document, tag by tag; ``line`` says where the parser is."""

    line: Callable[[], int]

    def start(self, tag: str, given: dict[str, str], /) -> None: ...

    def text(self, text: str, /) -> None: ...

    def end(self, tag: str, /) -> None: ...


def parse_xml(path: Path, parts: Iterable[bytes], handlers: Handlers, name: str) -> None:
    """Parse ``parts``, the bytes of the file ``path``, which should be of the format ``name``.

    InputError with the line for a document type, for tags that are too long or too deep, and
    for what is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    handlers.line = lambda: parser.CurrentLineNumber
    depth = 0

    def fault(rule: str, value: str = "", advice: str = "") -> NoReturn:
        place = f"{path}, line {parser.CurrentLineNumber}"
        raise InputError(rule, place, value=value, advice=advice)

    def doctype(*_: object) -> NoReturn:
        rule = "<!DOCTYPE> and what it defines are not read"
        fault(rule, "<!DOCTYPE", f"delete it: {name} needs none")

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            fault(f"is nested more than {_DEEPEST} deep")
        handlers.start(tag, given)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        handlers.end(tag)

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handlers.text
    fed = 0
    try:
        for piece in parts:
            for at in range(0, len(piece), _FEED):
                part = piece[at : at + _FEED]
                parser.Parse(part, False)
                fed += len(part)
                if fed - max(parser.CurrentByteIndex, 0) > _LONGEST_TAG:
                    fault(f"a tag can have at most {_LONGEST_TAG:,} bytes")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        place = f"{path}, line {error.lineno}, column {error.offset}"
        rule = f"is not XML: {expat.ErrorString(error.code)}"
        raise InputError(rule, place, advice=f"is this {name}?") from None
    except InputError:
        raise
    except (LookupError, ValueError) as error:
        # Encodings that Python does not know, or that have no table of 256 characters.
        rule, advice = "has an encoding that cannot be read", "save it as UTF-8"
        raise InputError(rule, path, "encoding", show_value(str(error)), advice) from None
