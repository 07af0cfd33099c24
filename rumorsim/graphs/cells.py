"""Lines of text cut into cells: separators, quotes, and the attributes that networkx writes."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from numpy.typing import NDArray

from rumorsim.common.errors import InputError, nearest, show_value

#: Bytes; longer lines are no edge list.
LONGEST_LINE: Final = 10_000
#: What can stand between cells, by name; "blanks" is any run of spaces and tabs.
SEPARATORS: Final = {"tab": b"\t", "semicolon": b";", "comma": b",", "blanks": b" "}
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_QUOTED = rb'"((?:[^"]|"")*)"'
#: One cell, quoted or not, and what ends it.
_CELLS: Final = {
    b" ": re.compile(_QUOTED + rb'(?:[ \t]+|(\Z))|([^" \t][^ \t]*)(?:[ \t]+|(\Z))'),
    **{
        each: re.compile(
            rb"[%b]*(?:" % blanks
            + _QUOTED
            + rb"[%b]*(?:%b|(\Z))|([^\"%b%b][^%b]*|)(?:%b|(\Z)))"
            % (blanks, each, each, blanks, each, each)
        )
        for each, blanks in ((b"\t", b" "), (b",", rb" \t"), (b";", rb" \t"))
    },
}
#: The end of a line that is a dict of attributes and nothing else.
_SURELY_ATTRIBUTES = re.compile(rb"\{[ \t]*['\"][^'\"]+['\"]:.*\}")
#: A dict as Python prints it: empty, or with a key and a colon.
_ATTRIBUTES = re.compile(rb"\{(?:[ \t]*['\"(\d\-bNTF].*:.*)?\}")
#: How numpy's numbers print since its version 2.
_NUMPY = re.compile(r"\bnp\.\w+\(([^()]*)\)")


def bare_line(line: bytes, separator: bytes, file: str, number: int) -> bytes:
    """A line without its end and outer blanks; InputError where it is too long or no text.

    A tab at either end stays where tabs are the ``separator``: the cell beside it is empty.
    """
    if len(line) > LONGEST_LINE:
        rule = f"a line can have at most {LONGEST_LINE:,} bytes"
        place, value = f"{file}, line {number}", f"{len(line):,} bytes"
        raise InputError(rule, place, value=value, advice="is this an edge list?")
    bare = line.rstrip(b"\r\n").strip(b" \t")
    if _CONTROL.search(bare) or not bare.isascii():
        _check_text(bare, f"{file}, line {number}")
    if separator == b"\t" and bare:
        return line.rstrip(b"\r\n").strip(b" ")
    return bare


def _check_text(line: bytes, place: str) -> None:
    control = _CONTROL.search(line)
    try:
        line.decode()
        if control is None:
            return
    except UnicodeDecodeError as error:
        wrong = line[error.start : error.start + 1]
    wrong = control.group() if control else wrong
    advice = {
        b"\0": "is this an edge list? UTF-16 needs a byte order mark, or save it as UTF-8",
        b"\r": "lines end in carriage returns alone: save it with line feeds",
    }.get(wrong, "is this an edge list? if so, save it as UTF-8")
    raise InputError("is not text in UTF-8", place, value=f"byte 0x{wrong.hex()}", advice=advice)


def cut(line: bytes, separator: bytes) -> list[bytes] | None:
    """The cells of a bare line without blanks around them; None where quotes do not match."""
    if b'"' in line:
        found = quoted_cells(line, separator)
        return None if found is None else [cell for cell, _ in found]
    if separator == b" ":
        return line.split()
    return [cell.strip(b" \t") for cell in line.split(separator)]


def quoted_cells(line: bytes, separator: bytes) -> list[tuple[bytes, bool]] | None:
    """The cells of a bare line and whether each stood in quotes; None where these do not match.

    A quote begins a quoted cell only at its start; two of them in it stand for one.
    """
    pattern = _CELLS[separator]
    cells: list[tuple[bytes, bool]] = []
    at = 0
    while True:
        found = pattern.match(line, at)
        if found is None:
            return None
        quoted, end, plain, plain_end = found.groups()
        cell = plain.rstrip(b" \t") if quoted is None else quoted.replace(b'""', b'"')
        cells.append((cell, quoted is not None))
        if end is not None or plain_end is not None:
            return cells
        at = found.end()


def attributes_of(line: bytes, separator: bytes) -> tuple[bytes, bytes] | None:
    """The two cells of a bare line that ends in a dict of attributes, and that; None for others.

    networkx writes edge lists so: ``a b {'weight': 2.0}``.
    """
    if not line.endswith(b"}"):
        return None
    at = line.find(b"{", 1)
    while at >= 0:
        before = line[:at].rstrip(b" \t")
        apart = len(before) < at if separator == b" " else before.endswith(separator)
        if separator == b"\t":
            apart = line[at - 1 : at] == b"\t"
        if apart and _ATTRIBUTES.fullmatch(line, at):
            ends = before.removesuffix(separator).rstrip(b" \t")
            # A brace may stand in an id too.
            if len(cut(ends, separator) or ()) == 2:
                return ends, line[at:]
        at = line.find(b"{", at + 1)
    return None


def surely_has_attributes(line: bytes) -> bool:
    """Whether a bare line ends in a dict of attributes, however its cells are separated."""
    return line.endswith(b"}") and _SURELY_ATTRIBUTES.search(line) is not None


def attribute_values(text: bytes, place: str) -> dict[Any, Any]:
    """The dict that ``text`` shows; InputError where it holds more than plain values."""
    try:
        found = ast.literal_eval(_NUMPY.sub(r"\1", text.decode()))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        found = None
    if not isinstance(found, dict):
        rule = "these attributes cannot be read: they must be plain numbers and text"
        raise InputError(rule, place, value=show_value(text.decode()))
    return found


#: A number as spreadsheets show long ones, with digits left out: 9.06E+17.
_SHORTENED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
#: Spreadsheets keep 15 digits: longer whole numbers end in zeros. So many of them are no chance.
_LONG: Final = 10**16
_ROUNDED_TO: Final = 100
_MANY: Final = 5
_ADVICE: Final = (
    'export them as text, or say ids = "text" (--ids text) if they are right as written'
)


def check_ids(ids: NDArray[Any] | None, file: str) -> None:
    """InputError where ids look like long numbers that a spreadsheet has rounded."""
    if ids is None:
        return
    if ids.dtype.kind in "iu":
        long = ids[(ids >= _LONG) | (ids <= -_LONG)] if ids.dtype.kind == "i" else ids[ids >= _LONG]
        if long.size < _MANY or (long % _ROUNDED_TO).any():
            return
        found = long.tolist()
        what = f"end in {str(_ROUNDED_TO)[1:]}, all that have more than 16 digits"
    else:
        found = [each for each in ids.tolist() if isinstance(each, str) and is_shortened(each)]
        what = "are numbers without all their digits"
        what = "is a number without all its digits" if len(found) == 1 else what
    if found:
        rule = f"{len(found):,} of {len(ids):,} ids {what}: a spreadsheet has rounded them"
        raise InputError(rule, file, "ids", show_value(found[0]), _ADVICE)


def is_shortened(text: str) -> bool:
    """Whether an id is a number with digits left out, as spreadsheets show long ones."""
    return _SHORTENED.fullmatch(text) is not None


def rounded_id(text: str, place: str, key: str = "id") -> InputError:
    """What to raise for an id that :func:`is_shortened`, at its place in a file."""
    rule = "is a number without all its digits: a spreadsheet has rounded it"
    return InputError(rule, place, key, show_value(text), _ADVICE)


def written_ids(ids: list[Any], place: str) -> list[str]:
    """Ids as text; InputError where two that differ, such as 1 and "1", would be the same."""
    words = [str(each) for each in ids]
    if len(set(words)) < len(words):
        again = next(word for word, count in Counter(words).items() if count > 1)
        rule, value = "two ids are the same as text", show_value(again)
        raise InputError(rule, place, "id", value, "write .mapped, which keeps both")
    return words


#: What lines of comment can begin with, by the word people say for it.
COMMENTS: Final = {"#": b"#", "%": b"%", "#%": b"#%", "none": b""}
#: Both marks are looked for, and doubted, where nobody says.
_MARKS: Final = b"#%"
_IDS: Final = ("auto", "integer", "text")


@dataclass(frozen=True)
class TextOptions:
    """The options for reading a text file; None: decided from the file."""

    ids: str = "auto"
    #: Whether the first line of data holds names.
    header: bool | None = None
    #: One of ``cells.SEPARATORS``.
    separator: str | None = None
    #: One of ``COMMENTS``.
    comments: str | None = None

    def check(self) -> None:
        """InputError for a word that is none of those there are."""
        for key, value, words in (
            ("ids", self.ids, list(_IDS)),
            ("separator", self.separator, list(SEPARATORS)),
            ("comments", self.comments, list(COMMENTS)),
        ):
            if value is not None and value not in words:
                rule, advice = "there is no such word for it", nearest(str(value), words)
                raise InputError(rule, key=key, value=show_value(value), advice=advice)

    @property
    def marks(self) -> bytes:
        """The bytes that a line of comment can begin with."""
        return _MARKS if self.comments is None else COMMENTS[self.comments]

    def for_text_only(self) -> dict[str, object]:
        """The options given that only text has, by key."""
        given = {"header": self.header, "separator": self.separator, "comments": self.comments}
        return {key: value for key, value in given.items() if value is not None}


def check_slashes(bare: bytes, options: TextOptions, place: str) -> None:
    """InputError where a line begins with // and the option comments is not given."""
    if bare.startswith(b"//") and options.comments is None:
        rule = "looks like a comment, not like a follow"
        advice = (
            'begin comments with #, or say comments = "none" (--comments none) if ids begin with //'
        )
        raise InputError(rule, place, value=show_value(bare.decode()), advice=advice)


@dataclass(frozen=True)
class Shape:
    """How lines are cut."""

    separator: bytes
    #: Whether each line ends in a dict, as networkx writes it.
    attributes: bool = False

    @property
    def separator_name(self) -> str:
        """The word for the separator."""
        return next(name for name, each in SEPARATORS.items() if each == self.separator)

    def cells(self, bare: bytes) -> list[bytes] | None:
        """The cells of a bare line without attributes; None where it cannot be cut so."""
        if self.attributes:
            found = attributes_of(bare, self.separator)
            return None if found is None else cut(found[0], self.separator)
        return cut(bare, self.separator)
