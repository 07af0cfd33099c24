"""The fast engine: SimPy owns the clock, a compiled kernel fills the gaps.

``FastEnvironment.step`` lets the kernel run strictly before SimPy's next event, then takes
that event: the shape of SimPy's own ``RealtimeEnvironment``, which sleeps where this works.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import ref

import numpy as np
from typing_extensions import override

from rumorsim.engine.base import CascadeEnvironment, Engine
from rumorsim.engine.kernels import records
from rumorsim.engine.kernels.acting import Act, act, compile_rest, publish_now
from rumorsim.engine.kernels.advance import advance
from rumorsim.engine.kernels.agenda import CHUNK
from rumorsim.engine.kernels.exposure_table import rehash
from rumorsim.engine.kernels.looks import arm
from rumorsim.engine.kernels.records import Reason, grown
from rumorsim.engine.late import delays_are_positive, late_exposures, late_reach
from rumorsim.engine.room import Room, empty_exposures, keep, room_for
from rumorsim.engine.share_factors import SHARE_FACTORS
from rumorsim.events.stream import Batch, Kind
from rumorsim.world.levers import CEILINGS, Moment

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from rumorsim.world.levers import Levers
    from rumorsim.world.world import World

__all__ = ["FastEngine", "FastEnvironment"]


#: Settings of the rules that the memory record holds, and arrays that it names.
_SETTINGS: Final = (
    "by_delay",
    "attention",
    "log_reads",
    "crowd",
    "most_trust",
    "trust_closure",
    "chilling",
    "chilling_floor",
    "visited",
)
_TABLES: Final = (
    "curve",
    "weights",
    "receptivity",
    "publications",
    "tables",
    "templates",
    "responses",
    "ranks",
    "reinforcement",
    "corrections",
    "alias",
    "members",
    "visitors",
    "visitor_ends",
    "visitor_sums",
    "crosspost",
    "trust_began",
)


class Bound(NamedTuple):
    """A memory record before the first event, and the arrays it names that outlast its world."""

    memory: Any
    shown: Mapping[str, Any]

    @classmethod
    def of(cls, memory: Any, shown: Mapping[str, Any], lasting: Mapping[str, Any]) -> Bound:
        """What of it the next world of the same layout has as well."""
        kept = {n: a for n, a in shown.items() if not a.size or a is lasting.get(n)}
        return cls(memory.copy(), kept)


class FastEnvironment(CascadeEnvironment):
    """SimPy's environment with a compiled public between its events."""

    def __init__(self, engine: FastEngine) -> None:
        super().__init__()
        # The engine has its environment: a run is freed at once only without circles.
        self._engine = ref(engine)

    @override
    def step(self) -> None:
        """The public up to SimPy's next event, then that event."""
        engine = self._engine()
        assert engine is not None, "an environment is run by its engine"
        if not engine.public_until(self.peek()):
            super().step()


class FastEngine(Engine):
    """The compiled engine."""

    name = "fast"
    _room: Room

    def __init__(
        self, world: World, *, pool: int = 0, log: int = 16384, exposures: int = 4096
    ) -> None:
        if world.evidence is not None:
            # About as many as there will be, as nobody else is known to read.
            exposures = max(exposures, 1 << (3 * len(world.evidence.reads)).bit_length())
        pool = pool or max(1024, world.graph.accounts // 16)
        spans = round(world.horizon / world.rules.bucket_width) + 2
        self._room = room_for(pool, spans, len(world.looks), log, exposures)
        super().__init__(world, FastEnvironment(self), self._room.log)
        self.rules = world.rules
        self.memory = world.memory
        self._thresholds = np.zeros((9, 1), dtype=np.int64)
        # Only models beside the feed have spreaders.
        self._told = np.zeros(0, np.int32)
        self._repeats = bool((self.rules.templates["again"] > 0).any())
        self._shares = np.zeros(0, records.SHARES)
        # What was observed is of one world alone.
        lasting = world.evidence is None
        known: Bound | None = world.kept.get("bound") if lasting else None
        #: The arrays that the memory record names, by their names there.
        self._shown: dict[str, Any] = {}
        if known is not None:
            self.memory[:] = known.memory
            self._shown.update(known.shown)
        self._bind_rules()
        self._bind()
        if known is None and lasting:
            world.kept["bound"] = Bound.of(self.memory, self._shown, self._lasting())
        self._next_public = 0.0
        self._compiled = False
        #: First reads that go on the agenda although they are to be told late.
        self._exposed: list[Batch] = []

    def __del__(self) -> None:
        if hasattr(self, "_room"):
            keep(self._room)

    def _bind_rules(self) -> None:
        """Tell the memory record what never changes."""
        memory, rules, world = self.memory, self.rules, self.world
        if not self._shown:
            for name in _SETTINGS:
                memory[name] = getattr(rules, name)
            memory["late"] = rules.late and delays_are_positive(rules)
            memory["pool_free"] = memory["chunk_free"] = -1
            memory["bucket"] = -1
            memory["most_followers"] = world.graph.most_followers
        memory["horizon"], memory["bucket_width"] = rules.horizon, rules.bucket_width
        memory["seed"] = world.seed
        memory["most_other_factors"] = self._most_other_factors()
        memory["most_visits"] = world.stories["visits"].max()
        evidence = world.evidence
        memory["most_observed"] = 0 if evidence is None else evidence.most_reads
        memory["conditioning"] = evidence is not None and not evidence.conditioned
        memory["arm_period"] = world.treatment.period
        arrays = {name: getattr(rules, name) for name in _TABLES}
        whose = {
            "offsets": world.graph.offsets,
            "followers": world.graph.followers,
            "origins": world.reserve.origin[world.graph.accounts :],
            "persons": world.person,
            "rings": world.rings,
            "heirs": world.heirs,
            "platforms": world.platform,
            "epochs": world.epochs,
            "keys": world.keys,
            "arm_begins": world.treatment.begins,
            "arm_windows": world.treatment.windows,
            "treated_stories": world.treated_stories,
            "treated_friction": world.treated_friction,
            "treated_forward": world.treated_forward,
            "treated_slots": world.treated_slots,
            "treated_slot_ends": world.treated_slot_ends,
            **world.observed,
        }
        self._show(arrays | whose)

    def _show(self, arrays: Mapping[str, Any]) -> None:
        """Tell the memory record where arrays are, as far as it names others."""
        shown = self._shown
        fresh = {
            name: array
            for name, array in arrays.items()
            if array is not (known := shown.get(name))
            and (known is None or array.size or known.shape != array.shape)
        }
        records.show_all(self.memory, fresh)
        shown.update(fresh)

    def _lasting(self) -> dict[str, Any]:
        """The arrays that the next world of the same layout has as well, by name."""
        graph, layout = self.world.graph, self.world.layout
        return {
            **layout.rules,
            "offsets": graph.offsets,
            "followers": graph.followers,
            "persons": layout.people.person,
            "platforms": layout.platforms.of,
        }

    def _most_other_factors(self) -> float:
        """Upper bound of all factors of P(share) but appeal, vigour and receptivity."""
        world, kept = self.world, self.world.kept
        if world.evidence is not None or len(self.rules.trust_began):
            return self._most_factors_here()
        # Nothing else in it was drawn.
        if kept.get("share factors") is not SHARE_FACTORS:
            kept["share factors"] = SHARE_FACTORS
            kept["most other factors"] = self._most_factors_here()
        most: float = kept["most other factors"]
        return most

    def _most_factors_here(self) -> float:
        """The same, worked out; a hair is added for rounding."""
        most = 1.0 + 1e-6
        for factor in SHARE_FACTORS:
            if factor.ceiling is not None:
                ceiling = factor.ceiling(self.world)
            else:
                assert factor.lever is not None, f"{factor.name} has no ceiling"
                ceiling = CEILINGS[factor.lever]
            most *= ceiling if factor.always else max(ceiling, 1.0)
        return most

    def _bind(self) -> None:
        """Tell the memory record where the arrays are: after any was replaced."""
        world = self.world
        self._room.show(self.memory)
        arrays: dict[str, Any] = {"thresholds": self._thresholds}
        for name in ("accounts", "profiles", "posts", "stories", "looks", "slots", "slot_ends"):
            arrays[name] = getattr(world, name)
        for name in ("friction", "forward", "heat", "tops"):
            arrays[name] = getattr(world, name)
        arrays["treated_posts"] = world.treated_posts
        if self._repeats and len(world.posts) > len(self._shares):
            self._shares = grown(self._shares, len(world.posts))
        arrays["shares"] = self._shares
        self._show(arrays)

    @property
    @override
    def logged(self) -> int:
        return int(self.memory["logged"][0])

    @logged.setter
    def logged(self, count: int) -> None:
        self.memory["logged"] = count

    def start(self) -> None:
        """Nothing to do: planned posts are read off a sorted table."""

    @override
    def subscribe(self, what: int, threshold: int, callback: Any) -> None:
        super().subscribe(what, threshold, callback)
        known = sorted({t for w, t in self._callbacks if w == what})
        if len(known) >= self._thresholds.shape[1]:
            grown = np.zeros((9, 2 * len(known) + 1), dtype=np.int64)
            grown[:, : self._thresholds.shape[1]] = self._thresholds
            self._thresholds = grown
            self._bind()
        self._thresholds[what, 0] = len(known)
        self._thresholds[what, 1 : len(known) + 1] = known

    @override
    def look_at(self, surface: int, on: bool) -> None:
        looks = self.world.looks
        if not on:
            looks["time"][surface] = np.inf
        elif looks["time"][surface] == np.inf and looks["rate"][surface] > 0:
            arm(self.memory, surface, self.env.now)
            self._next_public = 0.0

    @override
    def flush(self) -> None:
        if self.rules.late and not self.memory["late"][0]:
            rows = self.log[: self.logged]
            exposed = rows["kind"] == Kind.EXPOSE
            self._exposed.append(Batch(rows[exposed]))
            rest = rows[~exposed]
            self.log[: len(rest)] = rest
            self.logged = len(rest)
        super().flush()

    @override
    def late_exposures(self, levers: Levers) -> Batch:
        if not self.memory["late"][0]:
            return Batch.joined(self._exposed)
        return late_exposures(self.world, levers, self.env.now)

    @override
    def late_reach(self, levers: Levers) -> NDArray[np.int64]:
        if not self.memory["late"][0]:
            return super().late_reach(levers)
        return late_reach(self.world, levers, self.env.now)

    @override
    def would_share(
        self,
        posts: NDArray[np.int64],
        readers: NDArray[np.int64],
        times: NDArray[np.float64],
        counts: NDArray[np.int64],
        followed: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        from rumorsim.engine.kernels.would_share import would_share

        found = np.zeros(len(posts), np.bool_)
        would_share(self.memory, posts, readers, times, counts, followed.astype(np.uint8), found)
        return found

    def public_until(self, time: float) -> bool:
        """Let the public run strictly before ``time``. True when that woke the platform."""
        while self._next_public < time:
            reason, at = self._advance(time)
            if reason <= Reason.QUIET:
                self._next_public = at
            elif reason == Reason.WATCHED:
                self.env._now = at
                self._woken = self._place(at)
                self._report_hits()
                return True
            else:
                self._make_room(Reason(reason))
        return False

    def _check_bound(self) -> None:
        """AssertionError where P(share) was above the bound by which draws are skipped."""
        if self.memory["excess"][0] > 0:
            raise AssertionError(
                f"P(share) was {self.memory['excess'][0]:g}, more than all its factors allow:"
                " one of them, or its ceiling, is not in share_factors.SHARE_FACTORS"
            )

    def _place(self, time: float) -> Moment:
        """What the public did last, at ``time``: a check-in, or one post that was read."""
        account, post = self.memory[["last_account", "last_post"]][0].tolist()
        if post < 0:
            return Moment(time, account)
        story, author, k = self.world.posts[["story", "author", "k"]][post].tolist()
        return Moment(time, account, story, author, k)

    def _advance(self, until: float) -> tuple[int, float]:
        """The inner loop up to ``until``: why it came back, and the time of that."""
        reason, at = advance(self.memory, until)
        self._check_bound()
        if not self._compiled:
            compile_rest(self.memory)
            self._compiled = True
        return reason, at

    def _act(self, what: Act, number: int, accounts: ArrayLike, surface: int = 0) -> None:
        who = np.asarray(accounts, dtype=np.int32)
        done = 0
        while done < len(who):
            arguments = (self.env.now, number, surface, who, done)
            reason, done = act(self.memory, int(what), *arguments)
            self._check_bound()
            self._after_act(Reason(reason))

    def _publish_now(self, author: int, story: int, k: int) -> None:
        planned = np.zeros(1, records.PUBLICATION)
        planned[0] = (self.env.now, author, story, k)
        reason = Reason.LOG_FULL
        while reason != Reason.REACHED:
            reason = Reason(publish_now(self.memory, planned))
            self._after_act(reason)

    def _after_act(self, reason: Reason) -> None:
        """Make the room an act lacks, tell who watches; what it planned may be due first."""
        self._next_public = 0.0
        if reason == Reason.WATCHED:
            self._report_hits()
        elif reason != Reason.REACHED:
            self._make_room(reason)

    def _report_hits(self) -> None:
        """Tell who watches; the room is free before, as what they do may hit anew."""
        hits = self._room.hits[: self.memory["hits_made"][0]].tolist()
        self.memory["hits_made"] = 0
        self._call_back(hits)

    def _make_room(self, lacking: Reason) -> None:
        """Grow what the kernel found too small. It grows by more than it lacks."""
        need = int(self.memory["need"][0])
        if lacking == Reason.LOG_FULL:
            self.flush()
            if need > len(self.log):
                self.log = self._room.log = np.zeros(2 * need, self.log.dtype)
            if 3 * need > len(self._room.hits):
                self._room.hits = np.zeros(6 * need, self._room.hits.dtype)
        elif lacking == Reason.POSTS_FULL:
            self.world.grow_posts(need)
        elif lacking == Reason.EXPOSURES_FULL:
            self._grow_exposures(need)
        else:
            self._grow_agenda(need)
        self._bind()

    def _grow_agenda(self, need: int) -> None:
        """Room for so many deliveries more, wherever they go."""
        memory = self.memory[0]
        if memory["in_heap"] + need >= len(self._room.heap):
            self._room.heap = grown(self._room.heap, int(memory["in_heap"]) + need + 1)
        lines = int(memory["chunks_used"]) + min(need, len(self._room.buckets)) + need // CHUNK + 1
        if lines > len(self._room.chunk_links):
            self._room.chunk_links = grown(self._room.chunk_links, lines)
            used = int(memory["chunk_fresh"]) * CHUNK
            self._room.chunks = grown(self._room.chunks, len(self._room.chunk_links) * CHUNK, used)
        if not self.rules.by_delay and memory["pool_used"] + need > len(self._room.pool):
            room = int(memory["pool_used"]) + need
            self._room.pool = grown(self._room.pool, room, int(memory["pool_fresh"]))
        if need >= len(self._room.present) and memory["cursor"] == memory["present_made"]:
            self._room.make_present(2 * need)

    def _grow_exposures(self, need: int) -> None:
        old, old_told = self._room.exposures, self._told
        size = len(old)
        while 3 * (int(self.memory["exposed"][0]) + need) > size:
            size *= 2
        keys = len(self.world.accounts) * len(self.world.stories)
        if 2 * size > keys:
            # A place for every key takes little more by now, and needs no growing or search.
            size = keys + (keys & (keys - 1) == 0)
        self._room.exposures = empty_exposures(size)
        self._told = np.zeros(size if len(old_told) else 0, np.int32)
        self._bind()
        rehash(old, self._room.exposures, old_told, self._told)
