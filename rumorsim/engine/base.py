"""What both engines share: SimPy's clock with absolute times, the log, the watch."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np
import simpy
from numpy.typing import ArrayLike
from simpy.events import URGENT
from typing_extensions import override

from rumorsim.engine.kernels.acting import Act
from rumorsim.engine.kernels.records import REPEAT
from rumorsim.events.stream import EVENT, Batch, Kind
from rumorsim.world.levers import Moment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rumorsim.world.levers import Levers
    from rumorsim.world.world import World

__all__ = ["PUBLIC", "UNPLANNED", "CascadeEnvironment", "Engine"]

#: SimPy priorities 0 and 1 are the platform's; the public comes after, by its own order.
PUBLIC = 2
#: Publications outside the plan have k from here on.
UNPLANNED = 2**22


class CascadeEnvironment(simpy.Environment):
    """SimPy's environment whose events can be put at an exact time.

    SimPy adds a delay to the present; in floating point the sum may miss the time meant.
    """

    def __init__(self) -> None:
        super().__init__()
        self._begun: WeakSet[simpy.Process] = WeakSet()

    @override
    def process(self, generator: Generator[Any, Any, Any]) -> simpy.Process:
        process = simpy.Process(self, generator)
        self._begun.add(process)
        return process

    def end(self) -> None:
        """Let nothing happen any more: every process is closed where it waits.

        Processes, what they wait for and their local variables refer to each other in circles.
        """
        with ExitStack() as closing:
            for process in self._begun:
                closing.callback(process._generator.close)
        self._begun.clear()
        self._queue.clear()

    def schedule_at(self, event: simpy.Event, time: float, priority: int = 1) -> None:
        """Let a triggered ``event`` be processed at exactly ``time``."""
        queue: list[Any] = self._queue
        heapq.heappush(queue, (time, priority, next(self._eid), event))

    def timeout_until(self, time: float, value: Any = None) -> simpy.Event:
        """An event at exactly ``time`` hours; ValueError where that is past."""
        if time < self._now:
            raise ValueError(f"{time} h is past: it is {self._now} h")
        event = simpy.Event(self)
        event._ok, event._value = True, value
        self.schedule_at(event, time)
        return event

    def run_until(self, time: float) -> None:
        """Run everything strictly before ``time`` and set the clock to it."""
        stop = simpy.Event(self)
        stop._ok, stop._value = True, None
        self.schedule_at(stop, time, URGENT)
        self.run(until=stop)


class Engine:
    """Base of the engines: a world, a clock, a log of events, and a watch on counts."""

    name: str

    def __init__(
        self, world: World, env: CascadeEnvironment, log: NDArray[np.void] | None = None
    ) -> None:
        self.world = world
        self.env = env
        self._callbacks: dict[tuple[int, int], list[Callable[[int, int], None]]] = defaultdict(list)
        self._listener: Callable[[Batch], None] | None = None
        self.log = np.zeros(4096, EVENT) if log is None else log
        #: The event of the public that woke the platform last.
        self._woken = Moment(-1.0)

    def __reduce_ex__(self, _protocol: Any) -> Any:
        raise TypeError("a running engine cannot be copied or pickled: use simulation.fork()")

    # -- the log --------------------------------------------------------------------

    @property
    def logged(self) -> int:
        """Events in the log that were not handed over yet."""
        raise NotImplementedError

    @logged.setter
    def logged(self, count: int) -> None:
        raise NotImplementedError

    def write(
        self,
        kind: Kind,
        story: int,
        post: int,
        account: int,
        source: int,
        value: float,
        platform: int = 0,
    ) -> None:
        """Log something the platform did, now; ``platform`` counts where no account is named."""
        if self.logged == len(self.log):
            self.flush()
        if account >= 0:
            platform = int(self.world.platform[account])
        self.log[self.logged] = (
            self.env.now,
            value,
            story,
            post,
            account,
            source,
            int(kind),
            platform,
        )
        self.logged += 1

    def write_surface(self, story: int, surface: int, slot: int) -> None:
        """Log that a story moved to ``slot`` of a surface (0: it left), or was pushed (1)."""
        self.write(Kind.SURFACE, story, -1, -1, surface, float(slot))

    def listen(self, listener: Callable[[Batch], None]) -> None:
        """Hand every batch to ``listener`` when the log is full or :meth:`flush` is called."""
        self._listener = listener

    def flush(self) -> None:
        """Hand over what is in the log."""
        if self.logged:
            batch = Batch(self.log[: self.logged]).copied()
            self.logged = 0
            if self._listener is not None:
                self._listener(batch)

    def late_exposures(self, levers: Levers) -> Batch:
        """The first reads so far, where ``feed.exposures`` is late, in order of time."""
        raise NotImplementedError

    def late_reach(self, levers: Levers) -> NDArray[np.int64]:
        """How many :meth:`late_exposures` each story has; int64 [stories]."""
        return np.bincount(self.late_exposures(levers).story, minlength=len(self.world.stories))

    def would_share(
        self,
        posts: NDArray[np.int64],
        readers: NDArray[np.int64],
        times: NDArray[np.float64],
        counts: NDArray[np.int64],
        followed: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Whether each of these reads leads to a share by a reader who has not shared yet.

        All arrays are [reads]: the post read, its reader, the hour, how many reads of the story
        this makes, and whether it came along a follow. Chances are those under the levers and
        beliefs of now; the coin is that of the read's address, whatever happened before.
        """
        raise NotImplementedError

    def end(self) -> None:
        """Let go of all that waits for something to happen here; what did happen stays.

        Otherwise the arrays of a run would be freed at some later garbage collection.
        """
        self.env.end()
        self._callbacks.clear()
        self._listener = None

    # -- the watch ------------------------------------------------------------------

    def subscribe(self, what: int, threshold: int, callback: Callable[[int, int], None]) -> None:
        """Call ``callback(target, count)`` when a count of kind ``what`` comes to ``threshold``.

        The call happens at the end of the check-in (or look, or publication) that did it.
        """
        self._callbacks[what, threshold].append(callback)

    def _call_back(self, hits: Any) -> None:
        """Call back for each of ``hits`` (what, target, count), in order."""
        for what, target, count in hits:
            for callback in tuple(self._callbacks.get((what, count), ())):
                callback(target, count)

    def moment(self) -> Moment:
        """How far the public has come: not into this moment, unless an event of it woke us."""
        posts = self.world.posts_made
        if self._woken.time == self.env.now:
            return self._woken._replace(posts=posts)
        return Moment(float(self.env.now), posts=posts)

    def levers_moved(self) -> None:
        """Hear that a lever was moved."""

    # -- acts among the public, for SimPy processes: now ----------------------------

    def notify(self, post: int, accounts: ArrayLike, surface: int) -> None:
        """Each of ``accounts`` reads the post now, if it can be seen, at a surface.

        ValueError with late exposures, which know of deliveries alone.
        """
        if self.world.rules.late:
            raise ValueError("with late exposures nobody can be shown a post")
        self._act(Act.NOTIFY, post, accounts, surface + 1)

    def share_now(self, post: int, account: int) -> int:
        """The account shares the post now, whatever it thinks of it; the new post, or -1.

        -1 where it may not post, has shared the story before or cannot see the post.
        """
        before = self.world.posts_made
        self._act(Act.RESHARE, post, [account])
        return before if self.world.posts_made > before else -1

    def report_now(self, post: int, account: int) -> bool:
        """The account reports the post now; False where it has, may not or cannot see it."""
        before = int(self.world.posts["reports"][post])
        self._act(Act.REPORT, post, [account])
        return int(self.world.posts["reports"][post]) > before

    def publish_now(self, author: int, story: int, k: int) -> int:
        """The account publishes a story now, outside the plan; the post, or -1.

        ``k`` is part of the post's address: from :data:`UNPLANNED` on, each used once by an
        author for a story. -1 where nobody may or will post it.
        """
        if not UNPLANNED <= k < REPEAT:
            raise ValueError(f"k must be in [{UNPLANNED}, {REPEAT}), not {k}")
        before = self.world.posts_made
        self._publish_now(author, story, k)
        return before if self.world.posts_made > before else -1

    def witness(self, account: int) -> None:
        """The followers of an account see it closed: trust and the will to post may change."""
        rules = self.world.rules
        if rules.trust_closure != 0 or rules.chilling > 0:
            row = int(self.world.reserve.origin[account])
            self._act(Act.WITNESS, account, self.world.graph.followers_of(row))

    def promote(self, story: int, on: bool) -> None:
        """Give a story a pinned slot of the trending lists that have one, or take it away."""
        self.world.stories["promoted"][story] = on

    def _act(self, what: Act, number: int, accounts: ArrayLike, surface: int = 0) -> None:
        raise NotImplementedError

    def _publish_now(self, author: int, story: int, k: int) -> None:
        raise NotImplementedError

    # -- the clock ------------------------------------------------------------------

    def start(self) -> None:
        """Put the public's first events on the agenda. Once, before :meth:`run_until`."""
        raise NotImplementedError

    def run_until(self, time: float) -> None:
        """Everything in [now, time) happens; the log is handed over."""
        if time > self.env.now:
            self.env.run_until(time)
        self.flush()

    def look_at(self, surface: int, on: bool) -> None:
        """Start or stop the looks at a surface, now."""
        raise NotImplementedError

    def process(self, generator: Generator[Any, Any, Any]) -> Any:
        """Start a SimPy process."""
        return self.env.process(generator)
