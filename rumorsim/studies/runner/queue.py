"""The order in which runs are made: ``none`` of a world first, then who may act in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rumorsim.common.plurals import counted
from rumorsim.studies.runner.run_specs import RunSpec
from rumorsim.studies.runner.worker import RunOutcome

#: Runs of one world are looked for among so many run specifications at a time, and so many
#: settings.
_AHEAD, _SETTINGS = 65_536, 256


def not_needed(reused: int, runs: int) -> str:
    """How many runs were not made, and why, in one sentence; "" for none."""
    if not reused:
        return ""
    was = "was" if reused == 1 else "were"
    return (
        f"{reused:,} of {counted(runs, 'run')} {was} not needed: nothing that the policy waits for"
        " happened in that world, so that it changes nothing there."
    )


class Queue(Iterator[RunSpec]):
    """Run specifications as they are to be given out, some of which turn out not to be needed.

    In each world, the runs whose policy may do nothing wait for ``none``, whose worker answers
    those that it knows to be the same run; :meth:`settle` puts the others next in line. Unlike
    other iterators it may have more after it had none left. Without ``reuse`` all are given out
    as they come.
    """

    def __init__(self, specs: Iterable[RunSpec], *, reuse: bool) -> None:
        self._worlds = _by_world(specs) if reuse else ([spec] for spec in specs)
        self._due: deque[RunSpec] = deque()
        #: By the id of a run specification: those that wait for it.
        self._waiting: dict[str, tuple[RunSpec, ...]] = {}

    def __next__(self) -> RunSpec:
        if not self._due:
            self._due.extend(self._arranged(next(self._worlds)))
        return self._due.popleft()

    def _arranged(self, world: list[RunSpec]) -> list[RunSpec]:
        none = next((each for each in world if each.policy == "none"), None)
        if none is None:
            return world
        others = [each for each in world if each is not none]
        waiting = tuple(each for each in others if each.may_do_nothing)
        if waiting:
            self._waiting[none.id] = waiting
        return [replace(none, waiting=waiting), *(o for o in others if not o.may_do_nothing)]

    def settle(self, made: RunOutcome) -> None:
        """Hear what became of a run specification: what waited for it in vain is next in line."""
        answered = {each.spec.id for each in made.same}
        waiting = self._waiting.pop(made.spec.id, ())
        self._due.extendleft(each for each in reversed(waiting) if each.id not in answered)


def _by_world(specs: Iterable[RunSpec]) -> Iterator[list[RunSpec]]:
    """The orders of each world, as far as they are not too far apart; in order of the first."""
    worlds: dict[tuple[str, int], list[RunSpec]] = {}
    settings: set[str] = set()
    count = 0
    for spec in specs:
        settings.add(spec.text)
        count += 1
        if len(settings) > _SETTINGS or count > _AHEAD:
            yield from worlds.values()
            worlds, settings, count = {}, {spec.text}, 1
        worlds.setdefault((spec.world or spec.id, spec.seed), []).append(spec)
    yield from worlds.values()
