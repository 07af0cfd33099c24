"""delay-map: harm averted by delay and coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.delay_map.running import delay_map

__all__ = ["delay_map"]

exports(__name__, {"delay_map": "studies.delay_map.running"})
