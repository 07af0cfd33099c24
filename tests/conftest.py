"""The same examples on every run: what hypothesis makes up is fixed, like every other seed.

``HYPOTHESIS_PROFILE=explore`` lets it look for new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
