"""Interventions: one file each, one line each in the registry.

The configuration union, the JSON schema, help texts, report labels and the battery of
tests all come from :data:`INTERVENTIONS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rumorsim.common.plug_ins import Registry
from rumorsim.common.settings import any_of, model_of
from rumorsim.platform.interventions.appeals import Appeals
from rumorsim.platform.interventions.base import Intervention, When, Whom
from rumorsim.platform.interventions.campaign import Campaign
from rumorsim.platform.interventions.circuit_breaker import CircuitBreaker
from rumorsim.platform.interventions.classify_accounts import ClassifyAccounts
from rumorsim.platform.interventions.close_accounts import CloseAccounts
from rumorsim.platform.interventions.correct import Correct
from rumorsim.platform.interventions.crowd_note import CrowdNote
from rumorsim.platform.interventions.delete_posts import DeletePosts
from rumorsim.platform.interventions.demonetise import Demonetise
from rumorsim.platform.interventions.derank import Derank
from rumorsim.platform.interventions.discount_engagement import DiscountEngagement
from rumorsim.platform.interventions.filter_trending import FilterTrending
from rumorsim.platform.interventions.friction import Friction
from rumorsim.platform.interventions.label import Label
from rumorsim.platform.interventions.limit_push import LimitPush
from rumorsim.platform.interventions.penalise_sponsors import PenaliseSponsors
from rumorsim.platform.interventions.promote import Promote
from rumorsim.platform.interventions.remove_followers import RemoveFollowers
from rumorsim.platform.interventions.require_credentials import RequireCredentials
from rumorsim.platform.interventions.strike_ladder import StrikeLadder
from rumorsim.platform.interventions.suspend_accounts import SuspendAccounts
from rumorsim.platform.interventions.take_down_network import TakeDownNetwork
from rumorsim.platform.interventions.take_down_story import TakeDownStory
from rumorsim.platform.interventions.user_reports import UserReports
from rumorsim.platform.interventions.verify_identity import VerifyIdentity
from rumorsim.platform.interventions.warn_platform import WarnPlatform

__all__ = ["INTERVENTIONS", "AnyIntervention", "Intervention", "When", "Whom"]

_OWN: Final[dict[str, type[Intervention]]] = {
    "close-accounts": CloseAccounts,
    "suspend-accounts": SuspendAccounts,
    "remove-followers": RemoveFollowers,
    "delete-posts": DeletePosts,
    "filter-trending": FilterTrending,
    "demonetise": Demonetise,
    "limit-push": LimitPush,
    "derank": Derank,
    "promote": Promote,
    "correct": Correct,
    "circuit-breaker": CircuitBreaker,
    "take-down-story": TakeDownStory,
    "discount-engagement": DiscountEngagement,
    "label": Label,
    "crowd-note": CrowdNote,
    "friction": Friction,
    "verify-identity": VerifyIdentity,
    "require-credentials": RequireCredentials,
    "user-reports": UserReports,
    "classify-accounts": ClassifyAccounts,
    "strike-ladder": StrikeLadder,
    "take-down-network": TakeDownNetwork,
    "penalise-sponsors": PenaliseSponsors,
    "warn-platform": WarnPlatform,
    "appeals": Appeals,
    "campaign": Campaign,
}

#: Ours, and those of other packages: entry points of the group ``rumorsim.interventions``.
INTERVENTIONS: Final = Registry("intervention", _OWN, model_of(Intervention))

if TYPE_CHECKING:
    AnyIntervention = Intervention
else:
    #: What may stand in ``[[policies.interventions]]``: told apart by ``kind``.
    AnyIntervention = any_of(INTERVENTIONS)
