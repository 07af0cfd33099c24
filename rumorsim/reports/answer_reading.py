"""What the pages of ``sensitivity``, ``optimise`` and ``delay-map`` share: reading what they
saved, and all of a page that is not its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rumorsim.provenance import digest_of
from rumorsim.reports.compared_part import compared
from rumorsim.reports.parts import Code, Folded, Page, Section
from rumorsim.reports.terms_part import again_section, limits_section, scenario_section, source_of
from rumorsim.studies.intervals import Interval
from rumorsim.studies.shapes import read_saved

#: The file of each kind of answer, and the command that makes it.
_FILES: Final = {
    "sensitivity": ("sensitivity.json", "sensitivity"),
    "optimisation": ("optimum.json", "optimise"),
    "delay map": ("delay-map.json", "delay-map"),
}


def read_answer(directory: Path, holds: str) -> Mapping[str, Any]:
    """The answer in a directory; InputError where its file is missing or not as we save it."""
    name, command = _FILES[holds]
    return read_saved(directory / name, holds, f"run rumorsim {command} again")


def interval_of(row: Mapping[str, Any], name: str) -> Interval | None:
    """The estimate ``name`` of a row with its ends, None where there is none."""
    if row.get(name) is None:
        return None
    return Interval(row[name], row.get(f"{name}_low"), row.get(f"{name}_high"))


def in_shell(text: str) -> str:
    """A word within double quotes of a shell."""
    return '"' + "".join(f"\\{c}" if c in '\\"$`!' else c for c in text) + '"'


def answer_page(
    found: Mapping[str, Any],
    *,
    what: str,
    answer: str,
    terms: str,
    sections: Sequence[Section],
    command: str,
    policies: Sequence[str],
) -> Page:
    """The page of an answer that was found: its sections, then what all of them end with.

    ``command`` gives the same answer from the files on the page; ``policies`` it is about.
    """
    return Page(
        title=str(found["name"]),
        what=what,
        answer=answer,
        terms=terms,
        sections=[
            *sections,
            limits_section(found["scenario"]),
            _assumptions(found),
            _again(found, command),
        ],
        source=source_of(found["provenance"]["versions"]),
        of=digest_of(found["scenario"]),
        intro=compared(found["scenario"], policies, len(found["seeds"])),
    )


def _assumptions(answer: Mapping[str, Any]) -> Section:
    """The scenario with every value, and the study where there is one."""
    section = scenario_section(answer["scenario"])
    if "study" not in answer:
        return section
    text = json.dumps(answer["study"], indent=2, ensure_ascii=False) + "\n"
    study = Folded("The study: what was varied, and how", [Code(text, "study.json")])
    return Section(section.name, section.title, [study, *section.parts])


def _again(answer: Mapping[str, Any], line: str) -> Section:
    """The command that gives the same answer, and what it was made with."""
    notes = []
    if "study" in answer:
        file = answer["study"]["scenario"]
        notes = [f"In study.json, scenario names the file {file}: save scenario.json there."]
    return again_section([(line, "the same, to the last digit")], answer["provenance"], notes)
