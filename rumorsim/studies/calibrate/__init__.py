"""calibrate: parameters that data have spoken to, and what they cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.calibrate.running import calibrate

__all__ = ["calibrate"]

exports(__name__, {"calibrate": "studies.calibrate.running"})
