"""How far long work is: told to a function, or shown as a bar of ``tqdm.auto``.

Where neither is wanted, long work gives signs of life: a line after half a minute, and at least
one a minute from then on, through the logger "rumorsim" (which writes on stderr unless told
otherwise). A command does the same after ten seconds.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

#: Seconds until the first line, and the most between two.
FIRST: Final = 30.0
EVERY: Final = 60.0

#: What ``progress`` may be: a function of how much is done and of how much there is, True for
#: a bar, False for none, None for a bar in notebooks alone.
Counted = Callable[[float, float], None] | bool | None


def progress_of(progress: Counted, unit: str) -> Callable[[float, float], None] | None:
    """The function that is told of progress; None where nobody wants to know.

    A bar closes itself when all is done.
    """
    if callable(progress):
        return progress
    return _Bar(unit) if progress or (progress is None and _in_notebook()) else None


class _Bar:
    """A bar on the terminal or in the notebook, made when there is something to show."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._bar: Any = None

    def __call__(self, done: float, total: float) -> None:
        if self._bar is None:
            form = "{percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} {unit} [{elapsed}<{remaining}]"
            self._bar = _tqdm()(total=total, unit=self._unit, leave=False, bar_format=form)
            begin_pace(self._bar, done)
        self._bar.total = total
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._bar.close()
            self._bar = None


def begin_pace(bar: Any, done: float) -> None:
    """Let a bar of tqdm reckon its pace from here: until now kernels may have been compiled."""
    bar.unpause()
    bar.start_t = bar.last_print_t
    bar.initial = bar.n = bar.last_print_n = done
    bar.refresh()


def _tqdm() -> Any:
    """The class of bars that fits: of the notebook where it can show them."""
    with warnings.catch_warnings():
        # It warns where ipywidgets are absent, and then shows text all the same.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    return tqdm


def _in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return getattr(shell, "kernel", None) is not None


class Heartbeat:
    """Lines about work that goes on; :class:`_Watch` sees to it that they are said."""

    def __init__(
        self, what: str | Callable[[], str], tell: Callable[[str], None], first: float
    ) -> None:
        self._what, self._tell, self._pause = what, tell, first
        self._begun = time.monotonic()
        self._state: tuple[float, float, str] | None = None
        #: How much was done when, at first and at last: before that kernels may be compiled.
        self._since = self._last = (0.0, self._begun)
        self._spoken, self._muted = self._begun, 0
        self._over = False

    def moved(self, done: float, total: float, unit: str) -> None:
        """So much is done by now."""
        now = (done, time.monotonic())
        if self._state is None or unit != self._state[2] or done < self._last[0]:
            self._since = now
        self._last = now
        self._state = (done, total, unit)

    def spoke(self) -> None:
        """Something else has just been said: the next line can wait."""
        self._spoken = time.monotonic()

    @contextmanager
    def muted(self) -> Iterator[None]:
        """No lines within: a bar is shown, or a server says what it does."""
        self._muted += 1
        try:
            yield
        finally:
            self._muted -= 1
            self.spoke()

    def start(self) -> None:
        """Begin to count the time."""
        _watch.begin(self)

    def end(self) -> None:
        """Say no more."""
        self._over = True
        _watch.end(self)

    @property
    def due(self) -> float:
        """When the next line is due, on the monotonic clock."""
        return self._spoken + self._pause

    def beat(self) -> None:
        """Say a line, unless there is to be none."""
        if self._over:
            return
        if not self._muted:
            self._tell(self._line())
        self.spoke()
        self._pause = min(2 * self._pause, EVERY)

    def _line(self) -> str:
        spent = time.monotonic() - self._begun
        what = self._what if isinstance(self._what, str) else self._what()
        if self._state is None:
            return f"{what}: at work for {_seconds(spent)}"
        done, total, unit = self._state
        line = f"{what}: {_amount(done)} of {_amount(total)} {unit} after {_seconds(spent)}"
        left = self._left(total)
        return line if left is None else f"{line}, some {_seconds(left)} left"

    def _left(self, total: float) -> float | None:
        """Seconds left at the pace since the first that was done; None while that is unknown."""
        (begun, since), (done, last) = self._since, self._last
        if not begun < done < total:
            return None
        pace = (last - since) / (done - begun)
        return max(0.0, pace * (total - done) - (time.monotonic() - last))


class _Watch:
    """One thread for all heartbeats of the process: compiled kernels let it run.

    It sleeps until the first of them is due. Work that is over before then, such as the steps of
    a run, begins and ends without waking it.
    """

    def __init__(self) -> None:
        self._lives: list[Heartbeat] = []
        self._changed = threading.Condition()
        self._wakes = math.inf
        self._runs = False

    def begin(self, life: Heartbeat) -> None:
        """Let ``life`` speak from now on."""
        with self._changed:
            self._lives.append(life)
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="signs of life", daemon=True).start()
            if life.due < self._wakes:
                self._changed.notify()

    def end(self, life: Heartbeat) -> None:
        """Let it speak no more, if it did."""
        with self._changed:
            if life in self._lives:
                self._lives.remove(life)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._wakes = min((life.due for life in self._lives), default=math.inf)
                left = self._wakes - time.monotonic()
                if left > 0:
                    self._changed.wait(None if left == math.inf else left)
                ready = [life for life in self._lives if life.due <= time.monotonic()]
            for life in ready:
                life.beat()


_watch = _Watch()


def _log(line: str) -> None:
    # Most that comes before any line ends before the first: it is not kept waiting.
    import logging

    logging.getLogger("rumorsim").warning(line)


def _after_fork() -> None:
    """A forked process has no thread but its own, and nobody of it is at work yet."""
    global _watch
    _watch = _Watch()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

_active: ContextVar[Heartbeat | None] = ContextVar("signs of life", default=None)


@contextmanager
def heartbeat(
    what: str | Callable[[], str],
    tell: Callable[[str], None] | None = None,
    first: float | None = None,
    *,
    unless: object = None,
) -> Iterator[Heartbeat]:
    """Let ``what`` is done within give signs of life, ``first`` after so many seconds.

    Within others it is those that speak. Silent where progress is told otherwise: ``unless``.
    """
    outer = _active.get()
    if outer is not None:
        yield outer
        return
    first = FIRST if first is None else first
    life = Heartbeat(what, tell or _log, first)
    before = _active.set(life)
    if unless is None:
        life.start()
    try:
        yield life
    finally:
        life.end()
        _active.reset(before)


def move_heartbeat(done: float, total: float, unit: str) -> None:
    """Tell those signs of life that are given, if any are, how much is done."""
    life = _active.get()
    if life is not None:
        life.moved(done, total, unit)


def spoke() -> None:
    """Tell those signs of life that are given, if any are, that something has been said."""
    life = _active.get()
    if life is not None:
        life.spoke()


def _amount(amount: float) -> str:
    """Things are counted, in millions where there are many; hours go by in parts."""
    if amount >= 1e8:
        return f"{amount / 1e6:,.0f} million"
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.1f}"


def _seconds(seconds: float) -> str:
    """A span of time in the unit that fits."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
