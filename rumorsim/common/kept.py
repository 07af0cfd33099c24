"""What is worked out once and kept beside what it is worked out of."""

from __future__ import annotations

from typing import Any

from typing_extensions import override


class Kept(dict[Any, Any]):
    """What is worked out again by whoever lacks it: a copy, or another process, begins empty."""

    @override
    def __reduce__(self) -> tuple[type[Kept], tuple[()]]:
        return Kept, ()
