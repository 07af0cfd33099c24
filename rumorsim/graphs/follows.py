"""The follow graph: for every account its followers, in compressed sparse rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.plurals import counted
from rumorsim.common.randomness import parts_of
from rumorsim.common.shown import Shown, listed
from rumorsim.graphs.arrays import SCAN, forget

#: From so many follows on they are gone through in parts.
_MANY: Final = 1 << 25
#: Follows that are counted at a time: some for each account of a large platform.
_COUNTED: Final = 1 << 24


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only view, so that the caller's own array stays writable."""
    view = array.view()
    view.setflags(write=False)
    return view


@dataclass(frozen=True, eq=False, repr=False)
class FollowGraph(Shown):
    """Who follows whom, among accounts 0..N-1, and what is known about each account.

    A follow is an edge followee -> follower, the way information travels. Arrays are
    read-only; with them the graph takes 4 bytes per follow and 8 per account (12 bytes per
    follow with weights). Pickles and copies stay read-only.
    """

    #: int64[N + 1]: the followers of account a are ``followers[offsets[a]:offsets[a + 1]]``.
    offsets: NDArray[np.int64]
    #: int32[M]: ascending within one account's row, none twice, never the account itself.
    followers: NDArray[np.int32]
    #: [N]: the original id of each account (int64, uint64, str or object); None for 0..N-1.
    ids: NDArray[Any] | None = None
    #: Attributes of accounts by name, each an array of length N.
    attributes: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    #: float64[M], aligned with ``followers``; None when follows have no weight.
    weights: NDArray[np.float64] | None = None
    #: Follows of an account by itself, dropped while building.
    self_loops: int = 0
    #: Repeated follows, dropped while building (the first one's weight is kept).
    duplicates: int = 0
    #: How the file it comes from was understood; None for graphs that are not from a list.
    read_as: ReadAs | None = None

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "offsets", _frozen(np.ascontiguousarray(self.offsets, np.int64)))
        set_field(self, "followers", _frozen(np.ascontiguousarray(self.followers, np.int32)))
        if self.ids is not None:
            set_field(self, "ids", _frozen(self.ids))
        if self.weights is not None:
            set_field(self, "weights", _frozen(np.ascontiguousarray(self.weights, np.float64)))
        set_field(self, "attributes", {k: _frozen(v) for k, v in self.attributes.items()})

    def __reduce__(self) -> tuple[type[FollowGraph], tuple[Any, ...]]:
        return type(self), tuple(getattr(self, each.name) for each in fields(self))

    @property
    def accounts(self) -> int:
        """How many accounts there are, N."""
        return self.offsets.size - 1

    @property
    def follows(self) -> int:
        """How many follows there are, M."""
        return self.followers.size

    @property
    def mean_followers(self) -> float:
        """Followers per account, M / N; 0 for a graph without accounts."""
        return self.follows / self.accounts if self.accounts else 0.0

    def followers_of(self, account: int) -> NDArray[np.int32]:
        """The followers of ``account``, ascending; int32, a read-only view."""
        if not 0 <= account < self.accounts:
            raise IndexError(f"account {account} is outside [0, {self.accounts})")
        return self.followers[self.offsets[account] : self.offsets[account + 1]]

    def followees(self) -> NDArray[np.int32]:
        """The followed account of each follow, aligned with ``followers``; int32[M]."""
        return np.repeat(np.arange(self.accounts, dtype=np.int32), self.follower_counts())

    @property
    def most_followers(self) -> int:
        """The number of followers of the most followed account, 0 without any."""
        ends = (self.offsets[part.start : part.stop + 1] for part in parts_of(self.accounts))
        return max((int(np.diff(each).max()) for each in ends), default=0)

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        most = int(self.follower_counts().max(initial=0))
        return [
            ("accounts", f"{self.accounts:,}"),
            ("follows", f"{self.follows:,}, most followers {most:,}"),
            ("weights", "none" if self.weights is None else "one per follow"),
            ("ids", "0, 1, 2 ..." if self.ids is None else listed(self.ids[:9].tolist(), 8)),
            ("attributes", listed(self.attributes) or "none"),
        ]

    def follower_counts(self) -> NDArray[np.int64]:
        """How many followers each account has; int64[N]."""
        return np.diff(self.offsets)

    def followee_counts(self) -> NDArray[np.int64]:
        """How many accounts each account follows; int64[N]."""
        if self.follows < _MANY:
            return np.bincount(self.followers, minlength=self.accounts).astype(np.int64, copy=False)
        return self._many_followee_counts.astype(np.int64)

    @cached_property
    def _many_followee_counts(self) -> NDArray[np.int32]:
        """How many accounts each account follows, kept: all follows are gone through for it."""
        from rumorsim.engine.kernels.csr import counted_columns

        # NumPy would make a copy of all of them, of twice the size.
        counts = np.zeros(self.accounts, np.int32)
        for start in range(0, self.follows, _COUNTED):
            counted_columns(self.followers[start : start + _COUNTED], counts)
            forget(self.followers, start)
        return counts

    def id_of(self, account: int) -> Any:
        """The original id of ``account`` as a Python object."""
        if not 0 <= account < self.accounts:
            raise IndexError(f"account {account} is outside [0, {self.accounts})")
        if self.ids is None:
            return int(account)
        value = self.ids[account]
        return value.item() if isinstance(value, np.generic) else value

    def id_list(self) -> list[Any]:
        """The original ids of all accounts, in order, as Python objects."""
        return list(range(self.accounts)) if self.ids is None else self.ids.tolist()

    @cached_property
    def plain_ids(self) -> NDArray[Any] | None:
        """The ids as files can hold them: whole numbers and text; None where they are 0..N-1.

        Anything else, such as a pair, is the text that Python shows of it.
        """
        if self.ids is None or self.ids.dtype.kind in "iuU":
            return self.ids
        ids = self.ids.tolist()
        plain = np.empty(len(ids), object)
        plain[:] = [
            each if type(each) is int else str(each).encode("utf-8", "backslashreplace").decode()
            for each in ids
        ]
        return self.ids if plain.tolist() == ids else plain

    @cached_property
    def _places(self) -> dict[Any, int]:
        return {} if self.ids is None else {each: i for i, each in enumerate(self.ids.tolist())}

    def index_of(self, id: Any) -> int:
        """The account whose original id is ``id``; InputError when there is none."""
        value = id.item() if isinstance(id, np.generic) else id
        found: int | None = None
        if self.ids is None and isinstance(value, int) and not isinstance(value, bool):
            found = value if 0 <= value < self.accounts else None
        elif self.ids is not None:
            with suppress(TypeError):
                found = self._places.get(value)
        if found is None:
            rule, advice = "no account has this id", self._id_advice(value)
            raise InputError(rule, "", "id", show_value(value), advice)
        return found

    def _id_advice(self, value: Any) -> str:
        if self.ids is None:
            return f"ids are the whole numbers 0 to {self.accounts - 1}"
        if isinstance(value, str) and self.accounts <= 10_000:
            return nearest(value, [str(each) for each in self.ids.tolist()])[:200]
        first = ", ".join(show_value(each) for each in self.ids[:3].tolist())
        return f"the graph has {counted(self.accounts, 'id')}, such as {first}"

    def digest(self) -> str:
        """SHA-256 (hex) over little-endian offsets, followers and, if any, weights."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        # Every result names it, and to hash a large graph takes longer than a small run.
        digest = hashlib.sha256()
        for values, kind in ((self.offsets, "<i8"), (self.followers, "<i4"), (self.weights, "<f8")):
            for start in range(0, 0 if values is None else values.size, SCAN):
                part = values[start : start + SCAN]  # type: ignore[index]
                digest.update(np.ascontiguousarray(part, kind).data)
                forget(values, start)  # type: ignore[arg-type]
        return digest.hexdigest()

    def equals(self, other: FollowGraph) -> bool:
        """Whether follows, weights, ids and attributes are the same (not what was dropped)."""
        return (
            self.digest() == other.digest()
            and (self.weights is None) == (other.weights is None)
            and _same(self.ids, other.ids)
            and self.attributes.keys() == other.attributes.keys()
            and all(_same(v, other.attributes[k]) for k, v in self.attributes.items())
        )

    def validate(self) -> None:
        """Check every promise of the fields; ValueError naming the first one broken."""
        from rumorsim.engine.kernels.csr import first_bad_row

        def promise(holds: object, rule: str) -> None:
            if not holds:
                raise ValueError(rule)

        offsets, n, ids, weights = self.offsets, self.accounts, self.ids, self.weights
        whole = n >= 0 and offsets[0] == 0 and offsets[-1] == self.followers.size
        promise(whole, "offsets must start at 0 and end at the number of follows")
        promise(n < 2**31, "there can be at most 2**31 - 1 accounts")
        promise(np.all(np.diff(offsets) >= 0), "offsets must not fall")
        if ids is not None:
            promise(len(ids) == n, f"ids must have length {n}, not {len(ids)}")
            promise(len(set(ids.tolist())) == n, "ids must be distinct")
        for name, values in self.attributes.items():
            rule = f"attribute {name!r} must have length {n}, not {len(values)}"
            promise(len(values) == n, rule)
        if weights is not None:
            same = weights.shape == self.followers.shape
            promise(same, "weights must have one value for each follow")
            fitting = np.all(np.isfinite(weights)) and not np.any(weights < 0)
            promise(fitting, "weights must be finite and not negative")
        bad = int(first_bad_row(offsets, self.followers, n))
        promise(bad < 0, f"followers of account {bad} are not ascending, distinct and others")


def _same(one: NDArray[Any] | None, two: NDArray[Any] | None) -> bool:
    """Equal arrays, where NaN equals NaN and the width of a text type does not matter."""
    if one is None or two is None:
        return one is two
    if one.shape != two.shape:
        return False
    if one.dtype.kind == "f" and two.dtype.kind == "f":
        return bool(np.array_equal(one, two, equal_nan=True))
    pairs = zip(one.tolist(), two.tolist(), strict=True)
    return all(a == b or (a != a and b != b) for a, b in pairs)


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

    def as_sentence(self) -> str:
        """All of it in one sentence."""
        separator = (self.separator or "").removesuffix("s")
        parts = [f"{separator}-separated text" if separator else self.format]
        if self.header_line is not None:
            line = f"line {self.header_line} is a header"
            parts.append(line if self.header_line else "no header")
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


_IDS = {"integer": "whole numbers", "text": "text", "mixed": "whole numbers and text"}
