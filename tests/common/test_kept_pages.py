"""Memory that a process keeps: the second run finds its pages where the first left them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rumorsim.common.kept_pages import keep_pages

#: Faults of filling 64 MiB for the third time.
TEXT = """
import resource, sys
import numpy as np
from rumorsim.common.kept_pages import keep_pages
if sys.argv[1] == "keep" and not keep_pages():
    sys.exit(3)
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    several = [np.full(2**18, 1.0) for _ in range(32)]
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    del several
print(faults)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone")
def test_what_was_freed_is_used_again_without_new_pages() -> None:
    found = {}
    for how in ("keep", "give back"):
        made = subprocess.run([sys.executable, "-c", TEXT, how], capture_output=True, text=True)
        if made.returncode == 3:
            pytest.skip("another C library than GNU's")
        assert made.returncode == 0, made.stderr
        found[how] = int(made.stdout)
    assert found["keep"] < 100 < 10_000 < found["give back"]


@pytest.mark.skipif(sys.platform.startswith("linux"), reason="elsewhere")
def test_elsewhere_it_says_that_it_cannot() -> None:
    assert not keep_pages()
