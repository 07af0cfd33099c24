"""Models beside the feed: how a story passes from account to account. One file each.

With a ``[model]`` table in a scenario accounts do not read feeds: they meet their
followers, or count the followees that told them. Graph, stories, levers, desk, events and
measures are the same. P(persuaded | told) is the product of the same factors as P(share |
read). The configuration union, the JSON schema and the documentation come from
:data:`MODELS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rumorsim.common.settings import any_of
from rumorsim.engine.models.base import ContactModel, Terms
from rumorsim.engine.models.daley_kendall import DaleyKendall
from rumorsim.engine.models.linear_threshold import LinearThreshold
from rumorsim.engine.models.maki_thompson import MakiThompson
from rumorsim.engine.models.sir import SIR
from rumorsim.engine.models.sis import SIS

__all__ = ["MODELS", "AnyModel", "ContactModel", "Terms"]

MODELS: Final[dict[str, type[ContactModel]]] = {
    "maki-thompson": MakiThompson,
    "daley-kendall": DaleyKendall,
    "sir": SIR,
    "sis": SIS,
    "linear-threshold": LinearThreshold,
}

if TYPE_CHECKING:
    AnyModel = ContactModel
else:
    #: What may stand in ``[model]``: told apart by ``kind``.
    AnyModel = any_of(MODELS)
