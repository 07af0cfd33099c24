"""What one launch of the live page serves."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from rumorsim.web import limits
from rumorsim.web.gallery import Shelf
from rumorsim.web.guard import Lock


@dataclass
class Page:
    """What one launch serves: the scenarios, the lock, and the sessions of the moment."""

    shelf: Shelf
    lock: Lock
    sessions: dict[str, Any] = field(default_factory=dict)
    #: Set once the engine has been used: until then it may have to be compiled.
    warm: threading.Event = field(default_factory=threading.Event)
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(limits.SESSIONS + 2, thread_name_prefix="worlds")
    )
    #: Where seeds are run beside the worlds that are watched.
    replicating: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(limits.REPLICATING, thread_name_prefix="seeds")
    )
