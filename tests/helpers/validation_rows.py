"""The rows of `experiments/validation`, importable from the tests."""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "validation"
if str(FOLDER) not in sys.path:
    sys.path.append(str(FOLDER))
