"""The stream of events: what happened, one row each, in the order it happened.

A row (:data:`EVENT`) has

======== ======= ==========================================================================
field    dtype   meaning
======== ======= ==========================================================================
time     float64 hours since the start of the scenario, in [0, horizon)
kind     uint8   see :class:`Kind`
platform uint8   index of the platform
story    int32   index of the story, -1 where none
post     int32   the post this is about: the new one of a publish or share, the one read in
                 an expose, read or report, the one told no more in a stop, the target of an
                 action; -1 where none
account  int32   who did it (publisher, sharer, reader, reporter, who stops telling) or the
                 account acted upon
source   int32   the account it came from: author of the post that was read or shared, who
                 was met in a stop (-1: nobody); for an action the index of the intervention
                 in its policy, -1 when none, -2 - n when the n-th of the adversaries that buy
                 such things (from 0) bought it; for a payment the adversary's place
value    float64 publish: the planned index k; share: the post that was shared; expose: the
                 surface (index into ``Facts.surfaces``, 0 = feed; the last is a visit where
                 stories have visits); read: how many reads of
                 the story this makes; action: the verb (index into
                 :data:`~rumorsim.events.verbs.VERBS`); surface: the slot, 0 = left; stop: why
                 (index into :data:`STOPS`); withhold: 0 the account may not post, 1 it will not;
                 believe: 1 it does, 0 it is corrected; trust: what it is now; pay: money,
                 negative where it was taken in
======== ======= ==========================================================================

Posts are numbered 0, 1, 2 ... in the order they appear in the stream.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from operator import index
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.frames import Table, Tabular, of_one_type
from rumorsim.common.plurals import counted
from rumorsim.common.shown import shown_table
from rumorsim.events.treatment import Treatment
from rumorsim.events.verbs import VERBS

if TYPE_CHECKING:
    import pandas

__all__ = [
    "EVENT",
    "KIND_NAMES",
    "STOPS",
    "VERBS",
    "AdversaryFacts",
    "Batch",
    "Event",
    "Facts",
    "InterventionFacts",
    "Kind",
    "ObservationFacts",
    "StoryFacts",
    "StreamDigest",
]

EVENT: Final = np.dtype(
    [
        ("time", "<f8"),
        ("value", "<f8"),
        ("story", "<i4"),
        ("post", "<i4"),
        ("account", "<i4"),
        ("source", "<i4"),
        ("kind", "u1"),
        ("platform", "u1"),
    ],
    align=True,
)

#: The order of columns in files and in the digest.
COLUMNS: Final = ("time", "kind", "platform", "story", "post", "account", "source", "value")


class Kind(IntEnum):
    """What a row says happened."""

    PUBLISH = 0  #: a planned post of a story appeared
    SHARE = 1  #: an account shared a post; the share is a post of its own
    EXPOSE = 2  #: an account read a story for the first time
    READ = 3  #: an account read a post (logged only where a measure asks for it)
    REPORT = 4  #: a reader flagged a post
    ACTION = 5  #: the desk did something, see VERBS
    SURFACE = 6  #: a story entered, moved on or left a surface
    STOP = 7  #: an account tells a story no more (models of contacts)
    WITHHOLD = 8  #: a planned post of a story was not made
    BELIEVE = 9  #: an account comes to believe a story, or is corrected
    TRUST = 10  #: an account's trust in official sources changed
    #: Money changed hands (logged only where a measure asks for it): an adversary paid for a
    #: story, or took a ransom; without a story it was fined, and ``account`` gave it away.
    PAY = 11


#: The name of each kind, in the order of their codes.
KIND_NAMES: Final = tuple(kind.name.lower() for kind in Kind)

#: Why an account stops telling, in the order of the codes in ``value`` of a stop.
STOPS: Final = (
    "forgot",
    "recovered",
    "stifled",  # it met enough others who knew
    "stifled-by-another",  # another spreader met it
)


class Event(NamedTuple):
    """One row of the stream in plain Python values; ``kind`` is a name such as "share"."""

    time: float
    kind: str
    platform: int
    story: int
    post: int
    account: int
    source: int
    value: float


#: A row as plain bytes: copied as such, what pads it stays 0, and equal rows are equal bytes.
_BYTES: Final = np.dtype((np.void, EVENT.itemsize))


def _whole(rows: NDArray[np.void]) -> NDArray[np.void]:
    rows = np.ascontiguousarray(rows)
    return np.ndarray(rows.shape, _BYTES, rows)


def _events(whole: NDArray[np.void]) -> NDArray[np.void]:
    return np.ndarray(whole.shape, EVENT, whole)


class Batch(Tabular):
    """A stretch of the stream: columns of equal length, in order of time.

    ``batch.time``, ``batch.kind`` ... are one-dimensional arrays with the dtypes of
    :data:`EVENT`; ``len(batch)`` is the number of events; ``batch.only(Kind.SHARE)`` the
    batch of one kind; ``batch[0]`` and iteration give :class:`Event`. A batch is never changed
    once made. :meth:`frame` and ``polars.DataFrame(batch)`` are its tables, as is, more
    slowly, ``pandas.DataFrame(batch)``::

        batch = rumorsim.Simulation(scenario, seed=7).advance("12 h")
        batch.frame().groupby("kind").size()
    """

    __slots__ = ("_parts", "rows")

    def __init__(self, rows: NDArray[np.void] | None = None) -> None:
        self.rows = np.empty(0, EVENT) if rows is None else rows
        #: What was asked for with :meth:`only`: several measures ask for the same.
        self._parts: dict[tuple[Kind, ...], Batch] = {}

    def __reduce__(self) -> tuple[type[Batch], tuple[NDArray[np.void]]]:
        return Batch, (self.rows,)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        span = f", {self.time[0]:.3f} h to {self.time[-1]:.3f} h" if len(self) else ""
        return f"Batch({counted(len(self), 'event', spec='')}{span})"

    def _repr_html_(self) -> str:
        return shown_table(repr(self), COLUMNS, [list(event) for event in self[:10]])

    @property
    def time(self) -> NDArray[np.float64]:
        """Hours since the start of the scenario (float64)."""
        return self.rows["time"]

    @property
    def kind(self) -> NDArray[np.uint8]:
        """Number of the :class:`Kind` of each event (uint8)."""
        return self.rows["kind"]

    @property
    def platform(self) -> NDArray[np.uint8]:
        """Number of the platform of the account (uint8)."""
        return self.rows["platform"]

    @property
    def story(self) -> NDArray[np.int32]:
        """Number of the story, -1 for none (int32)."""
        return self.rows["story"]

    @property
    def post(self) -> NDArray[np.int32]:
        """Number of the post, -1 for none (int32)."""
        return self.rows["post"]

    @property
    def account(self) -> NDArray[np.int32]:
        """Number of the account that acted or was acted upon (int32)."""
        return self.rows["account"]

    @property
    def source(self) -> NDArray[np.int32]:
        """Author of the post that was read or shared; its meaning depends on the kind (int32)."""
        return self.rows["source"]

    @property
    def value(self) -> NDArray[np.float64]:
        """Number whose meaning depends on the kind, such as the post that was shared (float64)."""
        return self.rows["value"]

    def only(self, *kinds: Kind) -> Batch:
        """The events of these kinds, in the same order."""
        if kinds in self._parts:
            return self._parts[kinds]
        own = self.kind
        wanted = own == int(kinds[0])  # numpy asks an enumeration for a dozen attributes first
        for kind in kinds[1:]:
            wanted |= own == int(kind)
        places = wanted.nonzero()[0]
        if len(places) == len(self):
            return self
        part = Batch(_events(_whole(self.rows).take(places)))
        self._parts[kinds] = part
        return part

    @overload
    def __getitem__(self, part: int) -> Event: ...
    @overload
    def __getitem__(self, part: slice) -> Batch: ...
    def __getitem__(self, part: int | slice) -> Event | Batch:
        if isinstance(part, slice):
            return Batch(self.rows[part])
        place = index(part)
        return next(iter(Batch(self.rows[[place]])))

    def __iter__(self) -> Iterator[Event]:
        lists = [self.rows[name].tolist() for name in COLUMNS]
        for time, kind, *others in zip(*lists, strict=True):
            yield Event(time, KIND_NAMES[kind], *others)

    def table(self, ids: NDArray[Any] | Sequence[Any] | None = None) -> Table:
        """All columns, kinds as words; with ``ids`` those of :meth:`original_ids` too."""
        more = {} if ids is None else self.original_ids(ids)
        columns = self.columns() | {name: of_one_type(each) for name, each in more.items()}
        return Table(columns, {"kind": KIND_NAMES})

    def frame(self, ids: NDArray[Any] | Sequence[Any] | None = None) -> pandas.DataFrame:
        """The events as a pandas frame, a column each, kinds as categories by name.

        With ``ids`` it has the columns of :meth:`original_ids` too.
        InputError where pandas, of the extra ``[data]``, is not installed.
        """
        return self.table(ids).pandas()

    def original_ids(self, ids: NDArray[Any] | Sequence[Any]) -> dict[str, NDArray[Any]]:
        """The columns ``account_id`` and ``source_id``: None where there is no account.

        ``ids`` by account number are ``world.ids`` or ``facts.account_ids``. The source of an
        action or a payment is no account.
        """
        known = np.empty(len(ids) + 1, object)
        known[:-1] = ids.tolist() if isinstance(ids, np.ndarray) else list(ids)
        source = np.where(np.isin(self.kind, (Kind.ACTION, Kind.PAY)), -1, self.source)
        return {"account_id": known[self.account], "source_id": known[np.maximum(source, -1)]}

    def columns(self) -> dict[str, NDArray[Any]]:
        """Contiguous copies of the columns, by name, in file order."""
        return {name: np.ascontiguousarray(self.rows[name]) for name in COLUMNS}

    def records(self, ids: NDArray[Any] | Sequence[Any] | None = None) -> Iterator[dict[str, Any]]:
        """Each event as a dict of plain Python values, ``kind`` by its name.

        With ``ids`` it has the keys of :meth:`original_ids` too.
        """
        more = {} if ids is None else self.original_ids(ids)
        for place, event in enumerate(self):
            yield event._asdict() | {name: column[place] for name, column in more.items()}

    def copied(self) -> Batch:
        """The same events in memory of their own."""
        return Batch(_events(_whole(self.rows).copy()))

    @staticmethod
    def joined(batches: list[Batch]) -> Batch:
        """One batch of several, in the order given."""
        some = [batch for batch in batches if len(batch)]
        if len(some) == 1:
            return some[0]
        if not some:
            return Batch()
        return Batch(_events(np.concatenate([_whole(each.rows) for each in some])))


class StreamDigest:
    """SHA-256 over the event rows, whatever batches they come in.

    One hash a column (canonical little-endian bytes), then one over the column names,
    their hashes and the number of events.
    """

    def __init__(self) -> None:
        self._hashes = {name: hashlib.sha256() for name in COLUMNS}
        self.count = 0

    def update(self, batch: Batch) -> None:
        """Add the events of ``batch`` to the digest."""
        if not len(batch):
            return
        for name, column in batch.columns().items():
            self._hashes[name].update(column.astype(EVENT[name], copy=False).tobytes())
        self.count += len(batch)

    def hexdigest(self) -> str:
        """SHA-256 of all events so far, as 64 hexadecimal digits."""
        whole = hashlib.sha256(f"events {self.count}".encode())
        for name, part in self._hashes.items():
            whole.update(name.encode() + part.digest())
        return whole.hexdigest()


@dataclass(frozen=True)
class StoryFacts:
    """What measures may know of a story."""

    name: str
    truth: bool
    category: str
    answers: str | None = None  #: name of the story this one corrects


@dataclass(frozen=True)
class InterventionFacts:
    """What measures may know of one intervention of the policy, by its place in it."""

    label: str
    kind: str
    target: str  #: "account", "post" or "story"
    judge: str = "truth"  #: what makes a target guilty: "truth", "category" or "kind"
    categories: tuple[str, ...] = ()  #: the categories it looks at; empty = all
    reviewers: int = 0  #: people who review its cases; 0 = no queue
    guilty_kinds: tuple[str, ...] = ()  #: the kinds of accounts that are guilty by "kind"
    keeps: float = 0.0  #: the share of its earnings that an account it demonetises keeps


@dataclass(frozen=True)
class AdversaryFacts:
    """What measures may know of one adversary of the scenario, by its place in it."""

    kind: str
    buys: bool = False  #: it has the desk do something


@dataclass(frozen=True, eq=False)
class ObservedTotals:
    """What was observed of each story that a replay keeps, int64 [stories] each.

    ``audience`` sums the followers of who posted over all posts.
    """

    shares: NDArray[np.int64]
    audience: NDArray[np.int64]


@dataclass(frozen=True)
class ObservationFacts:
    """Which cascades a data set of this world would hold; by default all, whole.

    First every share made more than ``age`` hours after its original is left out (None: none
    is); then a cascade is held if what is left has at least ``fewest`` and at most ``most``
    shares (None: any number). ``statistics`` names statistics of spread of other packages that are
    to be taken beside ours.
    """

    fewest: int = 0
    most: int | None = None
    age: float | None = None
    statistics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What measures may know of the world before the first event.

    ``person`` and ``kind`` have shape [accounts]: the person behind each account (int32)
    and the index of its kind in ``kinds`` (int16). ``followers`` counts each account's
    followers at the start (int32). ``platform`` (uint8) indexes ``platforms``; ``origin``
    (int32) is the account itself, or for one laid out for a person who comes back the account
    that it may succeed. ``trust`` in official sources at the start and ``earnings`` (money by
    1,000 reads) are float64. These four are filled in where they are not given. ``surfaces``
    names what the value of an expose event points to. ``ids`` are the ids that accounts have in
    the graph they came from (whole numbers, or objects that are text or whole numbers); None
    where these are the numbers of ``origin``. ``prices`` are what an action costs by
    its verb, 1 where none is named. ``follows`` are the follow graph's rows (offsets,
    followers), where it is at hand: a saved stream does not keep them.
    """

    accounts: int
    horizon: float
    stories: tuple[StoryFacts, ...]
    person: NDArray[np.int32]
    kind: NDArray[np.int16]
    followers: NDArray[np.int32]
    kinds: tuple[str, ...] = ("ordinary",)
    platforms: tuple[str, ...] = ("platform",)
    platform: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    origin: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    ids: NDArray[Any] | None = None
    trust: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    earnings: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    follows: tuple[NDArray[np.int64], NDArray[np.int32]] | None = None
    prices: Mapping[str, float] = field(default_factory=dict)
    surfaces: tuple[str, ...] = ("feed", "trending")
    policy: str = "none"
    seed: int = 0
    interventions: tuple[InterventionFacts, ...] = ()
    adversaries: tuple[AdversaryFacts, ...] = ()
    start: str = ""
    #: What was observed, in a replay.
    observed: ObservedTotals | None = None
    #: Which cascades a data set would hold; None where nothing is said of one.
    observation: ObservationFacts | None = None
    #: Who is treated when, in an experiment.
    treatment: Treatment = field(default_factory=Treatment.nobody)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.platform):
            object.__setattr__(self, "platform", np.zeros(self.accounts, np.uint8))
        if not len(self.origin):
            object.__setattr__(self, "origin", np.arange(self.accounts, dtype=np.int32))
        if not len(self.trust):
            object.__setattr__(self, "trust", np.ones(self.accounts))
        if not len(self.earnings):
            object.__setattr__(self, "earnings", np.zeros(self.accounts))

    @property
    def account_ids(self) -> NDArray[Any]:
        """The original id of each account, by its number; [accounts].

        Whole numbers (int64), or objects that are text or whole numbers. Who may come back
        later has the id of the account that it succeeds.
        """
        return self.origin if self.ids is None else self.ids
