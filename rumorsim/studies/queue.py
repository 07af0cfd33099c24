"""The order in which runs are made: ``none`` of a world first, then who may act in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rumorsim.plurals import counted
from rumorsim.studies.making import Made
from rumorsim.studies.orders import Order

__all__ = ["Queue", "not_needed"]

#: Orders are looked through for those of one world over so many at a time, and so many settings.
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


class Queue(Iterator[Order]):
    """Orders as they are to be given out, some of which turn out not to be needed.

    Of the orders of one world, those whose policy may do nothing wait for ``none``, whose maker
    answers those that it knows to be the same run; :meth:`settle` puts the others next in line.
    Unlike other iterators it may have more after it had none left. Without ``reuse`` all orders
    are given out as they come.
    """

    def __init__(self, orders: Iterable[Order], *, reuse: bool) -> None:
        self._worlds = _by_world(orders) if reuse else ([order] for order in orders)
        self._due: deque[Order] = deque()
        #: By the id of an order: those that wait for it.
        self._waiting: dict[str, tuple[Order, ...]] = {}

    def __next__(self) -> Order:
        if not self._due:
            self._due.extend(self._arranged(next(self._worlds)))
        return self._due.popleft()

    def _arranged(self, world: list[Order]) -> list[Order]:
        none = next((each for each in world if each.policy == "none"), None)
        if none is None:
            return world
        others = [each for each in world if each is not none]
        waiting = tuple(each for each in others if each.may_do_nothing)
        if waiting:
            self._waiting[none.id] = waiting
        return [replace(none, waiting=waiting), *(o for o in others if not o.may_do_nothing)]

    def settle(self, made: Made) -> None:
        """Hear what became of an order: what waited for it in vain is next in line."""
        answered = {each.order.id for each in made.same}
        waiting = self._waiting.pop(made.order.id, ())
        self._due.extendleft(each for each in reversed(waiting) if each.id not in answered)


def _by_world(orders: Iterable[Order]) -> Iterator[list[Order]]:
    """The orders of each world, as far as they are not too far apart; in order of the first."""
    worlds: dict[tuple[str, int], list[Order]] = {}
    settings: set[str] = set()
    count = 0
    for order in orders:
        settings.add(order.text)
        count += 1
        if len(settings) > _SETTINGS or count > _AHEAD:
            yield from worlds.values()
            worlds, settings, count = {}, {order.text}, 1
        worlds.setdefault((order.world or order.id, order.seed), []).append(order)
    yield from worlds.values()
