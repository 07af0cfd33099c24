"""What everything that comes from outside is made of, and what is said where it is wrong."""

from __future__ import annotations

from rumorsim.common.settings.changing import plain
from rumorsim.common.settings.choice import Offered, model_of
from rumorsim.common.settings.model import Model, any_of, replaced, unchecked, validated

__all__ = ["Model", "Offered", "any_of", "model_of", "plain", "replaced", "unchecked", "validated"]
