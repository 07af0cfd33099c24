"""XML from strangers, parsed without believing what it defines.

What makes XML dangerous all begins with a document type: it is refused before any entity is.
Tags are capped in length and in depth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NoReturn
from xml.parsers import expat

from rumorsim.common.errors import InputError, show_value

_FEED: Final = 1 << 16
#: Bytes; no tag or comment is longer than this.
_LONGEST_TAG: Final = 1 << 20
_DEEPEST: Final = 100


class XmlReader:
    """Base of what reads one document tag by tag; ``line`` is where the parser is."""

    #: The format's name and the tag that its documents begin with.
    name = "XML"
    root = ""

    def __init__(self, file: str) -> None:
        self.file = file
        self.line: Callable[[], int] = int

    def start(self, tag: str, given: dict[str, str]) -> None:
        """A tag begins, with its attributes; its name has no prefix."""

    def text(self, text: str) -> None:
        """Characters between tags."""

    def end(self, tag: str) -> None:
        """A tag ends; its name may have a prefix."""

    def fault(
        self, rule: str, key: str = "", value: str = "", advice: str = "", line: int = 0
    ) -> NoReturn:
        """Raise InputError for ``line`` or else the line where the parser is."""
        raise InputError(rule, f"{self.file}, line {line or self.line()}", key, value, advice)

    def parse(self, parts: Iterable[bytes]) -> None:
        """Read the bytes of the file.

        InputError with the line for a document type, for tags that are too long or too deep, for
        what is no XML and for another first tag.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.line = lambda: parser.CurrentLineNumber
        depth, begun = 0, False

        def doctype(*_: object) -> NoReturn:
            rule, advice = "<!DOCTYPE> and what it defines are not read", "delete it"
            self.fault(rule, value="<!DOCTYPE", advice=f"{advice}: {self.name} needs none")

        def start(tag: str, given: dict[str, str]) -> None:
            nonlocal depth, begun
            depth += 1
            if depth > _DEEPEST:
                self.fault(f"is nested more than {_DEEPEST} deep")
            tag = tag.rpartition(":")[2]
            if not begun and tag != self.root:
                advice = 'say format = "gexf"' if tag == "gexf" else ""
                rule = f"is not {self.name}: it begins with another tag"
                self.fault(rule, value=show_value(f"<{tag}>"), advice=advice)
            begun = True
            self.start(tag, given)

        def end(tag: str) -> None:
            nonlocal depth
            depth -= 1
            self.end(tag)

        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = doctype
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = self.text
        fed = 0
        try:
            for piece in parts:
                for at in range(0, len(piece), _FEED):
                    part = piece[at : at + _FEED]
                    parser.Parse(part, False)
                    fed += len(part)
                    if fed - max(parser.CurrentByteIndex, 0) > _LONGEST_TAG:
                        self.fault(f"a tag can have at most {_LONGEST_TAG:,} bytes")
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            place = f"{self.file}, line {error.lineno}, column {error.offset}"
            rule = f"is not XML: {expat.ErrorString(error.code)}"
            raise InputError(rule, place, advice=f"is this {self.name}?") from None
        except InputError:
            raise
        except (LookupError, ValueError) as error:
            # Encodings that Python does not know, or that have no table of 256 characters.
            rule, advice = "has an encoding that cannot be read", "save it as UTF-8"
            raise InputError(rule, self.file, "encoding", show_value(str(error)), advice) from None
