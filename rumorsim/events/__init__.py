"""The stream of events of a run: its columns, its files, and cascades read from it."""

from rumorsim.events.sinks import *  # noqa: F403
from rumorsim.events.stream import *  # noqa: F403
