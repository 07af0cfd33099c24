"""Does the method of `rumorsim calibrate` find parameters that are known? Three studies.

    python experiments/calibration/self_check/run.py [STUDY ...] [--cases N] [--seed N]
        [--workers N] [--out DIR]

Writes `results/table.md` here; DIR has each check in full, with a picture of the ranks.
Interrupted, the same command resumes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from rumorsim.studies.calibrate.check_answer import ALARM, Checked, SelfCheck
from rumorsim.studies.calibrate.checking import self_check
from rumorsim.studies.calibrate.study import calibration_study

HERE = Path(__file__).parent
RESULTS = HERE / "results"
STUDIES = ("maki-thompson", "independent-cascade", "feed", "maki-thompson-later")
CASES = 500
#: A 90 % interval that is right holds the true value in so many of 500 cases but for one time in
#: 400: 4 % is three standard deviations.
COVERED = (0.86, 0.94)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"of {', '.join(STUDIES)}")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, help="first seed, in place of the scenarios' own (1)")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--out", type=Path, default=HERE / "checked", help="folder of the runs")
    given = parser.parse_args()
    unknown = set(given.studies) - set(STUDIES)
    if unknown:
        parser.error(f"no study is named {', '.join(sorted(unknown))}")
    found = []
    for name in given.studies or STUDIES:
        study = calibration_study(HERE / f"{name}.toml")
        if given.seed is not None:
            study = study.with_({"seed": given.seed})
        out = given.out / (name if given.seed is None else f"{name}-{given.seed}")
        out.mkdir(parents=True, exist_ok=True)
        found.append(self_check(study, given.cases, out=out, workers=given.workers))
        found[-1].save(out)
        print(found[-1].text())
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "table.md").write_text("\n".join(lines(found)) + "\n", encoding="utf-8")


def lines(found: Sequence[SelfCheck]) -> Iterator[str]:
    """The table, one row a study and parameter."""
    yield "| study | parameter | P | 50 % | 90 % | correlation | too narrow | shifted | holds |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for check in found:
        for each in check.checked():
            cells = [
                check.name,
                each.parameter,
                probability(each.probability),
                f"{each.covered_50:.1%}",
                f"{each.covered_90:.1%}",
                f"{each.correlation:.2f}",
                probability(each.narrow),
                probability(each.shifted),
                "yes" if holds(each) else "**no**",
            ]
            yield f"| {' | '.join(cells)} |"
    yield ""
    sizes = "; ".join(f"{each.name}: {each.cases} cases, {each.runs:,} runs" for each in found)
    yield f"{sizes}."


def holds(each: Checked) -> bool:
    """Whether ranks could be uniform, intervals cover, and both controls are seen."""
    low, high = COVERED
    return each.passed and low <= each.covered_90 <= high and max(each.narrow, each.shifted) < ALARM


def probability(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0")


if __name__ == "__main__":
    main()
