"""How far long work is: told to a function, or shown as a bar of ``tqdm.auto``.

Where neither is wanted, long work gives signs of life: a line after half a minute, and at least
one a minute from then on, through the logger "rumorsim" (which writes on stderr unless told
otherwise). A command does the same after ten seconds.
"""

from __future__ import annotations

import logging
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
    """Lines about work that goes on, from a thread of its own: compiled kernels let it run."""

    def __init__(
        self, what: str | Callable[[], str], tell: Callable[[str], None], first: float
    ) -> None:
        self._what, self._tell, self._first = what, tell, first
        self._begun = time.monotonic()
        self._state: tuple[float, float, str] | None = None
        #: How much was done when, at first and at last: before that kernels may be compiled.
        self._since = self._last = (0.0, self._begun)
        self._spoken, self._muted = self._begun, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="signs of life", daemon=True)

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
        self._thread.start()

    def end(self) -> None:
        """Say no more."""
        self._over.set()

    def _beat(self) -> None:
        pause = self._first
        while not self._over.wait(max(0.0, self._spoken + pause - time.monotonic())):
            if time.monotonic() >= self._spoken + pause:
                if not self._muted:
                    self._tell(self._line())
                self.spoke()
                pause = min(2 * pause, EVERY)

    def _line(self) -> str:
        spent = time.monotonic() - self._begun
        what = self._what if isinstance(self._what, str) else self._what()
        if self._state is None:
            return f"{what}: at work for {_seconds(spent)}"
        done, total, unit = self._state
        # Things are counted; hours go by in parts.
        shown = f"{done:,.0f}" if done == int(done) else f"{done:,.1f}"
        line = f"{what}: {shown} of {total:,.6g} {unit} after {_seconds(spent)}"
        left = self._left(total)
        return line if left is None else f"{line}, some {_seconds(left)} left"

    def _left(self, total: float) -> float | None:
        """Seconds left at the pace since the first that was done; None while that is unknown."""
        (begun, since), (done, last) = self._since, self._last
        if not begun < done < total:
            return None
        pace = (last - since) / (done - begun)
        return max(0.0, pace * (total - done) - (time.monotonic() - last))


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
    life = Heartbeat(what, tell or logging.getLogger("rumorsim").warning, first)
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


def _seconds(seconds: float) -> str:
    """A span of time in the unit that fits."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
