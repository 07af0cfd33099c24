"""Interventions: one file each, one line each in the registry.

The configuration union, the JSON schema, help texts, report labels and the battery of
tests all come from :data:`INTERVENTIONS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rumorsim.interventions.appeals import Appeals
from rumorsim.interventions.base import Intervention, When, Whom
from rumorsim.interventions.campaign import Campaign
from rumorsim.interventions.circuit_breaker import CircuitBreaker
from rumorsim.interventions.classify_accounts import ClassifyAccounts
from rumorsim.interventions.close_accounts import CloseAccounts
from rumorsim.interventions.correct import Correct
from rumorsim.interventions.crowd_note import CrowdNote
from rumorsim.interventions.delete_posts import DeletePosts
from rumorsim.interventions.demonetise import Demonetise
from rumorsim.interventions.derank import Derank
from rumorsim.interventions.discount_engagement import DiscountEngagement
from rumorsim.interventions.filter_trending import FilterTrending
from rumorsim.interventions.friction import Friction
from rumorsim.interventions.label import Label
from rumorsim.interventions.limit_push import LimitPush
from rumorsim.interventions.penalise_sponsors import PenaliseSponsors
from rumorsim.interventions.promote import Promote
from rumorsim.interventions.remove_followers import RemoveFollowers
from rumorsim.interventions.require_credentials import RequireCredentials
from rumorsim.interventions.strike_ladder import StrikeLadder
from rumorsim.interventions.suspend_accounts import SuspendAccounts
from rumorsim.interventions.take_down_network import TakeDownNetwork
from rumorsim.interventions.user_reports import UserReports
from rumorsim.interventions.verify_identity import VerifyIdentity
from rumorsim.interventions.warn_platform import WarnPlatform
from rumorsim.plug_ins import Registry
from rumorsim.written import any_of, model_of

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
