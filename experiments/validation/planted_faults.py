"""Plant faults in a copy of the package, one at a time, and see which test notices.

    python experiments/validation/planted_faults.py [--only WORDS] [--list]

Each fault of faults.py is put into a temporary copy of the package and its tests, and the
tests named with it run until one fails; the same test must then pass without it. A fault
whose old text is not there once stops the command: the source has moved, and the fault must
follow. Faults in kernels are compiled anew (half a minute each), so this is a command and
no test. Writes results/faults.md.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from faults import FAULTS, Fault

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).resolve().parent / "results"
#: What the tests need beside the package.
COPIED = ("rumorsim", "tests", "configs", "experiments", "pyproject.toml", "README.md", "docs")
ALLOWED_TO_MISS = 1
#: For the tests of one fault: seconds of computing, and bytes of address space.
LONGEST = 600
MOST_MEMORY = 8 * 2**30


class Found(NamedTuple):
    """What became of one fault: the first test that failed, "" where none did."""

    fault: Fault
    test: str
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="faults whose name contains this")
    parser.add_argument("--list", action="store_true", help="check that all fit, run nothing")
    given = parser.parse_args()
    # Those that must be compiled come last: the first answers come soon.
    chosen = sorted((f for f in FAULTS if given.only in f.name), key=Fault.is_compiled)
    with tempfile.TemporaryDirectory() as place:
        copy = copied(Path(place))
        misfits = [line for fault in chosen for line in misfits_of(fault, copy)]
        if misfits:
            sys.exit("\n".join(misfits))
        if given.list:
            print(f"{len(chosen)} faults fit")
            return 0
        found = []
        for fault in chosen:
            found.append(tried(fault, copy))
            seen = found[-1].test or "NOT SEEN"
            print(f"{fault.name}: {seen} ({found[-1].seconds:.0f} s)", flush=True)
    missed = [each for each in found if not each.test]
    print(f"{len(found) - len(missed)} of {len(found)} faults were seen")
    if not given.only:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "faults.md").write_text(table(found), encoding="utf-8")
    return 1 if len(missed) > ALLOWED_TO_MISS else 0


def copied(place: Path) -> Path:
    """A copy of the project, the real data beside it where there is any."""
    copy = place / "project"
    copy.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, copy / name)
    shared = ROOT.parent / "shared"
    if shared.exists():
        (place / "shared").symlink_to(shared)
    return copy


def misfits_of(fault: Fault, copy: Path) -> list[str]:
    """A line for each old text of the fault that is not in its file just once."""
    return [
        f'"{fault.name}" does not fit: {patch.file} has {patch.old!r} {count} times, not once'
        for patch in fault.patches
        if (count := (copy / patch.file).read_text(encoding="utf-8").count(patch.old)) != 1
    ]


def planted(fault: Fault, copy: Path) -> dict[Path, str]:
    """The files of the copy that the fault changes, with their new text; writes nothing."""
    texts: dict[Path, str] = {}
    for patch in fault.patches:
        file = copy / patch.file
        text = texts.get(file) or file.read_text(encoding="utf-8")
        texts[file] = text.replace(patch.old, patch.new)
    return texts


def tried(fault: Fault, copy: Path) -> Found:
    """Plant one fault, run its tests, put the sources back as they were."""
    texts = planted(fault, copy)
    # Both engines have files of one name.
    kept = {file: copy.parent / f"kept-{place}" for place, file in enumerate(texts)}
    began = time.monotonic()
    try:
        for file, text in texts.items():
            shutil.copy2(file, kept[file])
            file.write_text(text, encoding="utf-8")
        test = first_failure(copy, fault.tests)
    finally:
        for file, place in kept.items():
            # With its time: compiled kernels of the untouched copy stay good.
            shutil.copy2(place, file)
    if "::" in test and first_failure(copy, (test,)):
        sys.exit(f"{test} fails without any fault: it proves nothing")
    return Found(fault, test, time.monotonic() - began)


def first_failure(copy: Path, tests: tuple[str, ...]) -> str:
    """The first test that fails, "" where all pass."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RUMORSIM_CACHE_DIR": str(copy.parent / "kernels"),
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *dict.fromkeys(tests)],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_bounded,
    )
    if done.returncode == 0:
        return ""
    if done.returncode == -signal.SIGXCPU:
        return f"no end within {LONGEST} s of computing"
    if done.returncode < 0:
        return f"the tests die of {signal.Signals(-done.returncode).name}"
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    if failed is None:
        sys.exit(f"pytest did not run as it should:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return failed[1]


def _bounded() -> None:
    """A fault that makes cascades endless must not take the machine's time and memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 60))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def table(found: list[Found]) -> str:
    """The findings as Markdown."""
    seen = sum(bool(each.test) for each in found)
    lines = [
        "# Planted faults",
        "",
        f"{seen} of {len(found)} were seen. Each run stops at the first test that fails.",
        "",
        "| fault | first test that fails | seconds |",
        "|---|---|---|",
    ]
    for each in found:
        test = f"`{each.test}`" if each.test else "**not seen**"
        lines.append(f"| {each.fault.name} | {test} | {each.seconds:.0f} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
