"""Who passed a post on, where the data do not say: the chances of each parent, and forests."""

from rumorsim.events.observed.parents.checks import Calibration, calibration_error, naive_parents
from rumorsim.events.observed.parents.law import ParentLaw
from rumorsim.events.observed.parents.model import (
    Fitted,
    ParentModel,
    fit_parent_law,
    infer_parents,
)

__all__ = [
    "Calibration",
    "Fitted",
    "ParentLaw",
    "ParentModel",
    "calibration_error",
    "fit_parent_law",
    "infer_parents",
    "naive_parents",
]
