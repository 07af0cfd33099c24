"""SIS: like SIR, but who has recovered may be persuaded again."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.engine.models.base import Terms
from rumorsim.engine.models.sir import Epidemic

__all__ = ["SIS"]


class SIS(Epidemic):
    """Susceptible, infected (telling), susceptible again: the contact process.

    Harris, Annals of Probability 2 (1974); on networks Pastor-Satorras and Vespignani,
    Physical Review Letters 86 (2001). An account shares a story each time it is persuaded;
    its exposure is the first time it is told.
    """

    summary: ClassVar = "like sir, but who has recovered may be persuaded again"

    kind: Literal["sis"] = Field("sis", description="susceptible, infected, susceptible again")

    @override
    def terms(self) -> Terms:
        return super().terms()._replace(again=True)
