"""What a dialect of cascades is: one way in which people keep them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from rumorsim.events.observed.records import Records
from rumorsim.events.observed.request import Request


class CascadeDialect(ABC):
    """One way of writing cascades. Its class variables are what lists and help say of it."""

    #: One line: what it is and where it comes from.
    summary: ClassVar[str]
    #: How the names of its files end, for lists.
    endings: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def recognises(self, request: Request) -> bool:
        """Whether a source is surely of this dialect, by its name and its first lines."""

    @abstractmethod
    def read(self, request: Request) -> Records:
        """The posts of a source; InputError with the place of what cannot be read."""
