"""What every intervention shares: when, whom, quota, how fast, how well, how long.

An intervention is one frozen model in one file: its fields are its configuration, and
:meth:`Intervention.act` says what it does to one target. Opening cases, reviewing them,
waiting for quota and undoing after a time is the same for all: see ``cases``.
"""

from __future__ import annotations

from rumorsim.platform.desk import Desk
from rumorsim.platform.interventions.cases import Caseload
from rumorsim.platform.interventions.terms import Terms, When, Whom

__all__ = ["Intervention", "When", "Whom"]


class Intervention(Terms):
    """Base of all interventions: when, whom, how often, how fast, how well and how long.

    Each kind is a class of its own (``rumorsim.platform.interventions.INTERVENTIONS`` has them by
    name) with these parameters and some more; its ``kind`` says in a file which it is.
    Probabilities are numbers from 0 to 1, durations text with a unit.

    Example::

        from rumorsim.platform.interventions import INTERVENTIONS

        close = INTERVENTIONS["close-accounts"](
            kind="close-accounts",
            when={"reports": 20},
            whom={"kinds": ["self-media"]},
            quota="100 per day",
            delay={"law": "lognormal", "median": "2 h", "sigma": 1.0},
            sensitivity=0.8,
            false_positive_rate=0.01,
        )
        rumorsim.compare(scenario, policies={"close": [close]})
    """

    def start(self, desk: Desk, place: int, ordinal: int) -> None:
        """Begin at hour 0. ``ordinal`` counts the interventions of this kind in the policy.

        InputError where :meth:`fits_world` says so.
        """
        self.fits_world(desk.world, f"interventions[{place}]")
        Caseload(self, place, ordinal, desk).start()
