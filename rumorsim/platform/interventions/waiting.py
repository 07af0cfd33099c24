"""What has to happen in a world before an intervention can do anything.

Until then a run under the policy is, event for event, the run without it: so where it never
happened under ``none``, the policy changes nothing in that world.
"""

from __future__ import annotations

from typing import NamedTuple

#: Quantities beside reports, shares and reach of a target.
TIME, AGE, ACTIONS = "time", "age", "actions"


class Wait(NamedTuple):
    """An intervention opens no case before ``quantity`` has come to ``least``.

    ``quantity`` is "reports", "shares" or "reach" of one target of the kind ``target``;
    "time" (hours since the start), "age" (hours since the first post), or "actions" of the desk.
    """

    target: str
    quantity: str
    least: float
