"""What the columns of a file of follows hold: "follower followee", and its relatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rumorsim.errors import Fault, InputError, nearest, show_value

__all__ = ["COLUMNS_ADVICE", "Columns", "parse_columns"]

#: What to do where nobody says what the columns hold.
COLUMNS_ADVICE = (
    'say "follower followee" or "followee follower", as the columns are, or both_ways'
    " (--both-ways) if each line stands for two follows"
)

_WORDS = ("follower", "followee", "weight")
_FORMS = (
    "follower followee",
    "followee follower",
    "follower followee weight",
    "followee follower weight",
)


@dataclass(frozen=True)
class Columns:
    """The columns a person named: by order, or by the names in the file's header."""

    #: What each column holds, in order: "follower" and "followee", then perhaps "weight".
    words: tuple[str, ...]
    #: The header's name for each, when columns are named; else empty.
    names: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """Which of the two ends comes first, as ``from_edges`` wants it."""
        return " ".join(word for word in self.words if word != "weight")

    @property
    def weighted(self) -> bool:
        """Whether there is a column of weights."""
        return "weight" in self.words

    def places(self, header: Sequence[str] | None, *, file: str) -> list[int]:
        """Where in a row each of ``words`` is found, given the file's header if it has one.

        Named columns are found by name; so are the words themselves where a header has
        them, after making sure that it has the two ends in the order given. InputError,
        naming ``file``, when it has the reverse or lacks a name.
        """
        found = [name.strip() for name in header or ()]
        if not self.names:
            lower = [name.lower() for name in found]
            self._agree(lower, file)
            if not self.named_in(found):
                return list(range(len(self.words)))
            return [lower.index(word) for word in self.words]
        for name in self.names:
            if name not in found:
                raise InputError(
                    Fault(
                        "there is no such column",
                        file=file,
                        key="columns",
                        value=show_value(name),
                        advice=nearest(name, found[:20]),
                    )
                )
        return [found.index(name) for name in self.names]

    def named_in(self, header: Sequence[str]) -> bool:
        """Whether columns go by the names in ``header``, so that others may stand among them."""
        lower = {name.strip().lower() for name in header}
        return bool(self.names) or set(self.words) <= lower

    def _agree(self, header: Sequence[str], place: str) -> None:
        ends = [word for word in header if word in _WORDS[:2]]
        if sorted(ends) == ["followee", "follower"] and " ".join(ends) != self.direction:
            raise InputError(
                Fault(
                    f'the header says "{" ".join(ends)}"',
                    file=place,
                    key="columns",
                    value=show_value(self.direction),
                    advice="give the order of the header, or change the header if it is wrong",
                )
            )


def parse_columns(columns: str, *, key: str = "columns") -> Columns:
    """Read "follower followee [weight]", its reverse, or "follower=NAME followee=NAME ..."."""
    if not isinstance(columns, str):
        raise InputError(
            Fault(
                "must be text",
                key=key,
                value=show_value(columns),
                advice='such as "follower followee"',
            )
        )
    parts = columns.replace(",", " ").split() if "=" not in columns else columns.split()
    pairs = [part.partition("=") for part in parts]
    words = tuple(word for word, _, _ in pairs)
    if not _well_formed(words):
        raise InputError(
            Fault(
                "must say which column holds the follower and which the followee",
                key=key,
                value=show_value(columns),
                advice=nearest(columns, _FORMS),
            )
        )
    named = [bool(equals) for _, equals, _ in pairs]
    if not any(named):
        return Columns(words)
    names = tuple(name for _, _, name in pairs)
    if not all(names) or len(set(names)) != len(names):
        raise InputError(
            Fault(
                "every column needs its own name once one has it",
                key=key,
                value=show_value(columns),
                advice='such as "follower=source followee=target"',
            )
        )
    return Columns(words, names)


def _well_formed(words: tuple[str, ...]) -> bool:
    ends = sorted(words[:2]) == ["followee", "follower"]
    return ends and (len(words) == 2 or (len(words) == 3 and words[2] == "weight"))
