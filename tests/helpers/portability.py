"""The digests of a fixed set of runs: here, or on every Python that can be found.

    python tests/helpers/portability.py               prints the digests of this Python
    python tests/helpers/portability.py --pin         writes them to tests/digests.json
    python tests/helpers/portability.py --everywhere  compares them on Python 3.11 to 3.13

Each of these Pythons is tried with the oldest and the newest packages that pyproject.toml
declares, with the processor's extras on and off.

``--everywhere`` makes virtual environments in a temporary folder (needs a package index; some
minutes each). It takes python3.11, python3.12 and python3.13 from PATH, or the interpreters
that the environment variable RUMORSIM_PYTHONS lists, separated as PATH is.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "tests" / "scenario" / "valid").glob("*.toml"))
PINNED = ROOT / "tests" / "digests.json"
PYTHONS = ("python3.11", "python3.12", "python3.13")
#: The first series made for a Python that is younger than the least one declared.
FIRST = {
    "Python 3.13": {"matplotlib": "3.9", "numba": "0.61", "numpy": "2.1", "scipy": "1.14"},
}
#: Compile for a processor without extras, such as fused multiply-add.
PLAIN_NUMBA = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}

_FEATURES = """
try:
    from numpy._core import _multiarray_umath as core
except ImportError:
    from numpy.core import _multiarray_umath as core
print(*[each for each in core.__cpu_dispatch__ if core.__cpu_features__.get(each)])
"""


def digests() -> dict[str, str]:
    """The digest of the events of every valid scenario under each of its policies."""
    from rumorsim.scenario import load
    from rumorsim.simulation.running import run

    found = {}
    for file in SCENARIOS:
        scenario = load(file)
        for policy in ("none", *(each.name for each in scenario.policies)):
            found[f"{file.stem}: {policy}"] = run(scenario, policy, measures=[]).digest
    return found


def pin() -> None:
    """Write the digests of this Python where the suite finds them."""
    from rumorsim.common.provenance import RESULTS_VERSION

    table = {"results_version": RESULTS_VERSION, "digests": digests()}
    PINNED.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def features_off(python: str) -> dict[str, str]:
    """Settings that switch off what NumPy uses of the processor beyond its least."""
    done = subprocess.run([python, "-c", _FEATURES], capture_output=True, text=True, check=True)
    return {"NPY_DISABLE_CPU_FEATURES": done.stdout.strip()}


def digests_of(python: str, settings: dict[str, str]) -> dict[str, str]:
    """The digests that another Python finds; RuntimeError with its last words if it fails."""
    done = subprocess.run(
        [python, __file__],
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2000:])
    found: dict[str, str] = json.loads(done.stdout)
    return found


def interpreters() -> list[str]:
    """Every Python to try that starts at all."""
    listed = os.environ.get("RUMORSIM_PYTHONS", "").split(os.pathsep)
    names = [each for each in listed if each] or [shutil.which(name) or "" for name in PYTHONS]
    return [name for name in names if name and _starts(name)]


def _starts(python: str) -> bool:
    try:
        done = subprocess.run([python, "-c", "import venv"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def requirements(*, oldest: bool, python: str = "") -> list[str]:
    """What the package needs: each at least at its least version, or of just that series.

    Of the series, 1.26.* say, the last release counts: the first ones are sometimes withdrawn.
    ``python`` is what ``python -V`` says: some series are older than it, see ``FIRST``.
    """
    with (ROOT / "pyproject.toml").open("rb") as file:
        needed: list[str] = tomllib.load(file)["project"]["dependencies"]
    if not oldest:
        return needed
    first = next((FIRST[each] for each in FIRST if python.startswith(each)), {})
    pairs = [each.split(">=") for each in needed]
    least = {name: bounds.split(",")[0] for name, bounds in pairs}
    return [f"{name}=={first.get(name, bound)}.*" for name, bound in least.items()]


def environments(folder: Path) -> Iterator[tuple[str, str]]:
    """A name and the Python of each environment that could be made; the others are told."""
    for at, python in enumerate(interpreters()):
        for oldest in (True, False):
            place = folder / f"{at}-{'oldest' if oldest else 'newest'}"
            subprocess.run([python, "-m", "venv", str(place)], check=True)
            inside = str(place / ("Scripts" if os.name == "nt" else "bin") / "python")
            said = subprocess.run([inside, "-V"], capture_output=True, text=True, check=True)
            version = said.stdout.strip()
            name = f"{version}, {'oldest' if oldest else 'newest'} packages"
            install = [inside, "-m", "pip", "install", "-q", "--only-binary", ":all:"]
            done = subprocess.run(
                [*install, *requirements(oldest=oldest, python=version)],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                last = done.stderr.strip().splitlines()[-1:]
                print(f"{name}: not installable: {' '.join(last)[:200]}", flush=True)
                continue
            yield name, inside


def compare_everywhere(expected: dict[str, str]) -> tuple[int, list[str]]:
    """How many runs of the whole set were made elsewhere, and what differed or failed."""
    made, wrong = 0, []
    with tempfile.TemporaryDirectory(prefix="rumorsim-portability-") as folder:
        for name, python in environments(Path(folder)):
            for extras in ("on", "off"):
                settings = {"RUMORSIM_CACHE_DIR": str(Path(folder) / f"kernels-{made}")}
                if extras == "off":
                    settings |= {**PLAIN_NUMBA, **features_off(python)}
                label = f"{name}, processor's extras {extras}"
                made += 1
                try:
                    found = digests_of(python, settings)
                except RuntimeError as error:
                    wrong.append(f"{label}: {error}")
                    print(wrong[-1], flush=True)
                    continue
                others = [key for key in expected if found.get(key) != expected[key]]
                wrong += [f"{label}: {key}" for key in others]
                said = f"{len(others)} differ" if others else "all the same"
                print(f"{label}: {len(found)} digests, {said}", flush=True)
    return made, wrong


def main() -> int:
    """Command line; exit code 1 where a digest differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pin", action="store_true", help="write tests/digests.json")
    parser.add_argument("--everywhere", action="store_true", help="compare on every Python found")
    options = parser.parse_args()
    if options.pin:
        pin()
        return 0
    if not options.everywhere:
        print(json.dumps(digests(), indent=1))
        return 0
    expected: dict[str, str] = json.loads(PINNED.read_text(encoding="utf-8"))["digests"]
    made, wrong = compare_everywhere(expected)
    print(f"{made} environments, {len(wrong)} differences")
    return 1 if wrong or not made else 0


if __name__ == "__main__":
    sys.exit(main())
