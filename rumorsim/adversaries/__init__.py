"""Adversaries: one file each, one line each in the registry.

Part of the world, active under every policy: who spreads on purpose, who pays for it, and
who comes back. The configuration union, the JSON schema, help texts and the battery of
tests all come from :data:`ADVERSARIES`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from rumorsim.adversaries.base import Adversary
from rumorsim.adversaries.blackmail import Blackmail
from rumorsim.adversaries.cohort_replacement import CohortReplacement
from rumorsim.adversaries.coordinated_boosters import CoordinatedBoosters
from rumorsim.adversaries.fake_engagement import FakeEngagement
from rumorsim.adversaries.mass_reporting import MassReporting
from rumorsim.adversaries.migration import Migration
from rumorsim.adversaries.paid_deletion import PaidDeletion
from rumorsim.adversaries.paid_posters import PaidPosters
from rumorsim.adversaries.re_registration import ReRegistration
from rumorsim.adversaries.scene import Scene
from rumorsim.common.plug_ins import Registry
from rumorsim.common.settings import any_of, model_of
from rumorsim.platform.desk import Desk

__all__ = ["ADVERSARIES", "Adversary", "AnyAdversary", "start_adversaries"]

_OWN: Final[dict[str, type[Adversary]]] = {
    "coordinated-boosters": CoordinatedBoosters,
    "fake-engagement": FakeEngagement,
    "paid-posters": PaidPosters,
    "blackmail": Blackmail,
    "paid-deletion": PaidDeletion,
    "mass-reporting": MassReporting,
    "re-registration": ReRegistration,
    "migration": Migration,
    "cohort-replacement": CohortReplacement,
}

#: Ours, and those of other packages: entry points of the group ``rumorsim.adversaries``.
ADVERSARIES: Final = Registry("adversary", _OWN, model_of(Adversary))

if TYPE_CHECKING:
    AnyAdversary = Adversary
else:
    #: What may stand in ``[[adversaries]]``: told apart by ``kind``.
    AnyAdversary = any_of(ADVERSARIES)


def start_adversaries(adversaries: Iterable[Adversary], desk: Desk) -> None:
    """Begin all adversaries of a scenario, in their order."""
    scene = Scene(desk)
    ordinals: Counter[str] = Counter()
    for scene.place, adversary in enumerate(adversaries):
        adversary.start(scene, ordinals[adversary.kind])
        ordinals[adversary.kind] += 1
        scene.buyers += adversary.buys
    scene.start()
