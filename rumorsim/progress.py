"""How far long work is: told to a function, or shown as a bar of ``tqdm.auto``."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["Counted", "progress_of"]

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
        self._bar.total = total
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._bar.close()
            self._bar = None


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
